{{ config(materialized='view') }}

with indicators as (select * from {{ ref('stg_fingertips__indicators') }}),

measured as (
    select
        *,
        case indicator_id
            when 93930 then 'child_ae_attendances'
            when 200 then 'learning_disability_prevalence'
        end as measure_id,
        case
            when area_type in ('England', 'Country') then 'england'
            when area_type = 'GPs' then 'practice'
            when area_type like 'PCNs%' then 'pcn'
        end as organisation_level
    from indicators
    where
        (indicator_id = 93930 and age = '0-4 yrs')
        or (indicator_id = 200 and age = 'All ages')
),

stratified as (
    select
        *,
        case
            when breakdown is null and sex = 'Persons' then 'all'
            when breakdown is null and sex in ('Male', 'Female') then 'sex'
            when breakdown = 'deprivation' and sex = 'Persons' then 'deprivation'
        end as stratum_dimension
    from measured
    where organisation_level is not null
)

select
    release_sha256,
    indicator_id,
    measure_id,
    area_code as organisation_code,
    case when organisation_level = 'england' then 'gss' else 'ods' end as organisation_scheme,
    organisation_level,
    area_name as organisation_name,
    period_start,
    period_end,
    period_kind,
    stratum_dimension,
    case stratum_dimension
        when 'all' then 'all'
        when 'sex' then lower(sex)
        when 'deprivation' then cast(deprivation_decile as string)
    end as stratum,
    case stratum_dimension
        when 'deprivation'
            then case imd_version when 'trend' then 'imd_trend' else 'imd' || imd_version end
                || '_' || ranked_areas || coalesce('_' || areas_vintage, '') || '_decile'
        else 'none'
    end as stratum_scheme,
    case stratum_dimension
        when 'deprivation' then 'area_of_population'
        when 'sex' then 'patient_recorded'
        else 'none'
    end as stratum_basis,
    numerator,
    denominator,
    published_value,
    published_lower,
    published_upper,
    value_status,
    -- indicator 200 is exact; 93930 is exact for England, to the nearest 5 below it and by decile of area
    case
        when measure_id = 'learning_disability_prevalence' then 'none'
        when organisation_level <> 'england' or stratum_dimension = 'deprivation' then 'nearest_5'
        else 'none'
    end as rounding
from stratified
where stratum_dimension is not null
