{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('community_waits') }}"
) }}

with waits as (
    select * from {{ ref('stg_community_waits__waits') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- some providers know no weeks for part of their list: shares are of those whose weeks are known
weighed as (
    select
        *,
        coalesce(waiting_18_to_52_weeks, 0) + coalesce(waiting_over_52_weeks, 0) as over_18_weeks,
        coalesce(waiting_over_52_weeks, 0) as over_52_weeks,
        coalesce(waiting_0_to_1_weeks, 0) + coalesce(waiting_1_to_2_weeks, 0) + coalesce(waiting_2_to_4_weeks, 0)
        + coalesce(waiting_4_to_12_weeks, 0) + coalesce(waiting_12_to_18_weeks, 0)
        + coalesce(waiting_18_to_52_weeks, 0) + coalesce(waiting_over_52_weeks, 0) as known_weeks
    from waits
),

-- England is what the publisher sums, three services that it shows for England only among them
by_population as (
    select
        *,
        age_group as population
    from weighed
    where (organisation_level = 'england') = (row_kind = 'total')
    union all
    select
        *,
        'all' as population
    from weighed
    where organisation_level <> 'england'
),

lists as (
    select
        release_sha256,
        organisation_level,
        organisation_code,
        organisation_scheme,
        period_start,
        period_end,
        population,
        sum(over_18_weeks) as over_18_weeks,
        sum(over_52_weeks) as over_52_weeks,
        sum(known_weeks) as known_weeks
    from by_population
    group by
        release_sha256, organisation_level, organisation_code, organisation_scheme, period_start, period_end, population
),

outcomes as (
    select
        *,
        'community_waits_over_18_weeks' as measure_id,
        over_18_weeks as numerator
    from lists
    union all
    select
        *,
        'community_waits_over_52_weeks' as measure_id,
        over_52_weeks as numerator
    from lists
),

judged as (
    select
        *,
        case when known_weeks = 0 then 'not_applicable' else 'value' end as value_status
    from outcomes
)

select
    judged.measure_id,
    judged.organisation_code,
    judged.organisation_scheme,
    judged.organisation_level,
    judged.period_start,
    judged.period_end,
    'month' as period_kind,
    judged.population,
    {{ unstratified() }},
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    {{ exact_parts('judged.numerator', 'judged.known_weeks') }},
    case when judged.value_status = 'value' then 100.0 * judged.numerator / judged.known_weeks end as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    judged.value_status,
    releases.release_status,
    'month' as release_scope,
    'community_waits' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'community_waits'
