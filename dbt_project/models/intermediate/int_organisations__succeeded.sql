{%- set further_hops = 4 -%}

with successions as (select * from {{ ref('int_successions__reviewed') }}),

summaries as (
    select
        old_code,
        max(effective_on) as last_on,
        count(distinct new_code) as successor_count
    from successions
    group by old_code
),

-- dates never run backwards along a chain, so that a code that came back ends where it began
-- the last successor carries the series on; two successors on that day leave the code without a single one
last_successors as (
    select
        successions.old_code,
        min(successions.new_code) as new_code,
        min(successions.relation) as relation,
        summaries.last_on as effective_on,
        summaries.successor_count > 1 as is_approximate
    from successions
    inner join summaries
        on successions.old_code = summaries.old_code and successions.effective_on = summaries.last_on
    group by successions.old_code, summaries.last_on, summaries.successor_count
    having count(*) = 1
),

hop_0 as (
    select
        old_code,
        new_code as current_code,
        relation,
        effective_on,
        effective_on as reached_on,
        is_approximate
    from last_successors
),
{% for hop in range(1, further_hops + 1) %}
hop_{{ hop }} as (
    select
        hop_{{ hop - 1 }}.old_code,
        coalesce(next_step.new_code, hop_{{ hop - 1 }}.current_code) as current_code,
        hop_{{ hop - 1 }}.relation,
        hop_{{ hop - 1 }}.effective_on,
        coalesce(next_step.effective_on, hop_{{ hop - 1 }}.reached_on) as reached_on,
        hop_{{ hop - 1 }}.is_approximate or coalesce(next_step.is_approximate, false) as is_approximate
    from hop_{{ hop - 1 }}
    left join last_successors as next_step
        on
            hop_{{ hop - 1 }}.current_code = next_step.old_code
            and next_step.effective_on >= hop_{{ hop - 1 }}.reached_on
),
{% endfor %}
followed as (select * from hop_{{ further_hops }})

select
    old_code,
    current_code,
    relation,
    effective_on,
    is_approximate
from followed
where old_code <> current_code
