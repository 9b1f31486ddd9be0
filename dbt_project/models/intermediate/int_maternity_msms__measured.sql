{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('maternity_msms') }}"
) }}

with indicators as (
    select * from {{ ref('stg_maternity_msms__indicators') }}
    where {{ only_new_releases('release_sha256') }}
),

counts as (
    select * from {{ ref('stg_maternity_msms__counts') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

metrics as (
    select
        release_sha256,
        period_start,
        period_end,
        organisation_level,
        organisation_code,
        organisation_scheme,
        indicator,
        max(case when part = 'numerator' then value_published end) as numerator_printed,
        max(case when part = 'denominator' then value_published end) as denominator_printed,
        max(case when part = 'rate' then value_published end) as rate_printed,
        max(case when part = 'rate' then value_status end) as rate_status,
        max(case when mark in ('DNS', 'Low DQ') then 1 else 0 end) as is_not_measured
    from indicators
    where indicator in ('CQIMPreterm', 'CQIMBreastfeeding', 'CQIMSmokingDelivery', 'CQIMTears', 'CQIMPPH')
    group by 1, 2, 3, 4, 5, 6, 7
),

-- where a provider did not submit, or its data failed the checks, parts are printed as 0 and are no zeros
statuses as (
    select
        *,
        case
            when is_not_measured = 1 then 'missing_at_source'
            when rate_status = 'suppressed' then 'suppressed'
            when numerator_printed is null or denominator_printed is null then 'missing_at_source'
            when denominator_printed = 0 or numerator_printed > denominator_printed then 'not_applicable'
            else 'value'
        end as value_status
    from metrics
),

-- parts of England and of a region are sums of providers' rounded parts: off by up to 2 for each of them
providers as (
    select
        release_sha256,
        indicator,
        count(*) as providers
    from statuses
    where organisation_level = 'provider' and is_not_measured = 0
    group by 1, 2
),

tolerances as (
    select
        statuses.*,
        case
            when statuses.organisation_level = 'provider' then 2 else 2 * coalesce(providers.providers, 0)
        end as tolerance
    from statuses
    left join providers
        on statuses.release_sha256 = providers.release_sha256 and statuses.indicator = providers.indicator
),

bounded as (
    select
        *,
        case
            when is_not_measured = 1 then null
            when organisation_level = 'provider' and numerator_printed = 0 then 0
            when organisation_level = 'provider' and numerator_printed = 5 then 1
            when numerator_printed < tolerance then 0
            else numerator_printed - tolerance
        end as numerator_lower,
        case
            when is_not_measured = 1 then null
            when organisation_level = 'provider' and numerator_printed = 0 then 0
            else numerator_printed + tolerance
        end as numerator_upper,
        case
            when is_not_measured = 1 then null
            when organisation_level = 'provider' and denominator_printed = 0 then 0
            when organisation_level = 'provider' and denominator_printed = 5 then 1
            when denominator_printed < tolerance then 0
            else denominator_printed - tolerance
        end as denominator_lower,
        case
            when is_not_measured = 1 then null
            when organisation_level = 'provider' and denominator_printed = 0 then 0
            else denominator_printed + tolerance
        end as denominator_upper
    from tolerances
),

-- the publisher's code says which months a metric of a reporting month covers; the file does not
windows as (
    select
        *,
        cast(
            case indicator
                when 'CQIMSmokingDelivery' then period_start - interval '1' month
                when 'CQIMTears' then period_start - interval '2' month
                when 'CQIMPPH' then period_start - interval '3' month
                else period_start
            end as date
        ) as window_start,
        cast(
            case
                when indicator in ('CQIMSmokingDelivery', 'CQIMPPH') then period_start - interval '1' day
                else period_end
            end as date
        ) as window_end,
        case when indicator in ('CQIMTears', 'CQIMPPH') then 'rolling' else 'month' end as period_kind,
        case when indicator in ('CQIMBreastfeeding', 'CQIMSmokingDelivery') then 100.0 else 1000.0 end as multiplier
    from bounded
),

bookings as (
    select
        *,
        case dimension
            when 'TotalBookings' then 'all'
            when 'EthnicCategoryMotherGroup' then 'ethnicity'
            when 'DeprivationDecileAtBooking' then 'deprivation'
            when 'AgeAtBookingMotherGroup' then 'age'
        end as stratum_dimension
    from counts
    where
        dimension in (
            'TotalBookings', 'EthnicCategoryMotherGroup', 'DeprivationDecileAtBooking', 'AgeAtBookingMotherGroup'
        )
),

labelled as (
    select
        *,
        case
            when stratum_dimension = 'all' then 'all'
            when measure like 'missing value%' or measure like 'value outside%' then 'unknown'
            when measure in ('not known', 'not stated') then 'unknown'
            when measure like 'pseudo postcode%' then 'no_fixed_abode_or_overseas'
            when measure like 'resident elsewhere%' then 'elsewhere_in_uk'
            when stratum_dimension = 'deprivation'
                then cast(cast(trim(substr(measure, 1, 2)) as integer) as string)
            when measure = 'asian or asian british' then 'asian'
            when measure = 'black or black british' then 'black'
            when measure = 'any other ethnic group' then 'other'
            when measure = '45 or over' then '45_and_over'
            else replace(measure, ' ', '_')
        end as stratum
    from bookings
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
        sum(count_published) as numerator_shown,
        sum(count_lower) as numerator_lower,
        sum(count_upper) as numerator_upper,
        count(case when count_status <> 'value' then 1 end) as missing
    from labelled
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

measured as (
    select
        case indicator
            when 'CQIMPreterm' then 'maternity_preterm_births'
            when 'CQIMBreastfeeding' then 'maternity_first_feed_breast_milk'
            when 'CQIMSmokingDelivery' then 'maternity_smoking_at_delivery'
            when 'CQIMTears' then 'maternity_severe_tears'
            when 'CQIMPPH' then 'maternity_severe_haemorrhage'
        end as measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        window_start as period_start,
        window_end as period_end,
        period_kind,
        'all' as stratum_dimension,
        'all' as stratum,
        'rate_within_stratum' as observation_kind,
        case when value_status in ('value', 'not_applicable') then numerator_printed end as numerator,
        numerator_lower,
        numerator_upper,
        case when value_status <> 'missing_at_source' then denominator_printed end as denominator,
        denominator_lower,
        denominator_upper,
        case when value_status = 'value' then multiplier * numerator_printed / denominator_printed end as value,
        case when is_not_measured = 0 then rate_printed end as published_value,
        value_status,
        release_sha256
    from windows
    union all
    select
        'maternity_bookings' as measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        period_start,
        period_end,
        'month' as period_kind,
        stratum_dimension,
        stratum,
        'stratum_distribution' as observation_kind,
        case when missing = 0 then numerator_shown end as numerator,
        case when missing = 0 then numerator_lower end as numerator_lower,
        case when missing = 0 then numerator_upper end as numerator_upper,
        null as denominator,
        null as denominator_lower,
        null as denominator_upper,
        null as value,
        null as published_value,
        case when missing = 0 then 'value' else 'missing_at_source' end as value_status,
        release_sha256
    from strata
)

select
    measured.measure_id,
    measured.organisation_code,
    measured.organisation_scheme,
    measured.organisation_level,
    measured.period_start,
    measured.period_end,
    measured.period_kind,
    'all' as population,
    measured.stratum_dimension,
    measured.stratum,
    case measured.stratum_dimension
        when 'deprivation' then 'imd_decile_version_not_stated'
        when 'ethnicity' then 'ethnic_group_5'
        when 'age' then 'mother_age_bands_7'
        else 'none'
    end as stratum_scheme,
    case measured.stratum_dimension
        when 'deprivation' then 'patient_residence_area'
        when 'all' then 'none'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    measured.observation_kind,
    'crude' as adjustment,
    cast(measured.numerator as double) as numerator,
    cast(measured.numerator_lower as double) as numerator_lower,
    cast(measured.numerator_upper as double) as numerator_upper,
    cast(measured.denominator as double) as denominator,
    cast(measured.denominator_lower as double) as denominator_lower,
    cast(measured.denominator_upper as double) as denominator_upper,
    cast(measured.value as double) as value,
    cast(measured.published_value as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    '1to7_as_5' as rounding,
    measured.value_status,
    releases.release_status,
    'month' as release_scope,
    'maternity_msms' as dataset,
    measured.release_sha256
from measured
inner join releases on measured.release_sha256 = releases.release_sha256 and releases.dataset = 'maternity_msms'
