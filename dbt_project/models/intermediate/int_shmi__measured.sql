{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('shmi') }}"
) }}

with trusts as (
    select * from {{ ref('stg_shmi__trust') }}
    where {{ only_new_releases('release_sha256') }}
),

diagnoses as (
    select * from {{ ref('stg_shmi__diagnosis') }}
    where {{ only_new_releases('release_sha256') }}
),

sites as (
    select * from {{ ref('stg_shmi__site') }}
    where {{ only_new_releases('release_sha256') }}
),

deprivation as (
    select * from {{ ref('stg_shmi__deprivation') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

{% set figures = [
    'observed', 'observed_status', 'expected', 'shmi_value', 'shmi_value_status', 'od_lower', 'od_upper',
] %}
-- whole trusts, ten diagnosis groups, and sites; several trusts may share a site, one not recorded is the trust's
ratios as (
    select
        release_sha256,
        period_start,
        period_end,
        organisation_code,
        'provider' as organisation_level,
        'all' as population,
        'trust' as release_scope,
        counts_are_rounded,
        {{ figures | join(', ') }}
    from trusts
    union all
    select
        release_sha256,
        period_start,
        period_end,
        organisation_code,
        'provider' as organisation_level,
        concat('diagnosis group ', cast(diagnosis_group as string), ': ', trim(diagnosis_group_name)) as population,
        'diagnosis' as release_scope,
        true as counts_are_rounded,
        {{ figures | join(', ') }}
    from diagnoses
    where shmi_value_status <> 'not_applicable'
    union all
    select
        release_sha256,
        period_start,
        period_end,
        case when site_code = '.' then organisation_code else site_code end as organisation_code,
        case when site_code = '.' then 'provider' else 'site' end as organisation_level,
        case
            when site_code = '.' then 'site of treatment not recorded'
            else concat('spells of trust ', organisation_code)
        end as population,
        'site' as release_scope,
        true as counts_are_rounded,
        {{ figures | join(', ') }}
    from sites
),

-- control limits lie around 1, symmetric on the log scale: dividing by them gives the limits of the value
ratios_bounded as (
    select
        release_sha256,
        period_start,
        period_end,
        'shmi' as measure_id,
        organisation_code,
        'ods' as organisation_scheme,
        organisation_level,
        population,
        'all' as stratum_dimension,
        'all' as stratum,
        'none' as stratum_scheme,
        'score' as observation_kind,
        'casemix(shmi)' as adjustment,
        release_scope,
        observed as numerator,
        observed_status as numerator_status,
        expected as denominator,
        counts_are_rounded,
        case when counts_are_rounded then 2.5 else 0 end as denominator_tolerance,
        shmi_value as value,
        shmi_value as published_value,
        shmi_value / od_upper as published_lower,
        shmi_value / od_lower as published_upper,
        shmi_value_status as value_status
    from ratios
),

{% set strata = {
    'all': 'total', '1': 'quintile_1', '2': 'quintile_2', '3': 'quintile_3', '4': 'quintile_4', '5': 'quintile_5',
    'unknown': 'quintile_unknown',
} %}
-- deaths of a quintile over spells of the same quintile; what is hidden stays hidden
quintiles as (
    {% for stratum, count in strata.items() %}
    select
        deaths.release_sha256,
        deaths.period_start,
        deaths.period_end,
        deaths.organisation_code,
        deaths.organisation_scheme,
        deaths.organisation_level,
        deaths.imd_version,
        '{{ stratum }}' as stratum,
        deaths.{{ count }} as numerator,
        deaths.{{ count }}_status as numerator_status,
        spells.{{ count }} as denominator,
        spells.{{ count }}_status as denominator_status
    from deprivation as deaths
    inner join deprivation as spells
        on
            deaths.release_sha256 = spells.release_sha256
            and deaths.period_end = spells.period_end
            and deaths.organisation_code = spells.organisation_code
    where deaths.indicator = 'deaths' and spells.indicator = 'spells'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

rates as (
    select
        release_sha256,
        period_start,
        period_end,
        'shmi_deaths_after_admission' as measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        'all' as population,
        case when stratum = 'all' then 'all' else 'deprivation' end as stratum_dimension,
        stratum,
        case
            when stratum = 'all' then 'none'
            when imd_version = 2019 then 'imd2019_lsoa2011_quintile'
            when imd_version is null then 'imd_quintile_version_not_stated'
            else concat('imd', cast(imd_version as string), '_quintile')
        end as stratum_scheme,
        'rate_within_stratum' as observation_kind,
        'crude' as adjustment,
        'deprivation' as release_scope,
        numerator,
        numerator_status,
        denominator,
        organisation_level <> 'england' as counts_are_rounded,
        case when organisation_level = 'england' then 0 else 2 end as denominator_tolerance,
        case
            when numerator_status = 'value' and denominator_status = 'value' and denominator > 0
                then 100.0 * numerator / denominator
        end as value,
        cast(null as double) as published_value,
        cast(null as double) as published_lower,
        cast(null as double) as published_upper,
        case
            when 'suppressed' in (numerator_status, denominator_status) then 'suppressed'
            when numerator is null or denominator is null then 'missing_at_source'
            when denominator = 0 then 'not_applicable'
            else 'value'
        end as value_status
    from quintiles
),

measured as (
    select * from ratios_bounded
    union all
    select * from rates
)

select
    measured.measure_id,
    measured.organisation_code,
    measured.organisation_scheme,
    measured.organisation_level,
    measured.period_start,
    measured.period_end,
    'rolling' as period_kind,
    measured.population,
    measured.stratum_dimension,
    measured.stratum,
    measured.stratum_scheme,
    case when measured.stratum_dimension = 'all' then 'none' else 'patient_residence_area' end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    measured.observation_kind,
    measured.adjustment,
    cast(measured.numerator as double) as numerator,
    -- a count from 1 to 7 is hidden, 0 is 0, any other printed count stands for itself plus or minus 2
    cast(
        case
            when measured.numerator_status = 'suppressed' then 1
            when measured.counts_are_rounded and measured.numerator > 0 then measured.numerator - 2
            else measured.numerator
        end as double
    ) as numerator_lower,
    cast(
        case
            when measured.numerator_status = 'suppressed' then 7
            when measured.counts_are_rounded and measured.numerator > 0 then measured.numerator + 2
            else measured.numerator
        end as double
    ) as numerator_upper,
    cast(measured.denominator as double) as denominator,
    cast(
        case
            when measured.denominator > measured.denominator_tolerance
                then measured.denominator - measured.denominator_tolerance
            else measured.denominator
        end as double
    ) as denominator_lower,
    cast(measured.denominator + measured.denominator_tolerance as double) as denominator_upper,
    cast(measured.value as double) as value,
    cast(measured.published_value as double) as published_value,
    cast(measured.published_lower as double) as published_lower,
    cast(measured.published_upper as double) as published_upper,
    case when measured.counts_are_rounded then 'nearest_5' else 'none' end as rounding,
    measured.value_status,
    releases.release_status,
    measured.release_scope,
    'shmi' as dataset,
    measured.release_sha256
from measured
inner join releases on measured.release_sha256 = releases.release_sha256 and releases.dataset = 'shmi'
