{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('talking_therapies') }}"
) }}

with activity as (
    select * from {{ ref('stg_talking_therapies__activity') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- the publisher's decile 01 is least deprived and 10 most; here 1 is most deprived, always
stratified as (
    select
        *,
        case variable_type
            when 'Indices of Deprivation Decile' then 'deprivation'
            when 'Ethnic Group' then 'ethnicity'
            when 'Gender' then 'sex'
            when 'Age Group' then 'age'
            when 'Total' then 'all'
        end as stratum_dimension,
        case
            when variable_type = 'Total' then 'all'
            when variable_a = 'Not stated/Not known/Invalid' then 'unknown'
            when variable_type = 'Indices of Deprivation Decile'
                then cast(11 - cast(substr(variable_a, 1, 2) as integer) as string)
            when variable_type = 'Gender' and variable_a like 'Indeterminate%' then 'indeterminate'
            when variable_type in ('Gender', 'Age Group') then replace(lower(variable_a), ' ', '_')
            when variable_type = 'Ethnic Group' and variable_b = 'All'
                then
                    case variable_a
                        when 'White' then 'white'
                        when 'Mixed' then 'mixed'
                        when 'Asian or Asian British' then 'asian'
                        when 'Black or Black British' then 'black'
                        when 'Other Ethnic Groups' then 'other'
                    end
            when variable_type = 'Ethnic Group'
                then
                    case lower(variable_b)
                        when 'british' then 'white_british'
                        when 'irish' then 'white_irish'
                        when 'any other white background' then 'white_other'
                        when 'white and black caribbean' then 'mixed_white_and_black_caribbean'
                        when 'white and black african' then 'mixed_white_and_black_african'
                        when 'white and asian' then 'mixed_white_and_asian'
                        when 'any other mixed background' then 'mixed_other'
                        when 'indian' then 'asian_indian'
                        when 'pakistani' then 'asian_pakistani'
                        when 'bangladeshi' then 'asian_bangladeshi'
                        when 'any other asian background' then 'asian_other'
                        when 'caribbean' then 'black_caribbean'
                        when 'african' then 'black_african'
                        when 'any other black background' then 'black_other'
                        when 'chinese' then 'other_chinese'
                        when 'any other ethnic group' then 'other_any'
                    end
        end as stratum,
        case
            when variable_type = 'Total' then 'none'
            when variable_type = 'Indices of Deprivation Decile' then 'imd_decile_version_not_stated'
            when variable_type = 'Gender' then 'gender_as_published'
            when variable_type = 'Age Group' and period_start < date '2021-04-01' then 'age_bands_to_2020_21'
            when variable_type = 'Age Group' then 'age_bands_from_2021_22'
            when variable_b = 'All' then 'ethnic_group_5'
            else 'ethnic_group_16'
        end as scheme_of_row
    from activity
),

-- people without a recorded ethnic group are the unknown stratum of both groupings
ethnic_schemes as (
    select 'ethnic_group_5' as stratum_scheme
    union all
    select 'ethnic_group_16' as stratum_scheme
),

strata as (
    select
        stratified.*,
        coalesce(ethnic_schemes.stratum_scheme, stratified.scheme_of_row) as stratum_scheme
    from stratified
    left join ethnic_schemes on stratified.stratum_dimension = 'ethnicity' and stratified.stratum = 'unknown'
),

-- the denominator is finished courses less those excluded: recovery has to begin with a clinical case
outcomes as (
    select
        *,
        'talking_therapies_recovery' as measure_id,
        recovery as outcome,
        recovery_status as outcome_status,
        not_at_caseness as excluded,
        not_at_caseness_status as excluded_status,
        recovery_percentage as published_value
    from strata
),

-- England is exact; elsewhere a printed 5 stands for 5 to 7 and any other count for itself plus or minus 2
roundings as (
    select
        *,
        finished_course_treatment - excluded as denominator,
        case when organisation_level = 'england' then 'none' else 'nearest_5' end as rounding,
        case when organisation_level = 'england' then 0 else 2 end as tolerance,
        case when organisation_level = 'england' then 0 else 5 end as smallest_shown
    from outcomes
),

bounded as (
    select
        *,
        case
            when outcome - tolerance < smallest_shown then smallest_shown else outcome - tolerance
        end as outcome_lower,
        outcome + tolerance as outcome_upper,
        case
            when finished_course_treatment - tolerance < smallest_shown then smallest_shown
            else finished_course_treatment - tolerance
        end as finished_lower,
        finished_course_treatment + tolerance as finished_upper,
        case
            when excluded = 0 then 0
            when excluded - tolerance < smallest_shown then smallest_shown
            else excluded - tolerance
        end as excluded_lower,
        case when excluded = 0 then 0 else excluded + tolerance end as excluded_upper
    from roundings
),

-- two rounded counts can leave a denominator below the outcome: then there is no rate rather than one above 100
judged as (
    select
        *,
        case
            when 'suppressed' in (outcome_status, finished_course_treatment_status, excluded_status) then 'suppressed'
            when outcome is null or denominator is null then 'missing_at_source'
            when denominator <= 0 or outcome > denominator then 'not_applicable'
            else 'value'
        end as value_status
    from bounded
)

select
    judged.measure_id,
    judged.organisation_code,
    judged.organisation_scheme,
    judged.organisation_level,
    judged.period_start,
    judged.period_end,
    'financial_year' as period_kind,
    'all' as population,
    judged.stratum_dimension,
    judged.stratum,
    judged.stratum_scheme,
    case
        when judged.stratum_dimension = 'all' then 'none'
        when judged.stratum_dimension = 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast(judged.outcome as double) as numerator,
    cast(judged.outcome_lower as double) as numerator_lower,
    cast(judged.outcome_upper as double) as numerator_upper,
    cast(judged.denominator as double) as denominator,
    cast(
        case
            when judged.finished_lower < judged.excluded_upper then 0 else judged.finished_lower - judged.excluded_upper
        end as double
    ) as denominator_lower,
    cast(judged.finished_upper - judged.excluded_lower as double) as denominator_upper,
    case when judged.value_status = 'value' then 100.0 * judged.outcome / judged.denominator end as value,
    cast(judged.published_value as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    judged.rounding,
    judged.value_status,
    releases.release_status,
    'financial_year' as release_scope,
    'talking_therapies' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'talking_therapies'
