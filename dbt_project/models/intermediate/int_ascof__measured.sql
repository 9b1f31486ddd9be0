{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('ascof') }}"
) }}

with measures as (
    select * from {{ ref('stg_ascof__measures') }}
    where {{ only_new_releases('release_sha256') }} and topic is not null and organisation_level <> 'council_type'
),

releases as (select * from {{ ref('stg_platform__releases') }}),

stratified as (
    select
        *,
        'ascof_' || topic as measure_id,
        case
            when disaggregation = 'Total' then 'all'
            when disaggregation in ('Female', 'Male') then 'sex'
            else 'age'
        end as stratum_dimension,
        case
            when disaggregation = 'Total' then 'all'
            else replace(replace(lower(disaggregation), '-', '_to_'), ' ', '_')
        end as stratum,
        case
            when disaggregation = 'Total' then 'none'
            when disaggregation in ('Female', 'Male') then 'sex_as_published'
            when disaggregation in ('18-64', '18 to 64', '65 and over') then 'age_18_to_64_and_65_and_over'
            else 'age_65_to_74_75_to_84_85_and_over'
        end as stratum_scheme
    from measures
),

-- shares and means of surveys are weighted: no numerator, and respondents, rounded to 5, as the denominator.
-- 2016-17 gives carers twice: all of them, and in brackets those assessed or reviewed in the year
surveyed as (
    select
        release_sha256,
        measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        period_start,
        period_end,
        stratum_dimension,
        stratum,
        stratum_scheme,
        topic,
        'all' as population,
        outcome,
        outcome_status,
        margin_of_error,
        respondents
    from stratified
    where topic in ('quality_of_life', 'carers_quality_of_life', 'satisfaction', 'control', 'feel_safe')
    union all
    select
        release_sha256,
        measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        period_start,
        period_end,
        stratum_dimension,
        stratum,
        stratum_scheme,
        topic,
        'carers assessed or reviewed in the year' as population,
        outcome_bracketed as outcome,
        outcome_bracketed_status as outcome_status,
        margin_of_error_bracketed as margin_of_error,
        respondents_bracketed as respondents
    from stratified
    where topic = 'carers_quality_of_life'
),

scores as (
    select
        *,
        'score' as observation_kind,
        cast(null as double) as numerator,
        0 as numerator_tolerance,
        cast(respondents as double) as denominator,
        case when respondents % 5 = 0 then 2 else 0 end as denominator_tolerance,
        outcome as value,
        outcome as published_value,
        outcome - margin_of_error as published_lower,
        case
            when topic in ('satisfaction', 'control', 'feel_safe') and outcome + margin_of_error > 100 then 100.0
            else outcome + margin_of_error
        end as published_upper,
        outcome_status as value_status
    from surveyed
    where outcome_status <> 'not_applicable'
),

-- councils' records: client level data from April 2024 are exact for councils and rounded to 5 above them
counted as (
    select
        *,
        case when topic = 'care_home_admissions_65' then 100000.0 else 100.0 end as multiplier,
        case
            when period_start >= date '2024-04-01' and organisation_level in ('england', 'region') then 2
            else 0
        end as tolerance,
        case
            when 'suppressed' in (numerator_status, denominator_status, outcome_status) then 'suppressed'
            when numerator is null or denominator is null then 'missing_at_source'
            when denominator <= 0 then 'not_applicable'
            else 'value'
        end as rate_status
    from stratified
    where
        topic in (
            'care_home_admissions_65', 'learning_disability_at_home', 'reablement_12_weeks', 'reablement_91_days'
        )
        and outcome_status <> 'not_applicable'
),

rates as (
    select
        release_sha256,
        measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        period_start,
        period_end,
        stratum_dimension,
        stratum,
        stratum_scheme,
        topic,
        'all' as population,
        'rate_within_stratum' as observation_kind,
        numerator,
        tolerance as numerator_tolerance,
        denominator,
        tolerance as denominator_tolerance,
        case when rate_status = 'value' then multiplier * numerator / denominator end as value,
        case when rate_status = 'value' then outcome end as published_value,
        cast(null as double) as published_lower,
        cast(null as double) as published_upper,
        rate_status as value_status
    from counted
),

stacked as (
    select
        release_sha256,
        measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        period_start,
        period_end,
        stratum_dimension,
        stratum,
        stratum_scheme,
        topic,
        population,
        observation_kind,
        numerator,
        numerator_tolerance,
        denominator,
        denominator_tolerance,
        value,
        published_value,
        published_lower,
        published_upper,
        value_status
    from scores
    union all
    select * from rates
)

select
    stacked.measure_id,
    stacked.organisation_code,
    stacked.organisation_scheme,
    stacked.organisation_level,
    stacked.period_start,
    stacked.period_end,
    'financial_year' as period_kind,
    stacked.population,
    stacked.stratum_dimension,
    stacked.stratum,
    stacked.stratum_scheme,
    case when stacked.stratum_dimension = 'all' then 'none' else 'patient_recorded' end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    stacked.observation_kind,
    'crude' as adjustment,
    cast(stacked.numerator as double) as numerator,
    cast(
        case
            when stacked.numerator < stacked.numerator_tolerance then 0
            else stacked.numerator - stacked.numerator_tolerance
        end as double
    ) as numerator_lower,
    cast(stacked.numerator + stacked.numerator_tolerance as double) as numerator_upper,
    cast(stacked.denominator as double) as denominator,
    cast(
        case
            when stacked.denominator < stacked.denominator_tolerance then 0
            else stacked.denominator - stacked.denominator_tolerance
        end as double
    ) as denominator_lower,
    cast(stacked.denominator + stacked.denominator_tolerance as double) as denominator_upper,
    cast(stacked.value as double) as value,
    cast(stacked.published_value as double) as published_value,
    cast(stacked.published_lower as double) as published_lower,
    cast(stacked.published_upper as double) as published_upper,
    case when stacked.denominator_tolerance = 0 then 'none' else 'nearest_5' end as rounding,
    stacked.value_status,
    releases.release_status,
    case when stacked.stratum_dimension = 'all' then 'total' else 'strata' end as release_scope,
    'ascof' as dataset,
    stacked.release_sha256
from stacked
inner join releases on stacked.release_sha256 = releases.release_sha256 and releases.dataset = 'ascof'
