with sets as (select * from {{ ref('int_strata__summed') }}),

contrasted as (select * from {{ ref('int_inequalities__contrasted') }}),

sloped as (select * from {{ ref('int_inequalities__sloped') }}),

spread as (select * from {{ ref('int_inequalities__spread') }}),

estimated as (select * from {{ ref('int_inequalities__estimated') }}),

{% set gap_and_ratio = [
    'gap', 'gap_lower_95', 'gap_upper_95', 'gap_lower_998', 'gap_upper_998',
    'ratio', 'ratio_lower_95', 'ratio_upper_95', 'ratio_lower_998', 'ratio_upper_998',
] %}
{% set framings = [
    'odds_ratio', 'odds_ratio_lower_95', 'odds_ratio_upper_95',
    'adverse_ratio', 'adverse_ratio_lower_95', 'adverse_ratio_upper_95',
] %}
{% set relative = ['relative_index', 'relative_index_lower_95', 'relative_index_upper_95'] %}
{% set variances = ['between_group_variance', 'expected_by_chance'] %}
{% set what_ifs = [
    'gap_if_unknown_worst', 'gap_if_unknown_best', 'gap_if_unknown_proportional',
    'gap_if_rounding_lowest', 'gap_if_rounding_highest',
] %}
{% set measures = gap_and_ratio + framings + relative + variances + what_ifs %}
{% set levels = [(95, '95'), (99.8, '998')] %}
{% set absent = {
    'contrasted': relative + variances,
    'sloped': variances,
    'fitted': framings + variances + what_ifs,
    'spread': gap_and_ratio[5:] + framings + relative[1:] + what_ifs,
} %}
-- WHO's logit index, from the first rank (most deprived) less the last; the fits are from first to last, parts of one
logit as (
    select
        sets.set_id,
        sets.quantiles,
        sets.multiplier,
        case
            when sets.status <> 'computed' then sets.status
            when not sets.is_proportion then 'not_computed:not_a_proportion'
            when estimated.logit_difference is null then 'not_computed:no_fit'
            else 'computed'
        end as status,
        estimated.logit_difference as difference,
        estimated.logit_difference_se as difference_se,
        estimated.logit_ratio as fitted_ratio,
        estimated.logit_ratio_log_se as log_se
    from sets
    left join estimated on sets.set_id = estimated.set_id
    where sets.is_ordered and sets.observation_kind = 'rate_within_stratum'
),

concentration as (
    select
        sets.set_id,
        sets.quantiles,
        sets.multiplier,
        case
            when sets.status = 'computed' and estimated.absolute_concentration is null then 'not_computed:no_fit'
            else sets.status
        end as status,
        estimated.absolute_concentration as absolute_index,
        estimated.absolute_concentration_se as absolute_se,
        estimated.relative_concentration as relative_index,
        estimated.relative_concentration_se as relative_se
    from sets
    left join estimated on sets.set_id = estimated.set_id
    where sets.is_ordered and sets.observation_kind = 'rate_within_stratum'
),

-- the indices that are fitted; neither has a p-value, for with five or ten points their errors are too small for a test
fitted as (
    select
        set_id,
        'who_logit_slope_index' as contrast,
        quantiles,
        status,
        -multiplier * difference as gap,
        {% for level, name in levels %}
        -multiplier * (difference + {{ z_of_level(level) }} * difference_se) as gap_lower_{{ name }},
        -multiplier * (difference - {{ z_of_level(level) }} * difference_se) as gap_upper_{{ name }},
        {% endfor %}
        1 / fitted_ratio as ratio,
        {% for level, name in levels %}
        exp(-{{ z_of_level(level) }} * log_se) / fitted_ratio as ratio_lower_{{ name }},
        exp({{ z_of_level(level) }} * log_se) / fitted_ratio as ratio_upper_{{ name }},
        {% endfor %}
        cast(null as double) as relative_index,
        cast(null as double) as relative_index_lower_95,
        cast(null as double) as relative_index_upper_95,
        'who logit slope index: regression of people on rank, hc1' as method
    from logit
    union all
    select
        set_id,
        'concentration_index' as contrast,
        quantiles,
        status,
        -multiplier * absolute_index as gap,
        {% for level, name in levels %}
        -multiplier * (absolute_index + {{ z_of_level(level) }} * absolute_se) as gap_lower_{{ name }},
        -multiplier * (absolute_index - {{ z_of_level(level) }} * absolute_se) as gap_upper_{{ name }},
        {% endfor %}
        cast(null as double) as ratio,
        {% for level, name in levels %}
        cast(null as double) as ratio_lower_{{ name }},
        cast(null as double) as ratio_upper_{{ name }},
        {% endfor %}
        -relative_index as relative_index,
        -relative_index - {{ z_of_level(95) }} * relative_se as relative_index_lower_95,
        -relative_index + {{ z_of_level(95) }} * relative_se as relative_index_upper_95,
        'concentration index: convenient regression on rank' as method
    from concentration
),

contrasts as (
    select
        set_id,
        contrast,
        group_stratum,
        comparator_stratum,
        status,
        {% for name in measures %}
        {{ 'cast(null as double) as ' ~ name if name in absent.contrasted else name }},
        {% endfor %}
        {{ two_sided_p('z') }} as p_value,
        min_events,
        min_base,
        method
    from contrasted
    union all
    select
        sloped.set_id,
        sloped.contrast,
        sloped.group_stratum,
        sloped.comparator_stratum,
        sloped.status,
        {% for name in measures %}
        {{ 'cast(null as double) as ' ~ name if name in absent.sloped else 'sloped.' ~ name }},
        {% endfor %}
        {{ two_sided_p('sloped.z') }} as p_value,
        case when sloped.gap is not null then sets.min_events end as min_events,
        case when sloped.gap is not null then sets.min_base end as min_base,
        sloped.method
    from sloped
    inner join sets on sloped.set_id = sets.set_id
    union all
    select
        fitted.set_id,
        fitted.contrast,
        '1' as group_stratum,
        cast(fitted.quantiles as string) as comparator_stratum,
        fitted.status,
        {% for name in measures %}
        {{ 'cast(null as double) as ' ~ name if name in absent.fitted else 'fitted.' ~ name }},
        {% endfor %}
        cast(null as double) as p_value,
        case when fitted.status = 'computed' then sets.min_events end as min_events,
        case when fitted.status = 'computed' then sets.min_base end as min_base,
        case when fitted.status = 'computed' then fitted.method else 'none' end as method
    from fitted
    inner join sets on fitted.set_id = sets.set_id
    union all
    select
        spread.set_id,
        spread.contrast,
        'each known group' as group_stratum,
        'the mean of all known groups' as comparator_stratum,
        spread.status,
        {% for name in measures %}
        {{ 'cast(null as double) as ' ~ name if name in absent.spread else 'spread.' ~ name }},
        {% endfor %}
        spread.p_value,
        case when spread.status = 'computed' then sets.min_events end as min_events,
        case when spread.status = 'computed' then sets.min_base end as min_base,
        spread.method
    from spread
    inner join sets on spread.set_id = sets.set_id
),

-- one family of tests: all organisations of a level and all groups, for one measure, period, dimension and contrast
described as (
    select
        sets.measure_id,
        sets.measure_title,
        sets.unit,
        sets.direction,
        sets.organisation_code,
        sets.organisation_scheme,
        sets.organisation_name,
        sets.organisation_level,
        sets.organisation_view,
        sets.period_start,
        sets.period_end,
        sets.period_kind,
        sets.population,
        sets.adjustment,
        sets.stratum_dimension,
        sets.stratum_scheme,
        sets.stratum_basis,
        contrasts.*,
        sets.measure_id || ', ' || sets.stratum_dimension || ' (' || sets.stratum_scheme || '), ' || contrasts.contrast
        || ', ' || sets.adjustment || ', population ' || sets.population || ', every ' || sets.organisation_level || ' '
        || sets.organisation_view || ', ' || cast(sets.period_start as string) || ' to '
        || cast(sets.period_end as string)
            as family,
        sets.is_proportion,
        sets.unknown_status,
        case
            when
                sets.unknown_status in ('none_published', 'suppressed', 'missing_at_source')
                or sets.hidden_strata > 0
                or sets.observation_kind = 'score'
                then null
            else coalesce(sets.unknown_denominator, 0.0)
                / nullif(sets.known_denominator + coalesce(sets.unknown_denominator, 0.0), 0.0)
        end as unknown_share,
        sets.hidden_strata,
        sets.suppressed_strata,
        sets.dataset,
        sets.is_synthetic
    from contrasts
    inner join sets on contrasts.set_id = sets.set_id
),

tested as (
    select
        set_id,
        contrast,
        group_stratum,
        family,
        p_value
    from described
    where p_value is not null
),

adjusted as (
    {{ with_q_values('tested', 'p_value', ['family']) }}
)

select
    described.measure_id,
    described.measure_title,
    described.unit,
    described.direction,
    described.organisation_code,
    described.organisation_scheme,
    described.organisation_name,
    described.organisation_level,
    described.organisation_view,
    described.period_start,
    described.period_end,
    described.period_kind,
    described.population,
    described.adjustment,
    described.stratum_dimension,
    described.stratum_scheme,
    described.stratum_basis,
    described.contrast,
    described.group_stratum as disadvantaged_stratum,
    described.comparator_stratum,
    {{ qualified('described', gap_and_ratio + framings) }},
    case
        when described.adverse_ratio is not null and described.direction = 'lower' then 'event'
        when described.adverse_ratio is not null then 'absence_of_event'
        when described.direction not in ('lower', 'higher') then 'not_applicable:direction_none'
        when described.direction = 'higher' and not described.is_proportion then 'not_applicable:no_complement'
        when described.status <> 'computed' then described.status
        when described.contrast in ('most_v_least_deprived', 'core20_v_rest', 'group_v_rest', 'slope_index')
            then 'not_computed:no_adverse_events'
        else 'not_applicable:contrast'
    end as adverse_event,
    {{ qualified('described', relative + variances + what_ifs) }},
    described.unknown_status,
    case
        when
            described.gap is null or described.direction not in ('higher', 'lower')
            or described.contrast in ('between_group', 'mean_log_deviation', 'theil')
            then 'not_applicable'
        when abs(described.gap) <= 1e-9 then 'neither'
        when
            (described.direction = 'higher' and described.gap < 0)
            or (described.direction = 'lower' and described.gap > 0)
            then described.group_stratum
        else described.comparator_stratum
    end as gap_against,
    described.method,
    described.p_value,
    adjusted.q_value,
    described.family,
    described.min_events,
    described.min_base,
    described.min_events < 10 or described.min_base < 20 as is_unreliable,
    described.unknown_share,
    1 - described.unknown_share as completeness,
    cast(described.hidden_strata as bigint) as hidden_strata,
    cast(described.suppressed_strata as bigint) as suppressed_strata,
    described.status,
    described.dataset,
    described.is_synthetic
from described
left join adjusted
    on
        described.set_id = adjusted.set_id
        and described.contrast = adjusted.contrast
        and described.group_stratum = adjusted.group_stratum
