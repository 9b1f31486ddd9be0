{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('maternity_msds') }}"
) }}

with counts as (
    select * from {{ ref('stg_maternity_msds__counts') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

deliveries as (
    select
        *,
        case dimension
            when 'TotalDeliveries' then 'all'
            when 'EthnicCategoryMotherGroup' then 'ethnicity'
            when 'DeprivationDecileAtBooking' then 'deprivation'
            when 'AgeAtBookingMotherGroup' then 'age'
        end as stratum_dimension
    from counts
    where
        count_of = 'Deliveries'
        and dimension in (
            'TotalDeliveries', 'EthnicCategoryMotherGroup', 'DeprivationDecileAtBooking', 'AgeAtBookingMotherGroup'
        )
),

-- 'Not known', 'Not Stated' and both spellings of 'Missing value' are one stratum; deciles come as '2' and as '02'
labelled as (
    select
        *,
        case
            when stratum_dimension = 'all' then 'all'
            when lower(measure) like 'missing value%' then 'unknown'
            when stratum_dimension = 'deprivation'
                then
                    case
                        when measure like 'Pseudo postcode%' then 'no_fixed_abode_or_overseas'
                        when measure like 'Resident Elsewhere%' then 'elsewhere_in_uk'
                        else cast(cast(trim(substr(measure, 1, 2)) as integer) as string)
                    end
            when stratum_dimension = 'ethnicity'
                then
                    case lower(measure)
                        when 'white' then 'white'
                        when 'mixed' then 'mixed'
                        when 'asian or asian british' then 'asian'
                        when 'black or black british' then 'black'
                        when 'any other ethnic group' then 'other'
                        when 'not known' then 'unknown'
                        when 'not stated' then 'unknown'
                    end
            when lower(measure) = '45 or over' then '45_and_over'
            else replace(lower(measure), ' ', '_')
        end as stratum
    from deliveries
),

strata as (
    select
        release_sha256,
        period_start,
        period_end,
        organisation_level,
        organisation_code,
        organisation_scheme,
        stratum_dimension,
        stratum,
        sum(count_published) as numerator,
        sum(count_lower) as numerator_lower,
        sum(count_upper) as numerator_upper
    from labelled
    group by
        release_sha256,
        period_start,
        period_end,
        organisation_level,
        organisation_code,
        organisation_scheme,
        stratum_dimension,
        stratum
)

select
    'maternity_deliveries' as measure_id,
    strata.organisation_code,
    strata.organisation_scheme,
    strata.organisation_level,
    strata.period_start,
    strata.period_end,
    'financial_year' as period_kind,
    'all' as population,
    strata.stratum_dimension,
    strata.stratum,
    case strata.stratum_dimension
        when 'deprivation' then 'imd_decile_version_not_stated'
        when 'ethnicity' then 'ethnic_group_5'
        when 'age' then 'mother_age_bands_7'
        else 'none'
    end as stratum_scheme,
    case strata.stratum_dimension
        when 'deprivation' then 'patient_residence_area'
        when 'all' then 'none'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'stratum_distribution' as observation_kind,
    'crude' as adjustment,
    cast(strata.numerator as double) as numerator,
    cast(strata.numerator_lower as double) as numerator_lower,
    cast(strata.numerator_upper as double) as numerator_upper,
    cast(null as double) as denominator,
    cast(null as double) as denominator_lower,
    cast(null as double) as denominator_upper,
    cast(null as double) as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    '1to7_as_5' as rounding,
    'value' as value_status,
    releases.release_status,
    'financial_year' as release_scope,
    'maternity_msds' as dataset,
    strata.release_sha256
from strata
inner join releases on strata.release_sha256 = releases.release_sha256 and releases.dataset = 'maternity_msds'
