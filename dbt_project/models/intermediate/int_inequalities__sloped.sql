-- ordered sets with all their groups: slope and relative index, and what the least deprived group's rate would change
{% set carried = ['set_id', 'scenario', 'multiplier', 'kind'] %}
with sets as (
    select
        *,
        case when is_proportion then 'proportion' else 'rate' end as kind
    from {{ ref('int_strata__summed') }}
    where is_ordered and observation_kind = 'rate_within_stratum'
),

strata as (select * from {{ ref('int_strata__gathered') }}),

complete as (
    select
        strata.*,
        sets.quantiles,
        sets.multiplier,
        sets.kind,
        sets.known_denominator,
        sets.unknown_numerator,
        sets.unknown_denominator,
        coalesce(sets.unknown_status = 'value' and sets.unknown_denominator > 0, false) as has_unknown
    from strata
    inner join sets on strata.set_id = sets.set_id
    where sets.status = 'computed' and sets.interval_rule in ('wilson', 'byar')
),

-- as published; and with all people of unknown group in the most deprived group, the least, or spread as the known are
supposed as (
    select
        'published' as scenario,
        set_id,
        stratum_order,
        multiplier,
        kind,
        numerator,
        denominator,
        numerator_lower,
        numerator_upper,
        denominator_lower,
        denominator_upper
    from complete
    {% for scenario, share in [
        ('unknown_worst', 'case when stratum_order = 1 then 1.0 else 0.0 end'),
        ('unknown_best', 'case when stratum_order = quantiles then 1.0 else 0.0 end'),
        ('unknown_proportional', 'denominator / known_denominator'),
    ] %}
    union all
    select
        '{{ scenario }}' as scenario,
        set_id,
        stratum_order,
        multiplier,
        kind,
        numerator + unknown_numerator * {{ share }} as numerator,
        denominator + unknown_denominator * {{ share }} as denominator,
        cast(null as double) as numerator_lower,
        cast(null as double) as numerator_upper,
        cast(null as double) as denominator_lower,
        cast(null as double) as denominator_upper
    from complete
    where has_unknown
    {% endfor %}
),

limited as (
    select
        *,
        numerator / denominator as value,
        case
            when kind = 'proportion' then {{ proportion_lower('numerator', 'denominator', 1) }}
            else {{ rate_lower('numerator', 'denominator', 1) }}
        end as lower,
        case
            when kind = 'proportion' then {{ proportion_upper('numerator', 'denominator', 1) }}
            else {{ rate_upper('numerator', 'denominator', 1) }}
        end as upper,
        {{ not_below('0.0', 'numerator_lower / nullif(denominator_upper, 0)') }} as lowest,
        case
            when kind = 'proportion' and numerator_upper > denominator_lower then 1.0
            else numerator_upper / nullif(denominator_lower, 0)
        end as highest
    from supposed
),

scaled as (
    select
        *,
        {{ slope_scale('value', 'kind') }} as scaled_value,
        {{ slope_se('lower', 'upper', 'kind') }} as se
    from limited
),

-- a group without events, or with nothing else, has no standard error on the scale: its interval's width stands in
spread as (
    select
        *,
        case when se is null then value else {{ slope_centre('value', 'se', 'kind', 'false') }} end as centre,
        case
            when se is null then power((upper - lower) / (2 * {{ z_of_level(95) }}), 2)
            else {{ slope_variance('value', 'se', 'kind', 'false') }}
        end as variance,
        case when se is null then 0e0 else {{ slope_third_cumulant('value', 'se', 'kind', 'false') }} end as third
    from scaled
),

fits as (
    {{ slope_fits(
        'spread', carried, 'stratum_order', 'denominator', 'value', 'centre', 'variance', 'third', 'lowest', 'highest'
    ) }}
),

published as (
    select * from fits
    where scenario = 'published'
),

skewed as (
    {{ with_skewed_z('published') }}
),

indices as (
    select
        set_id,
        intercept,
        slope,
        {{ slope_index('-multiplier', 'kind', 'false') }} as gap,
        {% for level, suffix in [(95, '95'), (99.8, '998')] %}
        {{ slope_index_lower('-multiplier', 'kind', 'false', level, true) }} as gap_lower_{{ suffix }},
        {{ slope_index_upper('-multiplier', 'kind', 'false', level, true) }} as gap_upper_{{ suffix }},
        {{ relative_slope_index_lower('-multiplier', 'kind', 'false', level, true) }} as ratio_lower_{{ suffix }},
        {{ relative_slope_index_upper('-multiplier', 'kind', 'false', level, true) }} as ratio_upper_{{ suffix }},
        {% endfor %}
        {{ relative_slope_index('-multiplier', 'kind', 'false') }} as ratio,
        -multiplier * slope_highest as gap_if_rounding_lowest,
        -multiplier * slope_lowest as gap_if_rounding_highest,
        -slope / nullif(sqrt(slope_variance), 0) as z
    from skewed
),

-- the same of the absence of the event
absences as (
    select
        set_id,
        {{ relative_slope_index('-multiplier', 'kind', 'false') }} as ratio,
        {{ relative_slope_index_lower('-multiplier', 'kind', 'false', 95) }} as ratio_lower_95,
        {{ relative_slope_index_upper('-multiplier', 'kind', 'false', 95) }} as ratio_upper_95
    from (
        select
            set_id,
            multiplier,
            kind,
            1 - intercept as intercept,
            -slope as slope,
            1 - centre_intercept as centre_intercept,
            -centre_slope as centre_slope,
            intercept_variance,
            slope_variance,
            covariance
        from published
        where kind = 'proportion'
    ) as turned
),

-- odds need the logit of every group
proportions as (
    select * from spread
    where scenario = 'published' and kind = 'proportion'
),

logits as (
    {{ slope_fits(
        'proportions', ['set_id'], 'stratum_order', 'denominator', 'scaled_value', 'scaled_value', 'se * se'
    ) }}
),

odds as (
    select
        set_id,
        {{ odds_slope_index() }} as odds_ratio,
        {{ odds_slope_index(95, 'lower') }} as odds_ratio_lower_95,
        {{ odds_slope_index(95, 'upper') }} as odds_ratio_upper_95
    from logits
),

supposed_gaps as (
    select
        set_id,
        max(case when scenario = 'unknown_worst' then -multiplier * slope end) as gap_if_unknown_worst,
        max(case when scenario = 'unknown_best' then -multiplier * slope end) as gap_if_unknown_best,
        max(case when scenario = 'unknown_proportional' then -multiplier * slope end) as gap_if_unknown_proportional
    from fits
    where scenario <> 'published'
    group by set_id
),

least_deprived as (
    select
        strata.set_id,
        strata.numerator as x,
        strata.denominator as n,
        strata.denominator / sets.known_denominator as share,
        sets.multiplier * strata.numerator / strata.denominator as reference,
        sets.multiplier * sets.known_numerator / sets.known_denominator as mean,
        {{ rate_variance('strata.numerator', 'strata.denominator', 'sets.multiplier', 'sets.is_proportion') }}
            as reference_variance,
        {{ rate_variance('sets.known_numerator', 'sets.known_denominator', 'sets.multiplier', 'sets.is_proportion') }}
            as mean_variance,
        sets.multiplier * strata.numerator_lower / nullif(strata.denominator_upper, 0) as reference_lowest,
        sets.multiplier * strata.numerator_upper / nullif(strata.denominator_lower, 0) as reference_highest,
        sets.multiplier * sets.known_numerator_lower / nullif(sets.known_denominator_upper, 0) as mean_lowest,
        sets.multiplier * sets.known_numerator_upper / nullif(sets.known_denominator_lower, 0) as mean_highest,
        case when sets.unknown_status = 'value' then sets.unknown_numerator end as xu,
        case when sets.unknown_status = 'value' then sets.unknown_denominator end as nu,
        sets.multiplier,
        sets.known_numerator,
        sets.known_denominator
    from strata
    inner join sets
        on
            strata.set_id = sets.set_id
            and strata.stratum_order = sets.quantiles
    where sets.status = 'computed' and sets.interval_rule in ('wilson', 'byar')
),

attributable as (
    select
        *,
        -{{ population_attributable_risk('reference', 'mean') }} as gap,
        -{{ population_attributable_fraction('reference', 'mean') }} as fraction,
        {{ population_attributable_log_se('reference', 'reference_variance', 'mean', 'mean_variance', 'share') }}
            as log_se,
        multiplier * (known_numerator + xu) / (known_denominator + nu) as mean_with_unknown
    from least_deprived
),

attributable_errors as (
    select
        *,
        reference / nullif(mean, 0) * log_se as fraction_se,
        case when reference > 0 then mean / reference end as ratio
    from attributable
)

select
    sets.set_id,
    'slope_index' as contrast,
    '1' as group_stratum,
    cast(sets.quantiles as string) as comparator_stratum,
    case when sets.status = 'computed' and indices.gap is null then 'not_computed:no_fit' else sets.status end
        as status,
    indices.gap,
    {% for suffix in ['95', '998'] %}
    indices.gap_lower_{{ suffix }},
    indices.gap_upper_{{ suffix }},
    {% endfor %}
    -- a line that falls below zero has no ratio; a limit that does is zero
    case when indices.intercept > 0 and indices.intercept + indices.slope > 0 then indices.ratio end as ratio,
    {% for suffix in ['95', '998'] %}{% for side in ['lower', 'upper'] %}
    case
        when indices.intercept > 0 and indices.intercept + indices.slope > 0
            then {{ not_below('0.0', 'indices.ratio_' ~ side ~ '_' ~ suffix) }}
    end as ratio_{{ side }}_{{ suffix }},
    {% endfor %}{% endfor %}
    odds.odds_ratio,
    odds.odds_ratio_lower_95,
    odds.odds_ratio_upper_95,
    {% for suffix in ['', '_lower_95', '_upper_95'] %}
    case
        when sets.direction = 'lower' and indices.intercept > 0 and indices.intercept + indices.slope > 0
            then {{ not_below('0.0', 'indices.ratio' ~ suffix) }}
        when sets.direction = 'higher' and indices.intercept < 1 and indices.intercept + indices.slope < 1
            then {{ not_below('0.0', 'absences.ratio' ~ suffix) }}
    end as adverse_ratio{{ suffix }},
    {% endfor %}
    cast(null as double) as relative_index,
    cast(null as double) as relative_index_lower_95,
    cast(null as double) as relative_index_upper_95,
    coalesce(supposed_gaps.gap_if_unknown_worst, case when sets.unknown_status = 'value' then indices.gap end)
        as gap_if_unknown_worst,
    coalesce(supposed_gaps.gap_if_unknown_best, case when sets.unknown_status = 'value' then indices.gap end)
        as gap_if_unknown_best,
    coalesce(supposed_gaps.gap_if_unknown_proportional, case when sets.unknown_status = 'value' then indices.gap end)
        as gap_if_unknown_proportional,
    indices.gap_if_rounding_lowest,
    indices.gap_if_rounding_highest,
    indices.z,
    case
        when indices.gap is null then 'none'
        when sets.is_proportion
            then 'weighted ridit regression of proportions, untransformed; ratio: fieller; odds: regression of logits'
        else 'weighted ridit regression of rates, untransformed, log-normal moments; ratio: fieller'
    end as method
from sets
left join indices on sets.set_id = indices.set_id
left join absences on sets.set_id = absences.set_id
left join odds on sets.set_id = odds.set_id
left join supposed_gaps on sets.set_id = supposed_gaps.set_id
union all
select
    sets.set_id,
    'population_attributable' as contrast,
    'all known groups' as group_stratum,
    cast(sets.quantiles as string) as comparator_stratum,
    case when sets.status = 'computed' and errors.gap is null then 'not_computed:no_fit' else sets.status end
        as status,
    errors.gap,
    {% for level, suffix in [(95, '95'), (99.8, '998')] %}
    errors.gap - {{ z_of_level(level) }} * errors.mean * errors.fraction_se as gap_lower_{{ suffix }},
    errors.gap + {{ z_of_level(level) }} * errors.mean * errors.fraction_se as gap_upper_{{ suffix }},
    {% endfor %}
    errors.ratio,
    {% for level, suffix in [(95, '95'), (99.8, '998')] %}
    {{ ratio_limit('errors.ratio', 'errors.log_se', 'lower', level) }} as ratio_lower_{{ suffix }},
    {{ ratio_limit('errors.ratio', 'errors.log_se', 'upper', level) }} as ratio_upper_{{ suffix }},
    {% endfor %}
    cast(null as double) as odds_ratio,
    cast(null as double) as odds_ratio_lower_95,
    cast(null as double) as odds_ratio_upper_95,
    cast(null as double) as adverse_ratio,
    cast(null as double) as adverse_ratio_lower_95,
    cast(null as double) as adverse_ratio_upper_95,
    errors.fraction as relative_index,
    errors.fraction - {{ z_of_level(95) }} * errors.fraction_se as relative_index_lower_95,
    errors.fraction + {{ z_of_level(95) }} * errors.fraction_se as relative_index_upper_95,
    errors.mean_with_unknown - errors.reference as gap_if_unknown_worst,
    errors.mean_with_unknown - errors.multiplier * (errors.x + errors.xu) / (errors.n + errors.nu)
        as gap_if_unknown_best,
    errors.mean_with_unknown
    - errors.multiplier * (errors.x + errors.xu * errors.share) / (errors.n + errors.nu * errors.share)
        as gap_if_unknown_proportional,
    errors.mean_lowest - errors.reference_highest as gap_if_rounding_lowest,
    errors.mean_highest - errors.reference_lowest as gap_if_rounding_highest,
    errors.fraction / nullif(errors.fraction_se, 0) as z,
    case when errors.gap is null then 'none' else 'mean less the least deprived group; walter' end as method
from sets
left join attributable_errors as errors on sets.set_id = errors.set_id
