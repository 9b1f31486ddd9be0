with measures as (select * from {{ lake('ascof', 'measures') }}),

-- codes are written with and without brackets
coded as (
    select
        *,
        replace(replace(measure_code, '(', ''), ')', '') as code
    from measures
)

select
    release_sha256,
    period_start,
    period_end,
    area_code,
    ons_code as organisation_code,
    'gss' as organisation_scheme,
    area_name as organisation_name,
    case area_level
        when 'England' then 'england'
        when 'Region' then 'region'
        when 'Council' then 'local_authority'
        else 'council_type'
    end as organisation_level,
    framework,
    measure_code,
    -- measures were given new codes in 2023-24, and some old codes now mean another measure
    case
        when code = '1A' then 'quality_of_life'
        when framework = 'from_2023_24' and code = '1C' then 'carers_quality_of_life'
        when framework = 'from_2023_24' and code = '1D' then 'satisfaction'
        when framework = 'from_2023_24' and code = '3A' then 'control'
        when framework = 'from_2023_24' and code = '2C' then 'care_home_admissions_65'
        when framework = 'from_2023_24' and code = '2E1' then 'learning_disability_at_home'
        when framework = 'from_2023_24' and code = '2D1' and period_start >= date '2024-04-01'
            then 'reablement_12_weeks'
        when framework = 'from_2023_24' and code = '2D1' then 'reablement_91_days'
        when framework = 'to_2022_23' and code = '1D' then 'carers_quality_of_life'
        when framework = 'to_2022_23' and code = '3A' then 'satisfaction'
        when framework = 'to_2022_23' and code = '1B' then 'control'
        when framework = 'to_2022_23' and code = '2A2' then 'care_home_admissions_65'
        when framework = 'to_2022_23' and code = '1G' then 'learning_disability_at_home'
        when framework = 'to_2022_23' and code = '2B1' then 'reablement_91_days'
        when code = '4A' then 'feel_safe'
    end as topic,
    disaggregation,
    outcome,
    outcome_status,
    margin_of_error,
    respondents,
    respondents_status,
    numerator,
    numerator_status,
    denominator,
    denominator_status,
    outcome_bracketed,
    outcome_bracketed_status,
    margin_of_error_bracketed,
    respondents_bracketed
from coded
