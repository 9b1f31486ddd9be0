{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('dm01') }}"
) }}

with waits as (
    select * from {{ ref('stg_dm01__waits') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- test 16 is the publisher's total of the fifteen tests
providers as (
    select
        release_sha256,
        organisation_code,
        'ods' as organisation_scheme,
        'provider' as organisation_level,
        period_start,
        period_end,
        case when diagnostic_id = 16 then 'all' else diagnostic_test end as population,
        waiting_6_weeks_or_longer as numerator,
        waiting_list as denominator,
        percent_6_weeks_or_longer as published_value
    from waits
),

-- counts are exact, so England is the sum of its providers
england as (
    select
        release_sha256,
        'E92000001' as organisation_code,
        'gss' as organisation_scheme,
        'england' as organisation_level,
        period_start,
        period_end,
        population,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        cast(null as double) as published_value
    from providers
    group by release_sha256, period_start, period_end, population
),

organisations as (
    select * from providers
    union all
    select * from england
),

judged as (
    select
        *,
        case when denominator = 0 then 'not_applicable' else 'value' end as value_status
    from organisations
)

select
    'diagnostic_waits_over_six_weeks' as measure_id,
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
    case when judged.value_status = 'value' then judged.published_value end as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    judged.value_status,
    releases.release_status,
    'month' as release_scope,
    'dm01' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'dm01'
