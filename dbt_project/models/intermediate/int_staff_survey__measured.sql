{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('staff_survey') }}"
) }}

-- boards and support units answer as employers and provide no care: they stay in the lake
with results as (
    select * from {{ ref('stg_staff_survey__results') }}
    where {{ only_new_releases('release_sha256') }} and topic is not null and organisation_kind = 'provider'
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- a question counts those who agree or strongly agree; a score stands for itself
used as (
    select
        *,
        case when answer = 'score' then 1 else 2 end as answers_needed
    from results
    where answer in ('score', 'Agree', 'Strongly agree')
),

pooled as (
    select
        release_sha256,
        period_start,
        period_end,
        organisation_code,
        organisation_scheme,
        weighting,
        topic,
        case when count(value) = max(answers_needed) then sum(value) end as value,
        max(case when value_status = 'suppressed' then 1 else 0 end) as hidden,
        max(respondents) as respondents
    from used
    group by release_sha256, period_start, period_end, organisation_code, organisation_scheme, weighting, topic
)

select
    'staff_' || pooled.topic as measure_id,
    pooled.organisation_code,
    pooled.organisation_scheme,
    'provider' as organisation_level,
    pooled.period_start,
    pooled.period_end,
    'calendar_year' as period_kind,
    'all' as population,
    {{ unstratified() }},
    'score' as observation_kind,
    case when pooled.weighting = 'Unweighted' then 'crude' else 'casemix(occupation_group)' end as adjustment,
    {{ exact_parts('null', 'pooled.respondents') }},
    cast(pooled.value as double) as value,
    cast(pooled.value as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    case
        when pooled.value is not null then 'value'
        when pooled.hidden = 1 then 'suppressed'
        else 'missing_at_source'
    end as value_status,
    releases.release_status,
    'survey_year' as release_scope,
    'staff_survey' as dataset,
    pooled.release_sha256
from pooled
inner join releases on pooled.release_sha256 = releases.release_sha256 and releases.dataset = 'staff_survey'
