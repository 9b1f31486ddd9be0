{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('proms') }}"
) }}

with records as (
    select * from {{ ref('stg_proms__records') }}
    where {{ only_new_releases('release_sha256') }}
),

equality as (
    select * from {{ ref('stg_proms__equality') }}
    where {{ only_new_releases('release_sha256') }} and joint is not null and stratum is not null
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- a row per record and questionnaire with both scores
{% set instruments = ['oxford', 'eq5d', 'eq_vas'] %}
scored as (
    {% for instrument in instruments %}
    select
        release_sha256,
        period_start,
        period_end,
        organisation_code,
        joint,
        is_revision,
        age,
        sex,
        '{{ instrument }}' as instrument,
        cast({{ instrument }}_before as double) as score_before,
        cast({{ instrument }}_after as double) as score_after,
        cast({{ instrument }}_predicted as double) as score_predicted
    from records
    where {{ instrument }}_before is not null and {{ instrument }}_after is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- every provider and England
placed as (
    select
        scored.*,
        'ods' as organisation_scheme,
        'provider' as organisation_level
    from scored
    union all
    select
        release_sha256,
        period_start,
        period_end,
        'E92000001' as organisation_code,
        joint,
        is_revision,
        age,
        sex,
        instrument,
        score_before,
        score_after,
        score_predicted,
        'gss' as organisation_scheme,
        'england' as organisation_level
    from scored
),

-- all, by sex, by age, and by age among women and among men; masked people are a group of their own without a figure
stratified as (
    select
        *,
        'all' as stratum_dimension,
        'all' as stratum,
        'all' as people
    from placed
    union all
    select
        *,
        'sex' as stratum_dimension,
        sex as stratum,
        'all' as people
    from placed
    union all
    select
        *,
        'age' as stratum_dimension,
        age as stratum,
        'all' as people
    from placed
    union all
    select
        *,
        'age' as stratum_dimension,
        age as stratum,
        sex as people
    from placed
    where sex <> 'masked'
),

{% set group = [
    'release_sha256', 'period_start', 'period_end', 'organisation_code', 'organisation_scheme', 'organisation_level',
    'joint', 'instrument', 'stratum_dimension', 'stratum', 'people',
] %}
groups as (
    select
        {{ group | join(', ') }},
        count(*) as paired,
        sum(case when score_after > score_before then 1 else 0 end) as improved,
        sum(case when not is_revision and score_predicted is not null then 1 else 0 end) as modelled,
        avg(case when not is_revision then score_after - score_predicted end) as gain_beyond_prediction
    from stratified
    group by {{ group | join(', ') }}
),

-- England's average predicted gain of primary operations: what every provider's gain beyond prediction is added to
predicted_gains as (
    select
        release_sha256,
        period_start,
        joint,
        instrument,
        avg(score_predicted - score_before) as predicted_gain
    from scored
    where not is_revision and score_predicted is not null
    group by release_sha256, period_start, joint, instrument
),

gains as (
    select
        groups.release_sha256,
        groups.period_start,
        groups.period_end,
        concat('proms_', groups.joint, '_', groups.instrument, '_gain') as measure_id,
        groups.organisation_code,
        groups.organisation_scheme,
        groups.organisation_level,
        case
            when groups.people = 'all' then 'primary operations' else concat('primary operations, ', groups.people)
        end as population,
        groups.stratum_dimension,
        groups.stratum,
        'score' as observation_kind,
        'casemix(proms)' as adjustment,
        'records' as release_scope,
        cast(null as double) as numerator,
        cast(null as double) as numerator_lower,
        cast(null as double) as numerator_upper,
        groups.modelled as people_counted,
        case
            when groups.stratum <> 'masked'
                then
                    {{ released_mean(
                        'groups.gain_beyond_prediction + predicted_gains.predicted_gain', 'groups.modelled'
                    ) }}
        end as value,
        case
            when groups.stratum = 'masked' or {{ is_hidden_count('groups.modelled') }} then 'suppressed' else 'value'
        end as value_status
    from groups
    inner join predicted_gains
        on
            groups.release_sha256 = predicted_gains.release_sha256
            and groups.period_start = predicted_gains.period_start
            and groups.joint = predicted_gains.joint
            and groups.instrument = predicted_gains.instrument
    where groups.modelled > 0
),

-- England's groups from the publisher's equality table; people of whom a group is not known are one group
equality_groups as (
    select
        release_sha256,
        period_start,
        period_end,
        joint,
        instrument,
        case dimension
            when 'England' then 'all'
            when 'Gender' then 'sex'
            when 'Age' then 'age'
            when 'Ethnicity' then 'ethnicity'
            when 'Index of Multiple Deprivation' then 'deprivation'
        end as stratum_dimension,
        stratum,
        sum(improved) as improved,
        sum(total) as paired
    from equality
    where total is not null
    group by release_sha256, period_start, period_end, joint, instrument, dimension, stratum
),

-- providers from records, England from the equality table, in which nobody is masked
counted as (
    select
        release_sha256,
        period_start,
        period_end,
        joint,
        instrument,
        organisation_code,
        organisation_scheme,
        organisation_level,
        'all' as population,
        stratum_dimension,
        stratum,
        'records' as release_scope,
        improved,
        paired
    from groups
    where organisation_level = 'provider' and people = 'all'
    union all
    select
        release_sha256,
        period_start,
        period_end,
        joint,
        instrument,
        'E92000001' as organisation_code,
        'gss' as organisation_scheme,
        'england' as organisation_level,
        'all' as population,
        stratum_dimension,
        stratum,
        'equality' as release_scope,
        improved,
        paired
    from equality_groups
),

shares as (
    select
        release_sha256,
        period_start,
        period_end,
        concat('proms_', joint, '_', instrument, '_improved') as measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        population,
        stratum_dimension,
        stratum,
        'rate_within_stratum' as observation_kind,
        'crude' as adjustment,
        release_scope,
        case when stratum <> 'masked' then {{ released_count('improved') }} end as numerator,
        case when stratum <> 'masked' then {{ released_lower('improved') }} end as numerator_lower,
        case when stratum <> 'masked' then {{ released_upper('improved') }} end as numerator_upper,
        paired as people_counted,
        case
            when stratum <> 'masked'
                then 100.0 * {{ released_count('improved') }} / nullif({{ released_count('paired') }}, 0)
        end as value,
        case
            when
                stratum = 'masked'
                or {{ is_hidden_count('improved') }}
                or {{ is_hidden_count('paired') }}
                then 'suppressed'
            when paired = 0 then 'not_applicable'
            else 'value'
        end as value_status
    from counted
),

measured as (
    select * from gains
    union all
    select * from shares
)

select
    measured.measure_id,
    measured.organisation_code,
    measured.organisation_scheme,
    measured.organisation_level,
    measured.period_start,
    measured.period_end,
    'financial_year' as period_kind,
    measured.population,
    measured.stratum_dimension,
    measured.stratum,
    case
        when measured.stratum_dimension = 'all' then 'none'
        when measured.stratum_dimension = 'deprivation' then 'imd_decile_version_not_stated'
        when measured.stratum_dimension = 'ethnicity' then 'ethnic_group_16'
        when measured.stratum_dimension = 'sex' then 'gender_as_published'
        when measured.release_scope = 'equality' then 'age_bands_5_years'
        else 'age_bands_10_years'
    end as stratum_scheme,
    case
        when measured.stratum_dimension = 'all' then 'none'
        when measured.stratum_dimension = 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    measured.observation_kind,
    measured.adjustment,
    measured.numerator,
    measured.numerator_lower,
    measured.numerator_upper,
    {{ released_count('measured.people_counted') }} as denominator,
    {{ released_lower('measured.people_counted') }} as denominator_lower,
    {{ released_upper('measured.people_counted') }} as denominator_upper,
    measured.value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'nearest_5' as rounding,
    measured.value_status,
    releases.release_status,
    measured.release_scope,
    'proms' as dataset,
    measured.release_sha256
from measured
inner join releases on measured.release_sha256 = releases.release_sha256 and releases.dataset = 'proms'
