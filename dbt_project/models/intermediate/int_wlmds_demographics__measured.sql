{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('wlmds_demographics') }}"
) }}

{%- set key = ['release_sha256', 'period_start', 'period_end', 'organisation_code', 'organisation_scheme',
    'organisation_level', 'population', 'release_scope', 'stratum_dimension', 'stratum', 'stratum_scheme'] %}

with waiting_list as (
    select * from {{ ref('stg_wlmds_demographics__waiting_list') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- a month is shown by its last week: the weekly series has four or five of them
last_weeks as (
    select
        release_sha256,
        table_kind,
        period_start,
        max(week_ending) as week_ending
    from waiting_list
    group by 1, 2, 3
),

months as (
    select waiting_list.*
    from waiting_list
    inner join last_weeks
        on
            waiting_list.release_sha256 = last_weeks.release_sha256
            and waiting_list.table_kind = last_weeks.table_kind
            and waiting_list.week_ending = last_weeks.week_ending
),

-- England by age and sex stands in the table of organisations and in the weekly series, which each release brings anew
series as (
    select distinct
        release_sha256,
        period_start,
        metric
    from months
    where table_kind = 'time_series'
),

stratified as (
    select
        months.*,
        case
            when months.table_kind = 'treatment_functions' then 'treatment_functions'
            when
                months.organisation_level = 'england' and months.population = 'all' and months.metric in ('Age', 'Sex')
                then 'england_by_age_and_sex'
            else 'organisations'
        end as release_scope,
        case months.metric
            when 'Age' then 'age'
            when 'Sex' then 'sex'
            when 'IMD' then 'deprivation'
            when 'Ethnicity' then 'ethnicity'
        end as stratum_dimension,
        case months.metric
            when 'Age' then replace(replace(lower(months.category), ' years', ''), ' ', '_')
            when 'Sex' then lower(months.category)
            when 'IMD' then months.category
            when 'Ethnicity'
                then
                    case months.category
                        when 'A: British' then 'white_british'
                        when 'B: Irish' then 'white_irish'
                        when 'C: Any other white background' then 'white_other'
                        when 'D: White and Black Caribbean' then 'mixed_white_and_black_caribbean'
                        when 'E: White and Black African' then 'mixed_white_and_black_african'
                        when 'F: White and Asian' then 'mixed_white_and_asian'
                        when 'G: Any other mixed background' then 'mixed_other'
                        when 'H: Indian' then 'asian_indian'
                        when 'J: Pakistani' then 'asian_pakistani'
                        when 'K: Bangladeshi' then 'asian_bangladeshi'
                        when 'L: Any other Asian background' then 'asian_other'
                        when 'M: Caribbean' then 'black_caribbean'
                        when 'N: African' then 'black_african'
                        when 'P: Any other Black background' then 'black_other'
                        when 'R: Chinese' then 'other_chinese'
                        when 'S: Any other ethnic group' then 'other_any'
                        when 'Z: Not stated' then 'unknown'
                        when '99: Not known' then 'unknown'
                    end
        end as stratum,
        case months.metric
            when 'Age' then 'age_bands_3'
            when 'Sex' then 'sex_as_published'
            when 'IMD' then 'imd_decile_version_not_stated'
            when 'Ethnicity' then 'ethnic_group_16'
        end as stratum_scheme
    from months
    left join series
        on
            months.release_sha256 = series.release_sha256
            and months.period_start = series.period_start
            and months.metric = series.metric
    where
        series.metric is null
        or months.table_kind = 'time_series'
        or months.table_kind = 'treatment_functions'
        or months.organisation_level <> 'england'
        or months.population <> 'all'
),

outcomes as (
    select
        *,
        'wlmds_within_18_weeks' as measure_id,
        up_to_18_weeks as outcome,
        up_to_18_weeks_status as outcome_status,
        within_18_weeks_share as published_share
    from stratified
    union all
    select
        *,
        'wlmds_over_52_weeks' as measure_id,
        over_52_weeks as outcome,
        over_52_weeks_status as outcome_status,
        over_52_weeks_share as published_share
    from stratified
),

-- * stands for 1 to 7, 0 for 0, any other count for itself plus or minus 2
bounded as (
    select
        *,
        case when outcome_status = 'suppressed' then 1 when outcome = 0 then 0 else outcome - 2 end as outcome_lower,
        case when outcome_status = 'suppressed' then 7 when outcome = 0 then 0 else outcome + 2 end as outcome_upper,
        case when total_status = 'suppressed' then 1 when total = 0 then 0 else total - 2 end as total_lower,
        case when total_status = 'suppressed' then 7 when total = 0 then 0 else total + 2 end as total_upper
    from outcomes
),

-- "not stated" and "not known" are one stratum: a sum is known where all of its parts are
summed as (
    select
        measure_id,
        {{ key | join(',\n        ') }},
        case when count(outcome) = count(*) then sum(outcome) end as numerator,
        case when count(outcome_lower) = count(*) then sum(outcome_lower) end as numerator_lower,
        case when count(outcome_upper) = count(*) then sum(outcome_upper) end as numerator_upper,
        case when count(total) = count(*) then sum(total) end as denominator,
        case when count(total_lower) = count(*) then sum(total_lower) end as denominator_lower,
        case when count(total_upper) = count(*) then sum(total_upper) end as denominator_upper,
        case when count(*) = 1 then 100.0 * max(published_share) end as published_value,
        max(case when 'suppressed' in (outcome_status, total_status) then 1 else 0 end) as has_suppressed,
        max(case when 'missing_at_source' in (outcome_status, total_status) then 1 else 0 end) as has_missing
    from bounded
    group by measure_id, {{ key | join(', ') }}
),

judged as (
    select
        *,
        case
            when has_missing = 1 then 'missing_at_source'
            when has_suppressed = 1 then 'suppressed'
            when denominator = 0 or numerator > denominator then 'not_applicable'
            else 'value'
        end as value_status
    from summed
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
    judged.stratum_dimension,
    judged.stratum,
    judged.stratum_scheme,
    case
        when judged.stratum_dimension = 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast(judged.numerator as double) as numerator,
    cast(judged.numerator_lower as double) as numerator_lower,
    cast(judged.numerator_upper as double) as numerator_upper,
    cast(judged.denominator as double) as denominator,
    cast(judged.denominator_lower as double) as denominator_lower,
    cast(judged.denominator_upper as double) as denominator_upper,
    cast(
        case when judged.value_status = 'value' then 100.0 * judged.numerator / judged.denominator end as double
    ) as value,
    cast(judged.published_value as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'nearest_5' as rounding,
    judged.value_status,
    releases.release_status,
    judged.release_scope,
    'wlmds_demographics' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'wlmds_demographics'
