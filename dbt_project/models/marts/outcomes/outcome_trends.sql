{% set key = trend_key() %}
with bounded as (select * from {{ ref('int_trends__bounded') }}),

charted as (select * from {{ ref('int_trends__charted') }}),

marked as (select * from {{ ref('int_trends__marked') }}),

compared as (select * from {{ ref('int_trends__compared') }}),

organisations as (select * from {{ ref('int_organisations__versioned') }}),

published_names as (select * from {{ ref('int_organisations__named') }}),

named as (
    select
        bounded.*,
        coalesce(organisations.name, published_names.name) as organisation_name
    from bounded
    left join organisations
        on
            bounded.organisation_code = organisations.organisation_code
            and bounded.organisation_scheme = organisations.organisation_scheme
            and bounded.period_end between organisations.found_from and organisations.found_to
    left join published_names
        on
            bounded.organisation_code = published_names.organisation_code
            and bounded.organisation_scheme = published_names.organisation_scheme
)

select
    named.measure_id,
    named.measure_title,
    named.unit,
    named.direction,
    named.organisation_code,
    named.organisation_scheme,
    case when named.organisation_level = 'england' then 'England' else named.organisation_name end as organisation_name,
    named.organisation_level,
    named.organisation_view,
    named.period_start,
    named.period_end,
    named.period_kind,
    named.population,
    named.stratum_dimension,
    named.stratum,
    coalesce(
        try_cast(named.stratum as integer), case when named.stratum = 'unknown' then 99 else 50 end
    ) as stratum_order,
    named.stratum_scheme,
    named.stratum_basis,
    named.stratum_assigned_on,
    named.observation_kind,
    named.adjustment,
    named.numerator,
    named.numerator_lower,
    named.numerator_upper,
    named.denominator,
    named.denominator_lower,
    named.denominator_upper,
    named.value,
    named.lower_95,
    named.upper_95,
    named.lower_998,
    named.upper_998,
    case
        when named.lower_95 is null then 'none'
        when named.interval_rule = 'byar' then {{ rate_method('named.numerator') }}
        else named.interval_rule
    end as interval_method,
    named.is_rounded,
    named.value_lower,
    named.value_upper,
    named.lower_95_if_rounded,
    named.upper_95_if_rounded,
    case
        when named.value is null or named.observation_kind <> 'rate_within_stratum' then 'not_applicable'
        else {{ reliability('named.numerator', 'named.denominator') }}
    end as reliability,
    named.published_value,
    named.published_lower,
    named.published_upper,
    named.rounding,
    named.value_status,
    charted.spc_phase,
    charted.spc_points,
    charted.spc_mean,
    charted.spc_lower_limit,
    charted.spc_upper_limit,
    charted.spc_rule,
    charted.spc_state,
    case
        when charted.spc_status is not null then charted.spc_status
        when named.stratum = 'unknown' then 'not_applicable:unknown_group'
        when named.observation_kind = 'stratum_distribution' then 'not_applicable:distribution'
        when named.period_kind = 'rolling' then 'not_applicable:rolling_windows_overlap'
        when named.value is null then 'not_computed:no_value'
        else 'not_computed:too_few_points'
    end as spc_status,
    marked.recent_trend,
    marked.recent_trend_chi2,
    case
        when marked.recent_trend_status is not null then marked.recent_trend_status
        when named.stratum = 'unknown' then 'not_applicable:unknown_group'
        when named.observation_kind = 'stratum_distribution' then 'not_applicable:distribution'
        when named.period_kind = 'rolling' then 'not_applicable:rolling_windows_overlap'
        when named.period_kind in ('month', 'quarter') then 'not_applicable:not_yearly'
        else 'not_applicable:not_newest'
    end as recent_trend_status,
    compared.funnel_organisations,
    compared.funnel_baseline,
    compared.funnel_lower_95,
    compared.funnel_upper_95,
    compared.funnel_lower_998,
    compared.funnel_upper_998,
    compared.funnel_z_unadjusted,
    compared.funnel_z,
    compared.funnel_p,
    compared.funnel_q,
    compared.funnel_place_unadjusted,
    compared.funnel_state,
    case
        when compared.funnel_state is not null then 'computed'
        when named.stratum = 'unknown' then 'not_applicable:unknown_group'
        when named.observation_kind = 'stratum_distribution' then 'not_applicable:distribution'
        when named.organisation_level = 'england' then 'not_applicable:one_organisation'
        when named.observation_kind = 'score' or named.interval_rule not in ('wilson', 'byar')
            then 'not_applicable:score'
        when named.value is null then 'not_computed:no_value'
        when named.numerator is null or not coalesce(named.denominator > 0, false) then 'not_computed:no_parts'
        else 'not_computed:too_few_or_all_alike'
    end as funnel_status,
    case
        when compared.funnel_state is null then 'none'
        when named.interval_rule = 'wilson' then 'arcsine'
        else 'square_root'
    end as funnel_method,
    named.release_status,
    named.dataset,
    named.release_sha256,
    named.origin = 'synthetic' as is_synthetic
from named
left join charted
    on {{ matching('named', 'charted', key) }}
left join marked
    on {{ matching('named', 'marked', key) }}
left join compared
    on {{ matching('named', 'compared', key) }}
