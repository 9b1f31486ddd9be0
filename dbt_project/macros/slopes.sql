{#-
    Slope and relative index of inequality of an ordered dimension, in closed form.
    Belongs here: the weighted ridit regression of group values on rank, its intervals, and what sums of parts make of it.
    Does not: WHO's logit index and concentration indices, which orchestration/evaluation fits; what a mart shows, and when.

    Groups are ordered from the first (most deprived) to the last. With a_i the share of the population in group i and b_i
    the cumulative share up to its middle (the ridit), values Y are regressed on b with weights a: Y = A + B b
    (Low A, Low A, J Public Health 2004;26:390-5; Mackenbach JP, Kunst AE, Soc Sci Med 1997;44:757-71). The mean of b is 1/2
    and its variance S, so that c_i = a_i (b_i - 1/2) / S, B = sum(c_i Y_i), A = sum(a_i Y_i) - B / 2,
    var B = sum(c_i^2 v_i), var A = sum((a_i - c_i / 2)^2 v_i), cov(A, B) = sum((a_i - c_i / 2) c_i v_i).

    `kind` is an expression that gives normal, rate or proportion: the scale on which a value's standard error holds (none,
    log, logit). `is_transformed` says whether the regression itself is fitted on that scale.
-#}

{#- A value on the scale of its kind: as it is, its logarithm (rate), its logit (proportion); NULL where that does not exist. -#}
{% macro slope_scale(value, kind) -%}
    case {{ kind }}
        when 'rate' then case when {{ value }} > 0 then ln({{ value }}) end
        when 'proportion'
            then case when {{ value }} > 0 and {{ value }} < 1 then ln({{ value }} / (1 - ({{ value }}))) end
        else {{ value }}
    end
{%- endmacro %}

{#- Back from the scale of a kind. -#}
{% macro slope_unscale(scaled, kind) -%}
    case {{ kind }}
        when 'rate' then exp({{ scaled }})
        when 'proportion' then 1 / (1 + exp(-({{ scaled }})))
        else {{ scaled }}
    end
{%- endmacro %}

{#- Standard error on the scale of the kind, from the limits of a level: (upper - lower) / 2z there. -#}
{% macro slope_se(lower, upper, kind, level=95) -%}
    (({{ slope_scale(upper, kind) }}) - ({{ slope_scale(lower, kind) }})) / (2 * {{ z_of_level(level) }})
{%- endmacro %}

{#- The value that is regressed. -#}
{% macro slope_value(value, kind, is_transformed) -%}
    case when {{ is_transformed }} then {{ slope_scale(value, kind) }} else {{ value }} end
{%- endmacro %}

{#-
    Mean and variance of the regressed value, given its standard error `se` on the scale of its kind. Where a rate is regressed
    as it is, they are the moments of a log-normal variable: v exp(s^2 / 2) and v^2 exp(s^2) (exp(s^2) - 1); of a proportion
    they come from the delta method: p and (p (1 - p) s)^2.
-#}
{% macro slope_centre(value, se, kind, is_transformed) -%}
    case
        when {{ is_transformed }} then {{ slope_scale(value, kind) }}
        when {{ kind }} = 'rate' then {{ value }} * exp({{ se }} * {{ se }} / 2)
        else {{ value }}
    end
{%- endmacro %}

{% macro slope_variance(value, se, kind, is_transformed) -%}
    case
        when {{ is_transformed }} or {{ kind }} = 'normal' then {{ se }} * {{ se }}
        when {{ kind }} = 'rate'
            then {{ value }} * {{ value }} * exp({{ se }} * {{ se }}) * (exp({{ se }} * {{ se }}) - 1)
        else power({{ value }} * (1 - {{ value }}) * {{ se }}, 2)
    end
{%- endmacro %}

{#-
    Third cumulant of the regressed value: that of a log-normal variable, v^3 exp(3 s^2 / 2) (e - 1)^2 (e + 2) with
    e = exp(s^2), where a rate is regressed as it is; none elsewhere.
-#}
{% macro slope_third_cumulant(value, se, kind, is_transformed) -%}
    case
        when {{ kind }} = 'rate' and not ({{ is_transformed }})
            then power({{ value }} * exp({{ se }} * {{ se }} / 2), 3)
                * power(exp({{ se }} * {{ se }}) - 1, 2) * (exp({{ se }} * {{ se }}) + 2)
        else 0e0
    end
{%- endmacro %}

{#-
    A SELECT with one row per group of strata (`columns`): quantiles, intercept (A) and slope (B) of `value`, the same of
    `centre`, their variances and covariance. NULL where a value is missing or nobody is in a stratum.
    With `third` (third cumulants of the regressed values) also their third cumulants, for limits that say `is_skewed`: the
    quantiles of a skewed sum by Cornish EA, Fisher RA, Rev Inst Int Stat 1938;5:307-20: z + skewness (z^2 - 1) / 6.
    With `lowest` and `highest`, what a publisher's rounding leaves open of each value, also the slope's own: sum(c_i Y_i) with
    the highest value where c_i has the sign that is asked for and the lowest where it has not.
-#}
{% macro slope_fits(
    relation, columns, rank, population, value, centre, variance, third=none, lowest=none, highest=none
) -%}
    select
        {{ columns | join(', ') }},
        quantiles,
        value_mean - value_moment / moment_2 / 2 as intercept,
        value_moment / moment_2 as slope,
        centre_mean - centre_moment / moment_2 / 2 as centre_intercept,
        centre_moment / moment_2 as centre_slope,
        variance_0 - variance_1 / moment_2 + variance_2 / (4 * moment_2 * moment_2) as intercept_variance,
        variance_2 / (moment_2 * moment_2) as slope_variance,
        variance_1 / moment_2 - variance_2 / (2 * moment_2 * moment_2) as covariance
        {%- if third is not none %},
        third_0 - 3 * third_1 / (2 * moment_2) + 3 * third_2 / (4 * power(moment_2, 2)) - third_3 / (8 * power(moment_2, 3))
            as intercept_third,
        third_1 / moment_2 - third_2 / power(moment_2, 2) + third_3 / (4 * power(moment_2, 3)) as third_of_two_intercepts,
        third_2 / power(moment_2, 2) - third_3 / (2 * power(moment_2, 3)) as third_of_two_slopes,
        third_3 / power(moment_2, 3) as slope_third
        {%- endif %}
        {%- if lowest is not none %},
        lowest_moment / moment_2 as slope_lowest,
        highest_moment / moment_2 as slope_highest
        {%- endif %}
    from (
        select
            {{ columns | join(', ') }},
            count(*) as quantiles,
            case when count(regressed) = count(*) and min(share) > 0 then sum(share * (ridit - 0.5) * (ridit - 0.5)) end
                as moment_2,
            sum(share * regressed) as value_mean,
            sum(share * (ridit - 0.5) * regressed) as value_moment,
            sum(share * centre) as centre_mean,
            sum(share * (ridit - 0.5) * centre) as centre_moment,
            sum(share * share * variance) as variance_0,
            case when count(variance) = count(*) then sum(share * share * (ridit - 0.5) * variance) end as variance_1,
            case when count(variance) = count(*) then sum(share * share * (ridit - 0.5) * (ridit - 0.5) * variance) end as variance_2
            {%- if third is not none %},
            sum(power(share, 3) * third) as third_0,
            sum(power(share, 3) * (ridit - 0.5) * third) as third_1,
            sum(power(share, 3) * power(ridit - 0.5, 2) * third) as third_2,
            sum(power(share, 3) * power(ridit - 0.5, 3) * third) as third_3
            {%- endif %}
            {%- if lowest is not none %},
            case when count(lowest + highest) = count(*) then sum(
                share * (ridit - 0.5) * case when ridit > 0.5 then lowest else highest end
            ) end as lowest_moment,
            case when count(lowest + highest) = count(*) then sum(
                share * (ridit - 0.5) * case when ridit > 0.5 then highest else lowest end
            ) end as highest_moment
            {%- endif %}
        from (
            select
                {{ columns | join(', ') }},
                {{ value }} as regressed,
                {{ centre }} as centre,
                {{ variance }} as variance,
                {% if third is not none %}{{ third }} as third,{% endif %}
                {% if lowest is not none %}{{ lowest }} as lowest, {{ highest }} as highest,{% endif %}
                {{ population_share(population, columns) }} as share,
                {{ ridit(population, columns, rank) }} as ridit
            from {{ relation }}
        ) as ranked
        group by {{ columns | join(', ') }}
    ) as summed
{%- endmacro %}

{#- Share of a group of strata that is in one of them. -#}
{% macro population_share(population, columns) -%}
    1.0e0 * {{ population }} / sum({{ population }}) over (partition by {{ columns | join(', ') }})
{%- endmacro %}

{#- Share of the population below the middle of a stratum, in the order of `rank`. -#}
{% macro ridit(population, columns, rank) -%}
    (
        sum({{ population }}) over (
            partition by {{ columns | join(', ') }} order by {{ rank }} rows between unbounded preceding and current row
        ) - 0.5e0 * {{ population }}
    ) / sum({{ population }}) over (partition by {{ columns | join(', ') }})
{%- endmacro %}

{#-
    Slope index of inequality from a row of slope_fits: multiplier times the value fitted at rank 1 less that at rank 0. With a
    negative multiplier it is first less last: disadvantaged less advantaged. On a transformed scale the interval turns about
    the middle of the line, as the reference has it: with h = A + B / 2 and L, U the limits of B,
    g(h + L / 2) - g(h - L / 2) and the same of U.
-#}
{% macro slope_index(multiplier, kind, is_transformed) -%}
    {{ multiplier }} * case
        when {{ is_transformed }} then {{ slope_unscale('intercept + slope', kind) }} - {{ slope_unscale('intercept', kind) }}
        else slope
    end
{%- endmacro %}

{% macro slope_index_lower(multiplier, kind, is_transformed, level=95, is_skewed=false) -%}
    {{ _slope_index_limit(multiplier, kind, is_transformed, level, '-', is_skewed) }}
{%- endmacro %}

{% macro slope_index_upper(multiplier, kind, is_transformed, level=95, is_skewed=false) -%}
    {{ _slope_index_limit(multiplier, kind, is_transformed, level, '', is_skewed) }}
{%- endmacro %}

{#- A negative multiplier turns upper and lower limit of the slope over. -#}
{% macro _slope_index_limit(multiplier, kind, is_transformed, level, minus, is_skewed) -%}
    {%- set z = minus ~ 'sign(' ~ multiplier ~ ') * ' ~ z_of_level(level) -%}
    {%- set limit = '(slope + ' ~ z ~ ' * sqrt(slope_variance))' -%}
    {%- set middle = '(intercept + slope / 2)' -%}
    {{ multiplier }} * case
        when {{ is_transformed }}
            then {{ slope_unscale(middle ~ ' + ' ~ limit ~ ' / 2', kind) }}
                - {{ slope_unscale(middle ~ ' - ' ~ limit ~ ' / 2', kind) }}
        else centre_slope + {{ z }} * sqrt(slope_variance)
            {%- if is_skewed %}
            + coalesce(slope_third / nullif(slope_variance, 0), 0) * {{ _skew_factor(level) }}
            {%- endif %}
    end
{%- endmacro %}

{% macro _skew_factor(level) -%}
    ({{ z_of_level(level) }} * {{ z_of_level(level) }} - 1) / 6
{%- endmacro %}

{#-
    Relative index of inequality: the value fitted at rank 1 over that at rank 0; the other way round for a negative
    multiplier. Interval of the regression of values as they are: Fieller's (below); of a transformed one: as of the slope index.
-#}
{% macro relative_slope_index(multiplier, kind, is_transformed) -%}
    case
        when {{ is_transformed }} and {{ multiplier }} < 0
            then {{ slope_unscale('intercept', kind) }} / ({{ slope_unscale('intercept + slope', kind) }})
        when {{ is_transformed }}
            then {{ slope_unscale('intercept + slope', kind) }} / ({{ slope_unscale('intercept', kind) }})
        when {{ multiplier }} < 0 then intercept / nullif(intercept + slope, 0)
        else (intercept + slope) / nullif(intercept, 0)
    end
{%- endmacro %}

{% macro relative_slope_index_lower(multiplier, kind, is_transformed, level=95, is_skewed=false) -%}
    {{ _relative_slope_index_limit(multiplier, kind, is_transformed, level, 'lower', is_skewed) }}
{%- endmacro %}

{% macro relative_slope_index_upper(multiplier, kind, is_transformed, level=95, is_skewed=false) -%}
    {{ _relative_slope_index_limit(multiplier, kind, is_transformed, level, 'upper', is_skewed) }}
{%- endmacro %}

{% macro _relative_slope_index_limit(multiplier, kind, is_transformed, level, side, is_skewed) -%}
    {%- set minus = '-' if side == 'lower' else '' -%}
    {%- set limit = '(slope + ' ~ minus ~ 'sign(' ~ multiplier ~ ') * ' ~ z_of_level(level) ~ ' * sqrt(slope_variance))' -%}
    {%- set middle = '(intercept + slope / 2)' -%}
    {%- set last = slope_unscale(middle ~ ' + ' ~ limit ~ ' / 2', kind) -%}
    {%- set first = slope_unscale(middle ~ ' - ' ~ limit ~ ' / 2', kind) -%}
    case
        when {{ is_transformed }} and {{ multiplier }} < 0 then {{ first }} / ({{ last }})
        when {{ is_transformed }} then {{ last }} / ({{ first }})
        when {{ multiplier }} < 0 then {{ _first_over_last_limit(side, level, is_skewed) }}
        else {{ _last_over_first_limit(side, level, is_skewed) }}
    end
{%- endmacro %}

{% macro _last_over_first_limit(side, level, is_skewed) -%}
    {%- set z = _z_column(side, level) if is_skewed else z_of_level(level) -%}
    {{ fieller_limit(
        '(centre_intercept + centre_slope)', 'centre_intercept',
        '(intercept_variance + 2 * covariance + slope_variance)', 'intercept_variance', '(intercept_variance + covariance)', side, z
    ) }}
{%- endmacro %}

{#- The other way round: its lower limit is where the upper one of last over first would be. -#}
{% macro _first_over_last_limit(side, level, is_skewed) -%}
    {%- set other = 'upper' if side == 'lower' else 'lower' -%}
    {%- set z = _z_column(other, level) if is_skewed else z_of_level(level) -%}
    {{ fieller_limit(
        'centre_intercept', '(centre_intercept + centre_slope)', 'intercept_variance',
        '(intercept_variance + 2 * covariance + slope_variance)', '(intercept_variance + covariance)', side, z
    ) }}
{%- endmacro %}

{% macro _z_column(side, level) -%}
    z_{{ side }}_{{ level | string | replace('.', '') }}
{%- endmacro %}

{#-
    A SELECT of a relation of fits with the z that is_skewed limits of (A + B) / A use. At a limit R, (A + B) - R A = u A + B
    with u = 1 - R lies below zero with the probability of the level; its skewness there comes from the third cumulants.
-#}
{% macro with_skewed_z(relation, levels=[95, 99.8]) -%}
    select
        *
        {%- for level in levels %}{% for side in ['lower', 'upper'] %},
        {{ z_of_level(level) }} {{ '-' if side == 'lower' else '+' }} coalesce(
            (
                power({{ _z_column(side, level) }}_u, 3) * intercept_third
                + 3 * power({{ _z_column(side, level) }}_u, 2) * third_of_two_intercepts
                + 3 * {{ _z_column(side, level) }}_u * third_of_two_slopes + slope_third
            ) / nullif(power(
                power({{ _z_column(side, level) }}_u, 2) * intercept_variance
                + 2 * {{ _z_column(side, level) }}_u * covariance + slope_variance, 1.5e0
            ), 0) * {{ _skew_factor(level) }}, 0
        ) as {{ _z_column(side, level) }}
        {%- endfor %}{% endfor %}
    from (
        select
            *
            {%- for level in levels %}{% for side in ['lower', 'upper'] %},
            1 - {{ _last_over_first_limit(side, level, false) }} as {{ _z_column(side, level) }}_u
            {%- endfor %}{% endfor %}
        from {{ relation }}
    ) as limited
{%- endmacro %}

{#-
    Limit of a ratio N / D of two normal means with variances and covariance: root of
    (D^2 - z^2 vD) R^2 - 2 (N D - z^2 c) R + (N^2 - z^2 vN) = 0. Source: Fieller EC, J R Stat Soc B 1954;16:175-85.
    NULL where D does not differ from zero at the level (the interval is then not one piece) and where a ratio has no meaning
    because D is not positive.
-#}
{% macro fieller_limit(numerator, denominator, numerator_variance, denominator_variance, covariance, side, z) -%}
    {%- set z2 = '(' ~ z ~ ' * ' ~ z ~ ')' -%}
    {%- set a = '(' ~ denominator ~ ' * ' ~ denominator ~ ' - ' ~ z2 ~ ' * ' ~ denominator_variance ~ ')' -%}
    {%- set b = '(' ~ numerator ~ ' * ' ~ denominator ~ ' - ' ~ z2 ~ ' * ' ~ covariance ~ ')' -%}
    {%- set c = '(' ~ numerator ~ ' * ' ~ numerator ~ ' - ' ~ z2 ~ ' * ' ~ numerator_variance ~ ')' -%}
    case
        when {{ denominator }} > 0 and {{ a }} > 0
            then ({{ b }} {{ '-' if side == 'lower' else '+' }} sqrt(greatest(0e0, {{ b }} * {{ b }} - {{ a }} * {{ c }}))) / {{ a }}
    end
{%- endmacro %}

{#- Where the regression line starts, in the unit of the multiplier where it was fitted on a transformed scale. -#}
{% macro slope_intercept(multiplier, kind, is_transformed) -%}
    case when {{ is_transformed }} then abs({{ multiplier }}) * {{ slope_unscale('intercept', kind) }} else intercept end
{%- endmacro %}

{#-
    Odds of the first rank over odds of the last, from a regression of logits: exp(-B), limits exp(-B -/+ z sqrt(var B)).
    It is the one ratio that is the same, turned over, for an event and for its absence (Greenland S, Am J Epidemiol 1987;125:761-8).
-#}
{% macro odds_slope_index(level=none, side=none) -%}
    {%- if side is none -%}
    exp(-slope)
    {%- else -%}
    exp(-slope {{ '-' if side == 'lower' else '+' }} {{ z_of_level(level) }} * sqrt(slope_variance))
    {%- endif -%}
{%- endmacro %}
