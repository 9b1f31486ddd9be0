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

-- the label of a breakdown carries the index's edition and the vintage of the areas that were ranked
labelled as (
    select
        *,
        category_type like '% deprivation deciles in England (IMD%' as is_by_area_decile,
        lower(regexp_extract(category_type, 'IMD[0-9]+', 0)) as index_label,
        replace(replace(lower(split_part(category_type, ' deprivation deciles', 1)), ' & ', '_'), ' ', '_')
            as geography_label,
        replace(
            replace(
                lower(regexp_extract(category_type, 'IMD[0-9]+,? *([^).]*?)( geography| geog| CCGs)?[).]', 1)), '/', '_'
            ),
            ' ', '_'
        ) as vintage_label
    from measured
    where organisation_level is not null
),

stratified as (
    select
        *,
        case
            when category_type is null and sex = 'Persons' then 'all'
            when category_type is null and sex in ('Male', 'Female') then 'sex'
            when is_by_area_decile and sex = 'Persons' then 'deprivation'
        end as stratum_dimension,
        case
            when category like 'Most deprived decile%' then '1'
            when category like 'Second most deprived decile%' then '2'
            when category like 'Third more deprived decile%' then '3'
            when category like 'Fourth more deprived decile%' then '4'
            when category like 'Fifth more deprived decile%' then '5'
            when category like 'Fifth less deprived decile%' then '6'
            when category like 'Fourth less deprived decile%' then '7'
            when category like 'Third less deprived decile%' then '8'
            when category like 'Second least deprived decile%' then '9'
            when category like 'Least deprived decile%' then '10'
        end as decile
    from labelled
)

select
    release_sha256,
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
        when 'deprivation' then decile
    end as stratum,
    case stratum_dimension
        when 'deprivation'
            then index_label || '_' || geography_label
                || case when vintage_label = '' then '' else '_' || vintage_label end || '_decile'
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
    -- indicator 200 is exact; 93930 is exact for England, to the nearest 5 below, and adds rounded areas into deciles
    case
        when measure_id = 'learning_disability_prevalence' then 'none'
        when organisation_level <> 'england' then 'nearest_5'
        when stratum_dimension = 'deprivation' then 'unknown'
        else 'none'
    end as rounding
from stratified
where stratum_dimension is not null
