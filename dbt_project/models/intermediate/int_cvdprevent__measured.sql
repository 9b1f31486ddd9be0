{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('cvdprevent') }}"
) }}

with outcomes as (
    select * from {{ ref('stg_cvdprevent__outcomes') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'cvdprevent'
),

-- a category means nothing without its type; age-standardised twins are another series and stay in the lake
stratified as (
    select
        *,
        case
            when metric_category_type = 'Sex' and metric_category in ('Male', 'Female') then 'sex'
            when metric_category_type = 'Age group' then 'age'
            when metric_category_type = 'Ethnicity' then 'ethnicity'
            when metric_category_type = 'Deprivation quintile' then 'deprivation'
            when metric_category_type in ('Sex', 'Mental Health', 'Learning Disability') then 'all'
        end as stratum_dimension,
        case
            when metric_category_type = 'Sex' and metric_category in ('Male', 'Female') then lower(metric_category)
            when metric_category_type = 'Age group' then metric_category
            when metric_category_type = 'Ethnicity' and metric_category = 'Missing' then 'unknown'
            when metric_category_type = 'Ethnicity' then replace(lower(metric_category), ' ', '_')
            when metric_category_type = 'Deprivation quintile' and substr(metric_category, 1, 1) between '1' and '5'
                then substr(metric_category, 1, 1)
            when metric_category_type = 'Deprivation quintile' then 'unknown'
            else 'all'
        end as stratum,
        case
            when metric_category_type in ('Mental Health', 'Learning Disability') then lower(metric_category)
            when metric_category_type <> 'Sex' and category_attribute <> 'Persons' then lower(category_attribute)
            else 'all'
        end as population,
        case when organisation_level = 'england' then 'none' else 'nearest_5' end as rounding
    from outcomes
    where indicator_code = 'CVDP007HYP' and not is_standardised
),

judged as (
    select
        stratified.*,
        releases.release_status,
        case
            when stratified.value_status <> 'value' then stratified.value_status
            when stratified.numerator is null or stratified.denominator is null then 'missing_at_source'
            when stratified.denominator = 0 then 'not_applicable'
            else 'value'
        end as judged_status,
        case stratified.rounding when 'none' then 0 else 2.5 end as half_a_step
    from stratified
    inner join releases on stratified.release_sha256 = releases.release_sha256
    where stratified.stratum_dimension is not null
)

select
    'cvdprevent_hypertension_treated' as measure_id,
    organisation_code,
    organisation_scheme,
    organisation_level,
    period_start,
    period_end,
    period_kind,
    population,
    stratum_dimension,
    stratum,
    case stratum_dimension when 'deprivation' then 'imd_version_not_stated_quintile' else 'none' end as stratum_scheme,
    case stratum_dimension
        when 'all' then 'none'
        when 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast(numerator as double) as numerator,
    cast(case when numerator < half_a_step then 0 else numerator - half_a_step end as double) as numerator_lower,
    cast(numerator + half_a_step as double) as numerator_upper,
    cast(denominator as double) as denominator,
    cast(case when denominator < half_a_step then 0 else denominator - half_a_step end as double) as denominator_lower,
    cast(denominator + half_a_step as double) as denominator_upper,
    cast(case when judged_status = 'value' then 100.0 * numerator / denominator end as double) as value,
    cast(published_value as double) as published_value,
    cast(published_lower as double) as published_lower,
    cast(published_upper as double) as published_upper,
    rounding,
    judged_status as value_status,
    release_status,
    organisation_level as release_scope,
    'cvdprevent' as dataset,
    release_sha256
from judged
