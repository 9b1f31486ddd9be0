{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('fingertips') }}"
) }}

with classified as (
    select * from {{ ref('int_fingertips__classified') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'fingertips'
),

measures as (select * from {{ ref('stg_platform__measures') }}),

judged as (
    select
        classified.*,
        measures.multiplier,
        releases.release_status,
        case
            when classified.value_status <> 'value' then classified.value_status
            when classified.numerator is null or classified.denominator is null then 'missing_at_source'
            when classified.denominator = 0 then 'not_applicable'
            else 'value'
        end as judged_status
    from classified
    inner join measures on classified.measure_id = measures.measure_id
    inner join releases on classified.release_sha256 = releases.release_sha256
)

select
    measure_id,
    organisation_code,
    organisation_scheme,
    organisation_level,
    period_start,
    period_end,
    period_kind,
    'all' as population,
    stratum_dimension,
    stratum,
    stratum_scheme,
    stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast(numerator as double) as numerator,
    cast(
        case
            when rounding = 'nearest_5' and numerator < 2.5 then 0
            when rounding = 'nearest_5' then numerator - 2.5
            when rounding = 'none' then numerator
        end as double
    ) as numerator_lower,
    cast(case rounding when 'nearest_5' then numerator + 2.5 when 'none' then numerator end as double)
        as numerator_upper,
    cast(denominator as double) as denominator,
    cast(denominator as double) as denominator_lower,
    cast(denominator as double) as denominator_upper,
    case when judged_status = 'value' then multiplier * numerator / denominator end as value,
    published_value,
    published_lower,
    published_upper,
    rounding,
    judged_status as value_status,
    release_status,
    case stratum_scheme when 'none' then organisation_level else organisation_level || ' by ' || stratum_scheme end
        as release_scope,
    'fingertips' as dataset,
    release_sha256
from judged
