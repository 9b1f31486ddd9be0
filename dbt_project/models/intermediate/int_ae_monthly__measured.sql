{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('ae_monthly') }}"
) }}

with attendances as (
    select * from {{ ref('stg_ae_monthly__attendances') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

breaks as (
    select * from {{ ref('stg_platform__breaks') }}
    where kind = 'structural_zero'
),

-- an organisation in a structural-zero break reports 0 for what it did not measure
flagged as (
    select
        attendances.*,
        exists(
            select 1 from breaks
            where
                attendances.period_start between breaks.starts_on and breaks.ends_on
                and ',' || breaks.organisation_codes || ',' like '%,' || attendances.organisation_code || ',%'
        ) as is_structural_zero
    from attendances
),

by_department as (
    select
        'ae_four_hour_performance' as measure_id,
        'all' as population,
        organisation_code,
        period_start,
        period_end,
        release_sha256,
        is_structural_zero,
        attendances_all - over_4_hours_all as numerator,
        attendances_all as denominator
    from flagged
    union all
    select
        'ae_four_hour_performance' as measure_id,
        'type 1 departments' as population,
        organisation_code,
        period_start,
        period_end,
        release_sha256,
        is_structural_zero,
        attendances_type_1 - over_4_hours_type_1 as numerator,
        attendances_type_1 as denominator
    from flagged
    union all
    select
        'ae_twelve_hour_waits' as measure_id,
        'all' as population,
        organisation_code,
        period_start,
        period_end,
        release_sha256,
        false as is_structural_zero,
        waits_over_12_hours as numerator,
        admissions_through_ae as denominator
    from flagged
),

-- England is the sum of the organisations that measured; a structural zero is no part of it
england as (
    select
        measure_id,
        population,
        'E92000001' as organisation_code,
        period_start,
        period_end,
        release_sha256,
        false as is_structural_zero,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from by_department
    where not is_structural_zero
    group by 1, 2, 4, 5, 6
),

organisations_and_england as (
    select
        *,
        'ods' as organisation_scheme,
        'provider' as organisation_level
    from by_department
    union all
    select
        *,
        'gss' as organisation_scheme,
        'england' as organisation_level
    from england
),

judged as (
    select
        *,
        case
            when is_structural_zero then 'missing_at_source'
            when denominator = 0 or numerator > denominator then 'not_applicable'
            else 'value'
        end as value_status
    from organisations_and_england
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
    cast(case when not judged.is_structural_zero then judged.numerator end as double) as numerator,
    cast(case when not judged.is_structural_zero then judged.numerator end as double) as numerator_lower,
    cast(case when not judged.is_structural_zero then judged.numerator end as double) as numerator_upper,
    cast(judged.denominator as double) as denominator,
    cast(judged.denominator as double) as denominator_lower,
    cast(judged.denominator as double) as denominator_upper,
    case
        when judged.value_status = 'value' then 100.0 * judged.numerator / judged.denominator
    end as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    judged.value_status,
    releases.release_status,
    'month' as release_scope,
    'ae_monthly' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'ae_monthly'
