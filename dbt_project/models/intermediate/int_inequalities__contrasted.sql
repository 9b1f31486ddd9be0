-- two groups against each other: most and least deprived, Core20 and the rest, an unordered group and all others
with sets as (select * from {{ ref('int_strata__summed') }}),

strata as (select * from {{ ref('int_strata__gathered') }}),

ordered as (
    select
        strata.*,
        sets.quantiles,
        sets.status
    from strata
    inner join sets on strata.set_id = sets.set_id
    where sets.is_ordered and sets.observation_kind = 'rate_within_stratum'
),

most_v_least as (
    select
        set_id,
        'most_v_least_deprived' as contrast,
        '1' as group_stratum,
        cast(max(quantiles) as string) as comparator_stratum,
        {{ parts_where("stratum_order = 1", 1) }},
        {{ parts_where("stratum_order = quantiles", 2) }},
        cast(null as double) as score_1,
        cast(null as double) as score_1_lower,
        cast(null as double) as score_1_upper,
        cast(null as double) as score_2,
        cast(null as double) as score_2_lower,
        cast(null as double) as score_2_upper,
        case
            when max(case when stratum_order in (1, quantiles) and value_status = 'suppressed' then 1 else 0 end) = 1
                then 'not_computed:suppressed_stratum'
            when count(case when stratum_order in (1, quantiles) then value end) < 2 then 'not_computed:missing_stratum'
            else 'computed'
        end as status
    from ordered
    group by set_id
),

-- the most deprived fifth is the first two of ten groups or the first of five
core20_v_rest as (
    select
        set_id,
        'core20_v_rest' as contrast,
        case when max(quantiles) = 10 then '1 and 2' else '1' end as group_stratum,
        'all other known groups' as comparator_stratum,
        {{ parts_where("5 * stratum_order <= quantiles", 1) }},
        {{ parts_where("5 * stratum_order > quantiles", 2) }},
        cast(null as double) as score_1,
        cast(null as double) as score_1_lower,
        cast(null as double) as score_1_upper,
        cast(null as double) as score_2,
        cast(null as double) as score_2_lower,
        cast(null as double) as score_2_upper,
        max(status) as status
    from ordered
    group by set_id
),

-- the groups of a set that are shown, together: a hidden one has neither value nor parts
shown as (
    select
        set_id,
        count(value) as strata,
        {% for part in ['numerator', 'denominator'] %}{% for bound in ['', '_lower', '_upper'] %}
        sum({{ part }}{{ bound }}) as {{ part }}{{ bound }},
        {% endfor %}{% endfor %}
        sum(value) as value,
        sum(lower_95) as lower_95,
        sum(upper_95) as upper_95
    from strata
    group by set_id
),

-- never best against worst; of scores only two groups can be compared, for a mean of the others needs parts
group_v_rest as (
    select
        strata.set_id,
        'group_v_rest' as contrast,
        strata.stratum as group_stratum,
        case when sets.hidden_strata > 0 then 'all other shown groups' else 'all other known groups' end
            as comparator_stratum,
        {% for part, short in [('numerator', 'x'), ('denominator', 'n')] %}{% for bound in ['', '_lower', '_upper'] %}
        strata.{{ part }}{{ bound }} as {{ short }}1{{ bound }},
        {% endfor %}{% endfor %}
        {% for part, short in [('numerator', 'x'), ('denominator', 'n')] %}{% for bound in ['', '_lower', '_upper'] %}
        shown.{{ part }}{{ bound }} - strata.{{ part }}{{ bound }} as {{ short }}2{{ bound }},
        {% endfor %}{% endfor %}
        case when sets.observation_kind = 'score' then strata.value end as score_1,
        case when sets.observation_kind = 'score' then strata.lower_95 end as score_1_lower,
        case when sets.observation_kind = 'score' then strata.upper_95 end as score_1_upper,
        case when sets.observation_kind = 'score' then shown.value - strata.value end as score_2,
        case when sets.observation_kind = 'score' then shown.lower_95 - strata.lower_95 end as score_2_lower,
        case when sets.observation_kind = 'score' then shown.upper_95 - strata.upper_95 end as score_2_upper,
        case
            when strata.value is not null and shown.strata > 1
                and (sets.observation_kind = 'score' or shown.denominator > strata.denominator)
                then 'computed'
            when strata.value_status = 'suppressed' or (strata.value is not null and sets.suppressed_strata > 0)
                then 'not_computed:suppressed_stratum'
            else 'not_computed:missing_stratum'
        end as status
    from strata
    inner join sets on strata.set_id = sets.set_id
    inner join shown on strata.set_id = shown.set_id
    where
        not sets.is_ordered
        and (sets.observation_kind = 'rate_within_stratum' or sets.known_strata = 2)
),

contrasts as (
    select * from most_v_least
    union all
    select * from core20_v_rest
    union all
    select * from group_v_rest
),

-- parts of a contrast that is not computed are not shown either: they could undo a suppression
parts as (
    select
        contrasts.set_id,
        contrasts.contrast,
        contrasts.group_stratum,
        contrasts.comparator_stratum,
        contrasts.status,
        sets.multiplier,
        sets.interval_rule,
        sets.is_proportion,
        sets.direction,
        sets.observation_kind = 'score' as is_score,
        {% for side in [1, 2] %}{% for short in ['x', 'n'] %}{% for bound in ['', '_lower', '_upper'] %}
        case
            when contrasts.status = 'computed' and sets.observation_kind <> 'score'
                then contrasts.{{ short }}{{ side }}{{ bound }}
        end as {{ short }}{{ side }}{{ bound }},
        {% endfor %}{% endfor %}
        case when contrasts.status = 'computed' then contrasts.score_{{ side }} end as score_{{ side }},
        case when contrasts.status = 'computed' then contrasts.score_{{ side }}_lower end as score_{{ side }}_lower,
        case when contrasts.status = 'computed' then contrasts.score_{{ side }}_upper end as score_{{ side }}_upper,
        {% endfor %}
        case when sets.unknown_status = 'value' then sets.unknown_numerator end as xu,
        case when sets.unknown_status = 'value' then sets.unknown_denominator end as nu,
        case when sets.hidden_strata = 0 then sets.known_denominator end as n_known
    from contrasts
    inner join sets on contrasts.set_id = sets.set_id
),

limits as (
    select
        *,
        {% for side in [1, 2] %}
        {% set x, n = 'x' ~ side, 'n' ~ side %}
        coalesce(multiplier * {{ x }} / {{ n }}, score_{{ side }}) as p{{ side }},
        {% for level, suffix in [(95, '95'), (99.8, '998')] %}
        case
            when interval_rule = 'wilson' then {{ proportion_lower(x, n, 'multiplier', level) }}
            when interval_rule = 'byar' then {{ rate_lower(x, n, 'multiplier', level) }}
            {% if level == 95 %}when is_score then score_{{ side }}_lower{% endif %}
        end as l{{ side }}_{{ suffix }},
        case
            when interval_rule = 'wilson' then {{ proportion_upper(x, n, 'multiplier', level) }}
            when interval_rule = 'byar' then {{ rate_upper(x, n, 'multiplier', level) }}
            {% if level == 95 %}when is_score then score_{{ side }}_upper{% endif %}
        end as u{{ side }}_{{ suffix }},
        {% endfor %}
        {{ not_below('0.0', 'multiplier * ' ~ x ~ '_lower / nullif(' ~ n ~ '_upper, 0)') }} as p{{ side }}_lowest,
        case
            when is_proportion and {{ x }}_upper > {{ n }}_lower then multiplier
            else multiplier * {{ x }}_upper / nullif({{ n }}_lower, 0)
        end as p{{ side }}_highest,
        {{ rate_variance(x, n, 'multiplier', 'is_proportion') }} as v{{ side }},
        {% endfor %}
        {{ odds_ratio('x1', 'n1', 'x2', 'n2') }} as odds_ratio,
        {{ odds_ratio_log_se('x1', 'n1', 'x2', 'n2') }} as odds_ratio_log_se,
        -- everybody whose group is not known in the group, in the comparator, or spread as the known are
        multiplier * ((x1 + xu) / (n1 + nu) - x2 / n2) as gap_if_unknown_worst,
        multiplier * (x1 / n1 - (x2 + xu) / (n2 + nu)) as gap_if_unknown_best,
        multiplier * (
            (x1 + xu * n1 / n_known) / (n1 + nu * n1 / n_known) - (x2 + xu * n2 / n_known) / (n2 + nu * n2 / n_known)
        ) as gap_if_unknown_proportional
    from parts
),

ratios as (
    select
        *,
        case when p2 > 0 and not is_score then p1 / p2 end as ratio,
        case
            when x1 > 0 and x2 > 0 and interval_rule in ('wilson', 'byar')
                then {{ ratio_log_se('p1', 'sqrt(v1)', 'p2', 'sqrt(v2)') }}
        end as ratio_log_se,
        -- the same of the absence of the event
        case when is_proportion and x2 < n2 then (multiplier - p1) / (multiplier - p2) end as absence_ratio,
        case
            when is_proportion and x1 < n1 and x2 < n2
                then {{ ratio_log_se('(multiplier - p1)', 'sqrt(v1)', '(multiplier - p2)', 'sqrt(v2)') }}
        end as absence_ratio_log_se
    from limits
)

select
    set_id,
    contrast,
    group_stratum,
    comparator_stratum,
    status,
    p1 - p2 as gap,
    {{ difference_lower('p1', 'l1_95', 'p2', 'u2_95') }} as gap_lower_95,
    {{ difference_upper('p1', 'u1_95', 'p2', 'l2_95') }} as gap_upper_95,
    {{ difference_lower('p1', 'l1_998', 'p2', 'u2_998') }} as gap_lower_998,
    {{ difference_upper('p1', 'u1_998', 'p2', 'l2_998') }} as gap_upper_998,
    ratio,
    {{ ratio_limit('ratio', 'ratio_log_se', 'lower', 95) }} as ratio_lower_95,
    {{ ratio_limit('ratio', 'ratio_log_se', 'upper', 95) }} as ratio_upper_95,
    {{ ratio_limit('ratio', 'ratio_log_se', 'lower', 99.8) }} as ratio_lower_998,
    {{ ratio_limit('ratio', 'ratio_log_se', 'upper', 99.8) }} as ratio_upper_998,
    case when is_proportion then odds_ratio end as odds_ratio,
    case when is_proportion then {{ ratio_limit('odds_ratio', 'odds_ratio_log_se', 'lower', 95) }} end
        as odds_ratio_lower_95,
    case when is_proportion then {{ ratio_limit('odds_ratio', 'odds_ratio_log_se', 'upper', 95) }} end
        as odds_ratio_upper_95,
    case direction when 'lower' then ratio when 'higher' then absence_ratio end as adverse_ratio,
    case direction
        when 'lower' then {{ ratio_limit('ratio', 'ratio_log_se', 'lower', 95) }}
        when 'higher' then {{ ratio_limit('absence_ratio', 'absence_ratio_log_se', 'lower', 95) }}
    end as adverse_ratio_lower_95,
    case direction
        when 'lower' then {{ ratio_limit('ratio', 'ratio_log_se', 'upper', 95) }}
        when 'higher' then {{ ratio_limit('absence_ratio', 'absence_ratio_log_se', 'upper', 95) }}
    end as adverse_ratio_upper_95,
    gap_if_unknown_worst,
    gap_if_unknown_best,
    gap_if_unknown_proportional,
    p1_lowest - p2_highest as gap_if_rounding_lowest,
    p1_highest - p2_lowest as gap_if_rounding_highest,
    case
        when is_score
            then 2 * {{ z_of_level(95) }} * (p1 - p2)
                / nullif({{ difference_se('(u1_95 - l1_95)', '(u2_95 - l2_95)') }}, 0)
        when interval_rule in ('wilson', 'byar') then {{ score_z('x1', 'n1', 'x2', 'n2', 'is_proportion') }}
    end as z,
    least(x1, x2) as min_events,
    least(n1, n2) as min_base,
    case
        when status <> 'computed' then 'none'
        when is_score and l1_95 is null then 'difference of scores; no interval'
        when is_score then 'difference of scores: mover on published limits'
        when interval_rule = 'wilson' then 'difference: newcombe hybrid score; ratio: katz log'
        when interval_rule = 'byar' then 'difference: mover on exact poisson or byar; ratio: log normal'
        else 'difference and ratio; no interval'
    end as method
from ratios
