{%- set further_hops = 4 -%}

with successions as (select * from {{ ref('int_successions__reviewed') }}),

-- a code that only gave services up goes on
endings as (
    select * from successions
    where relation <> 'transfer'
),

summaries as (
    select
        old_code,
        max(case when relation <> 'transfer' then effective_on end) as last_on,
        count(distinct new_code) as successor_count
    from successions
    group by old_code
),

-- codes that took over a part of another organisation: their series is no pool of whole ones
with_parts as (
    select distinct new_code from successions
    where relation in ('split', 'transfer')
),

-- dates never run backwards along a chain, so that a code that came back ends where it began
-- the last successor carries the series on; two successors on that day leave the code without a single one
last_successors as (
    select
        endings.old_code,
        min(endings.organisation_scheme) as organisation_scheme,
        min(endings.new_code) as new_code,
        min(endings.relation) as relation,
        summaries.last_on as effective_on,
        summaries.successor_count > 1 or min(endings.share_basis) <> 'whole' as is_approximate
    from endings
    inner join summaries
        on endings.old_code = summaries.old_code and endings.effective_on = summaries.last_on
    group by endings.old_code, summaries.last_on, summaries.successor_count
    having count(*) = 1
),

hop_0 as (
    select
        old_code,
        organisation_scheme,
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
        hop_{{ hop - 1 }}.organisation_scheme,
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
    followed.old_code,
    followed.organisation_scheme,
    followed.current_code,
    followed.relation,
    followed.effective_on,
    followed.is_approximate or with_parts.new_code is not null as is_approximate
from followed
left join with_parts on followed.current_code = with_parts.new_code
where followed.old_code <> followed.current_code
