{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('kh03_beds') }}"
) }}

with beds as (
    select * from {{ ref('stg_kh03_beds__beds') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

by_sector as (
    select
        *,
        'all' as population,
        occupied_total as numerator,
        available_total as denominator,
        percent_occupied_total as published_value
    from beds
    union all
    select
        *,
        'general and acute' as population,
        occupied_general_acute as numerator,
        available_general_acute as denominator,
        percent_occupied_general_acute as published_value
    from beds
),

-- an estimate for a trust that did not submit is no measurement of that trust; England and its region include it
judged as (
    select
        *,
        case
            when is_estimated then 'missing_at_source'
            when denominator = 0 or numerator > denominator then 'not_applicable'
            else 'value'
        end as value_status
    from by_sector
),

parts as (
    select
        *,
        case when not is_estimated then numerator end as occupied,
        case when not is_estimated then denominator end as available
    from judged
)

select
    'overnight_bed_occupancy' as measure_id,
    parts.organisation_code,
    parts.organisation_scheme,
    parts.organisation_level,
    parts.period_start,
    parts.period_end,
    'quarter' as period_kind,
    parts.population,
    {{ unstratified() }},
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    {{ exact_parts('parts.occupied', 'parts.available') }},
    case when parts.value_status = 'value' then 100.0 * parts.occupied / parts.available end as value,
    parts.published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    parts.value_status,
    releases.release_status,
    'quarter' as release_scope,
    'kh03_beds' as dataset,
    parts.release_sha256
from parts
inner join releases on parts.release_sha256 = releases.release_sha256 and releases.dataset = 'kh03_beds'
