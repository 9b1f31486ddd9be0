{%- set numbers = ['numerator', 'denominator', 'value'] -%}
{%- set key = [
    'dataset', 'measure_id', 'organisation_code', 'organisation_scheme', 'period_start', 'period_end', 'period_kind',
    'population', 'adjustment', 'stratum_dimension', 'stratum', 'stratum_scheme', 'release_scope',
] -%}
with combined as (select * from {{ ref('int_observations__combined') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where is_publishable
),

-- which releases cover a measure's period within a scope: one row per release, not per observation
covering as (
    select distinct
        combined.dataset,
        combined.measure_id,
        combined.period_start,
        combined.period_end,
        combined.release_scope,
        combined.release_sha256,
        releases.release_rank,
        releases.release_status
    from combined
    inner join releases
        on combined.dataset = releases.dataset and combined.release_sha256 = releases.release_sha256
),

followed as (
    select
        *,
        lead(release_sha256) over (
            partition by dataset, measure_id, period_start, period_end, release_scope
            order by release_rank
        ) as next_release_sha256,
        lead(release_status) over (
            partition by dataset, measure_id, period_start, period_end, release_scope
            order by release_rank
        ) as next_release_status
    from covering
),

pairs as (
    select
        dataset,
        measure_id,
        period_start,
        period_end,
        release_scope,
        release_sha256 as from_release_sha256,
        release_status as from_release_status,
        next_release_sha256 as to_release_sha256,
        next_release_status as to_release_status
    from followed
    where next_release_sha256 is not null
),

-- both sides below each other and then grouped: a key that only one of them has needs no outer join, and NULLs group
sides as (
    {%- for side, release in [('old', 'from_release_sha256'), ('new', 'to_release_sha256')] %}
    select
        '{{ side }}' as side,
        pairs.from_release_sha256,
        pairs.from_release_status,
        pairs.to_release_sha256,
        pairs.to_release_status,
        combined.organisation_level,
        {%- for column in key + numbers %}
        combined.{{ column }},
        {%- endfor %}
        combined.value_status
    from combined
    inner join pairs
        on
            combined.dataset = pairs.dataset
            and combined.measure_id = pairs.measure_id
            and combined.period_start = pairs.period_start
            and combined.period_end = pairs.period_end
            and combined.release_scope = pairs.release_scope
            and combined.release_sha256 = pairs.{{ release }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

beside as (
    select
        {%- for column in key %}
        {{ column }},
        {%- endfor %}
        from_release_sha256,
        from_release_status,
        to_release_sha256,
        to_release_status,
        max(organisation_level) as organisation_level,
        {%- for column in numbers %}
        max(case when side = 'old' then {{ column }} end) as old_{{ column }},
        max(case when side = 'new' then {{ column }} end) as new_{{ column }},
        {%- endfor %}
        max(case when side = 'old' then value_status end) as old_value_status,
        max(case when side = 'new' then value_status end) as new_value_status
    from sides
    group by
        {%- for column in key %}
        {{ column }},
        {%- endfor %}
        from_release_sha256,
        from_release_status,
        to_release_sha256,
        to_release_status
),

judged as (
    select
        *,
        case
            when old_value_status is null then 'appeared'
            when new_value_status is null then 'vanished'
            when
                old_value_status <> new_value_status
                {%- for column in numbers %}
                or {{ differing('old_' ~ column, 'new_' ~ column) }}
                {%- endfor %}
                then 'changed'
        end as change
    from beside
)

select
    judged.dataset,
    judged.measure_id,
    judged.organisation_code,
    judged.organisation_scheme,
    judged.organisation_level,
    judged.period_start,
    judged.period_end,
    judged.period_kind,
    judged.population,
    judged.adjustment,
    judged.stratum_dimension,
    judged.stratum,
    judged.stratum_scheme,
    judged.release_scope,
    judged.change,
    judged.old_numerator,
    judged.new_numerator,
    judged.old_denominator,
    judged.new_denominator,
    judged.old_value,
    judged.new_value,
    judged.old_value_status,
    judged.new_value_status,
    judged.from_release_sha256,
    judged.from_release_status,
    judged.to_release_sha256,
    judged.to_release_status,
    releases.origin = 'synthetic' as is_synthetic
from judged
inner join releases on judged.dataset = releases.dataset and judged.to_release_sha256 = releases.release_sha256
where judged.change is not null
