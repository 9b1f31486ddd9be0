{%- set conditions = {
    'HYP': 'qof_hypertension_prevalence',
    'DM': 'qof_diabetes_prevalence',
    'COPD': 'qof_copd_prevalence',
    'DEP': 'qof_depression_prevalence',
    'MH': 'qof_severe_mental_illness_prevalence',
    'CHD': 'qof_coronary_heart_disease_prevalence'
} -%}
{%- set levels = {'region': 'region_code', 'icb': 'icb_code', 'sub_icb': 'sub_icb_code', 'pcn': 'pcn_code'} -%}

with prevalence as (select * from {{ ref('stg_qof__prevalence') }}),

geographies as (select * from {{ ref('stg_qof__geographies') }}),

measures as (select * from {{ ref('stg_platform__measures') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'qof'
),

-- a practice without a count of its register is left out of both parts
practices as (
    select
        prevalence.release_sha256,
        prevalence.period_start,
        prevalence.period_end,
        prevalence.population,
        prevalence.register,
        case when prevalence.register is not null then prevalence.practice_list_size end as list_size,
        geographies.region_code,
        geographies.icb_code,
        geographies.sub_icb_code,
        geographies.pcn_code,
        case prevalence.group_code
            {% for group_code, measure_id in conditions.items() -%}
            when '{{ group_code }}' then '{{ measure_id }}'
            {% endfor -%}
        end as measure_id
    from prevalence
    left join geographies
        on
            prevalence.period_start = geographies.period_start
            and prevalence.practice_code = geographies.practice_code
),

placed as (
    select
        *,
        'E92000001' as organisation_code,
        'gss' as organisation_scheme,
        'england' as organisation_level
    from practices
    {% for level, column in levels.items() %}
    union all
    select
        *,
        {{ column }} as organisation_code,
        'ods' as organisation_scheme,
        '{{ level }}' as organisation_level
    from practices
    where {{ column }} is not null
    {% endfor %}
),

-- a condition at a time: lists of several conditions are the same people
pooled as (
    select
        release_sha256,
        measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        period_start,
        period_end,
        population,
        sum(register) as numerator,
        sum(list_size) as denominator
    from placed
    where measure_id is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

judged as (
    select
        pooled.*,
        measures.multiplier,
        releases.release_status,
        case
            when pooled.numerator is null then 'missing_at_source'
            when pooled.denominator = 0 or pooled.numerator > pooled.denominator then 'not_applicable'
            else 'value'
        end as value_status
    from pooled
    inner join measures on pooled.measure_id = measures.measure_id
    inner join releases on pooled.release_sha256 = releases.release_sha256
)

select
    measure_id,
    organisation_code,
    organisation_scheme,
    organisation_level,
    period_start,
    period_end,
    'financial_year' as period_kind,
    population,
    {{ unstratified() }},
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    {{ exact_parts('numerator', 'denominator') }},
    case when value_status = 'value' then multiplier * numerator / denominator end as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    value_status,
    release_status,
    'financial_year' as release_scope,
    'qof' as dataset,
    release_sha256
from judged
