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

{% set whole = [
    'release_sha256', 'period_start', 'period_end', 'organisation_code', 'organisation_scheme', 'organisation_level',
    'joint', 'instrument',
] %}
{% set family = ['people', 'stratum_dimension'] %}
{% set everybody = "stratum_dimension = 'all'" %}
groups as (
    select
        {{ (whole + family) | join(', ') }},
        stratum,
        count(*) as paired,
        sum(case when stratum <> 'masked' and score_after > score_before then 1 else 0 end) as improved,
        sum(case when not is_revision and score_predicted is not null then 1 else 0 end) as modelled,
        avg(case when not is_revision then score_after - score_predicted end) as gain_beyond_prediction
    from stratified
    group by {{ (whole + family) | join(', ') }}, stratum
),

-- of masked people and of age within a sex no share is published
provider_groups as (
    select
        *,
        case
            when {{ is_hidden_count('modelled') }} then 1
            when people <> 'all' then 0
            when {{ is_hidden_count('paired') }} then 1
            when stratum = 'masked' then 0
            when {{ is_hidden_count('improved') }} or {{ tells_of_each_member('improved', 'paired') }} then 1
            else 0
        end as is_small,
        case when stratum <> 'masked' and least(paired, improved, modelled) > 7 then 1 else 0 end as may_hide
    from groups
    where organisation_level = 'provider'
),

{% set stated = whole + family + [
    'stratum', 'paired', 'improved', 'modelled', 'gain_beyond_prediction', 'whole_paired', 'whole_modelled',
    'release_state',
] %}
provider_parts as (
    select * from provider_groups
    where people = 'all'
),

provider_states as (
    {{ release_states('provider_parts', whole, family, 'stratum', everybody, ['paired', 'improved', 'modelled']) }}
),

-- age within a sex adds up to both age and sex: it is shown where nothing at all of the provider is hidden
provider_ages as (
    select
        *,
        cast(null as bigint) as whole_paired,
        cast(null as bigint) as whole_modelled,
        case
            when max(is_small) over (partition by {{ whole | join(', ') }}) = 1 then 'withheld' else 'shown'
        end as release_state
    from provider_groups
),

provider_tables as (
    select {{ stated | join(', ') }} from provider_states
    union all
    select {{ stated | join(', ') }} from provider_ages
    where people <> 'all'
),

-- England is the sum of providers: a stratum that would tell of a hidden provider
{% set across_providers = [
    'release_sha256', 'period_start', 'joint', 'instrument', 'people', 'stratum_dimension', 'stratum',
] %}
telling as (
    select {{ across_providers | join(', ') }}
    from provider_tables
    where modelled > 0
    group by {{ across_providers | join(', ') }}
    having {{ sum_tells_of_a_hidden_part('modelled') }}
),

-- of England the records give means alone
england_groups as (
    select
        groups.*,
        case when {{ is_hidden_count('groups.modelled') }} or telling.stratum is not null then 1 else 0 end as is_small,
        case when groups.stratum <> 'masked' and groups.modelled > 7 then 1 else 0 end as may_hide
    from groups
    left join telling on {{ matching('groups', 'telling', across_providers) }}
    where groups.organisation_level = 'england'
),

england_parts as (
    select * from england_groups
    where people = 'all'
),

england_states as (
    {{ release_states('england_parts', whole, family, 'stratum', everybody, ['paired', 'modelled']) }}
),

england_ages as (
    select
        *,
        cast(null as bigint) as whole_paired,
        cast(null as bigint) as whole_modelled,
        case
            when max(is_small) over (partition by {{ whole | join(', ') }}) = 1 then 'withheld' else 'shown'
        end as release_state
    from england_groups
),

-- a breakdown of records that is withheld has no rows: which groups exist would say how few people each can be
released_groups as (
    select * from provider_tables
    where release_state <> 'withheld'
    union all
    select {{ stated | join(', ') }} from england_states
    where release_state <> 'withheld'
    union all
    select {{ stated | join(', ') }} from england_ages
    where people <> 'all' and release_state <> 'withheld'
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

{% set shown_modelled = base_is_shown("groups.stratum_dimension = 'all'", 'groups.modelled') %}
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
        {{ stated_count('groups.modelled', shown_modelled) }} as denominator,
        {{ stated_lower('groups.modelled', shown_modelled, '1.0') }} as denominator_lower,
        {{ stated_upper('groups.modelled', 'groups.whole_modelled', shown_modelled) }} as denominator_upper,
        case
            when groups.stratum <> 'masked' and {{ shown_modelled }}
                then
                    {{ released_mean(
                        'groups.gain_beyond_prediction + predicted_gains.predicted_gain', 'groups.modelled'
                    ) }}
        end as value,
        case
            when groups.stratum <> 'masked' and {{ shown_modelled }} then 'value' else 'suppressed'
        end as value_status
    from released_groups as groups
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

-- the publisher prints these groups one by one: each is protected by itself, and none is hidden beside another
equality_stated as (
    select
        *,
        paired as whole_paired,
        case
            when {{ is_hidden_count('paired') }} or {{ is_hidden_count('improved') }} then 'hidden' else 'shown'
        end as release_state
    from equality_groups
),

-- providers from records, England from the equality table, in which nobody is masked
counted as (
    select
        {{ (whole + family) | join(', ') }},
        stratum,
        'records' as release_scope,
        improved,
        paired,
        whole_paired,
        release_state
    from released_groups
    where organisation_level = 'provider' and people = 'all'
    union all
    select
        release_sha256,
        period_start,
        period_end,
        'E92000001' as organisation_code,
        'gss' as organisation_scheme,
        'england' as organisation_level,
        joint,
        instrument,
        'all' as people,
        stratum_dimension,
        stratum,
        'equality' as release_scope,
        improved,
        paired,
        whole_paired,
        release_state
    from equality_stated
),

{% set shown_paired = base_is_shown("(stratum_dimension = 'all' or release_scope = 'equality')", 'paired') %}
shares as (
    select
        release_sha256,
        period_start,
        period_end,
        concat('proms_', joint, '_', instrument, '_improved') as measure_id,
        organisation_code,
        organisation_scheme,
        organisation_level,
        people as population,
        stratum_dimension,
        stratum,
        'rate_within_stratum' as observation_kind,
        'crude' as adjustment,
        release_scope,
        case when stratum <> 'masked' then {{ stated_count('improved') }} end as numerator,
        case when stratum <> 'masked' then {{ stated_lower('improved') }} end as numerator_lower,
        case when stratum <> 'masked' then {{ stated_upper('improved', 'whole_paired') }} end as numerator_upper,
        {{ stated_count('paired', shown_paired) }} as denominator,
        {{ stated_lower('paired', shown_paired, '1.0') }} as denominator_lower,
        {{ stated_upper('paired', 'whole_paired', shown_paired) }} as denominator_upper,
        case
            when stratum <> 'masked' and release_state = 'shown'
                then 100.0 * {{ released_count('improved') }} / nullif({{ released_count('paired') }}, 0)
        end as value,
        case
            when stratum = 'masked' or release_state <> 'shown' then 'suppressed'
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
    measured.denominator,
    measured.denominator_lower,
    measured.denominator_upper,
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
