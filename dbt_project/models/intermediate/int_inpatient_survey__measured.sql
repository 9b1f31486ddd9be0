{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('inpatient_survey') }}"
) }}

with scores as (
    select * from {{ ref('stg_inpatient_survey__scores') }}
    where {{ only_new_releases('release_sha256') }}
),

national as (
    select * from {{ ref('stg_inpatient_survey__national') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

trusts as (
    select
        release_sha256,
        period_start,
        period_end,
        topic,
        organisation_code,
        organisation_scheme,
        'provider' as organisation_level,
        score,
        score_status,
        respondents
    from scores
    where topic is not null
),

-- the publisher's England: the mean of the trusts' scores, each trust counting once; its respondents are printed.
-- Earlier years are restated without trusts that merged since, so they have none.
england as (
    select
        scores.release_sha256,
        scores.period_start,
        scores.period_end,
        scores.topic,
        'E92000001' as organisation_code,
        'gss' as organisation_scheme,
        'england' as organisation_level,
        avg(scores.score) as score,
        'value' as score_status,
        max(national.respondents) as respondents
    from scores
    inner join national
        on
            scores.release_sha256 = national.release_sha256
            and scores.period_start = national.period_start
            and scores.item = national.item
    where scores.topic is not null and not scores.is_restated and scores.score is not null
    group by scores.release_sha256, scores.period_start, scores.period_end, scores.topic
),

stacked as (
    select * from trusts
    union all
    select * from england
)

select
    'inpatient_' || stacked.topic as measure_id,
    stacked.organisation_code,
    stacked.organisation_scheme,
    stacked.organisation_level,
    stacked.period_start,
    stacked.period_end,
    'calendar_year' as period_kind,
    'all' as population,
    {{ unstratified() }},
    'score' as observation_kind,
    'casemix(route_age_sex)' as adjustment,
    {{ exact_parts('null', 'stacked.respondents') }},
    cast(stacked.score as double) as value,
    cast(case when stacked.organisation_level <> 'england' then stacked.score end as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    stacked.score_status as value_status,
    releases.release_status,
    'survey_year' as release_scope,
    'inpatient_survey' as dataset,
    stacked.release_sha256
from stacked
inner join releases on stacked.release_sha256 = releases.release_sha256 and releases.dataset = 'inpatient_survey'
