{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('cancer_waits') }}"
) }}

with waits as (
    select * from {{ ref('stg_cancer_waits__waits') }}
    where {{ only_new_releases('release_sha256') }}
),

notes as (
    select * from {{ ref('stg_cancer_waits__data_quality_notes') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- the finest rows that both layouts have: one route or stage, one cancer, all treatments; every total is made of them
finest as (
    select * from waits
    where
        stage_or_route not in ('all routes', 'all stages')
        and cancer_type <> 'all cancers'
        and treatment_modality = 'all modalities'
),

by_population as (
    select
        *,
        'all' as population
    from finest
    union all
    select
        *,
        stage_or_route as population
    from finest
    union all
    select
        *,
        'cancer: ' || cancer_type as population
    from finest
    where standard = '62D'
),

providers as (
    select
        release_sha256,
        standard,
        organisation_code,
        'ods' as organisation_scheme,
        'provider' as organisation_level,
        period_start,
        period_end,
        population,
        sum(within_standard) as numerator,
        sum(treated) as denominator
    from by_population
    group by release_sha256, standard, organisation_code, period_start, period_end, population
),

-- counts are exact, halves included, so England is the sum of its providers
england as (
    select
        release_sha256,
        standard,
        'E92000001' as organisation_code,
        'gss' as organisation_scheme,
        'england' as organisation_level,
        period_start,
        period_end,
        population,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from providers
    group by release_sha256, standard, period_start, period_end, population
),

-- the totals that workbooks print beside their parts: only for comparison
published as (
    select
        release_sha256,
        standard,
        organisation_code,
        period_start,
        percent_within,
        case
            when cancer_type <> 'all cancers' then 'cancer: ' || cancer_type
            when stage_or_route in ('all routes', 'all stages') then 'all'
            else stage_or_route
        end as population
    from waits
    where
        treatment_modality = 'all modalities'
        and (stage_or_route in ('all routes', 'all stages') or cancer_type = 'all cancers')
),

standards as (
    select
        'FDS' as standard,
        'cancer_28_day_diagnosis' as measure_id
    union all
    select
        '31D' as standard,
        'cancer_31_day_treatment' as measure_id
    union all
    select
        '62D' as standard,
        'cancer_62_day_treatment' as measure_id
),

-- a provider that the notes name as not having submitted, and that has no row, is missing rather than absent
not_submitted as (
    select distinct
        notes.release_sha256,
        standards.standard,
        notes.organisation_code,
        'ods' as organisation_scheme,
        'provider' as organisation_level,
        notes.period_start,
        notes.period_end,
        'all' as population,
        cast(null as double) as numerator,
        cast(null as double) as denominator
    from notes
    inner join standards on ',' || notes.standards_not_submitted || ',' like '%,' || standards.standard || ',%'
    left join providers
        on
            notes.release_sha256 = providers.release_sha256
            and notes.period_start = providers.period_start
            and notes.organisation_code = providers.organisation_code
            and standards.standard = providers.standard
    where providers.organisation_code is null and notes.organisation_code is not null
),

organisations as (
    select * from providers
    union all
    select * from england
    union all
    select * from not_submitted
),

judged as (
    select
        organisations.*,
        standards.measure_id,
        published.percent_within,
        case
            when organisations.denominator is null then 'missing_at_source'
            when organisations.denominator = 0 then 'not_applicable'
            else 'value'
        end as value_status
    from organisations
    inner join standards on organisations.standard = standards.standard
    left join published
        on
            organisations.release_sha256 = published.release_sha256
            and organisations.standard = published.standard
            and organisations.organisation_code = published.organisation_code
            and organisations.period_start = published.period_start
            and organisations.population = published.population
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
    {{ unstratified() }},
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    {{ exact_parts('judged.numerator', 'judged.denominator') }},
    case when judged.value_status = 'value' then 100.0 * judged.numerator / judged.denominator end as value,
    case when judged.value_status = 'value' then judged.percent_within end as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    judged.value_status,
    releases.release_status,
    'month' as release_scope,
    'cancer_waits' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'cancer_waits'
