{#-
    Measures of inequality in closed form, for ordered and for unordered dimensions.
    Belongs here: contrasts of two groups, and what the groups of one set vary about their mean. Does not: regressions on
    rank (slopes.sql, orchestration/evaluation/slopes.py); what a mart shows, and when.
    Values are in the measure's unit, `share` is a group's share of the set's people, `variance` the sampling variance of its
    value. Macros that say "of a set" are aggregates for a `group by`; `mean` is then sum(share * value), worked out before.
-#}

{#-
    Limits of a difference of two independent values from the limits of both (method of variance estimates recovery; with
    Wilson's limits it is Newcombe's hybrid score). Sources: Newcombe RG, Stat Med 1998;17:873-90, method 10; Zou GY, Donner A,
    Stat Med 2008;27:1693-702.
-#}
{% macro difference_lower(value, lower, comparator, comparator_upper) -%}
    ({{ value }} - {{ comparator }})
    - sqrt(power({{ value }} - {{ lower }}, 2) + power({{ comparator_upper }} - {{ comparator }}, 2))
{%- endmacro %}

{% macro difference_upper(value, upper, comparator, comparator_lower) -%}
    ({{ value }} - {{ comparator }})
    + sqrt(power({{ upper }} - {{ value }}, 2) + power({{ comparator }} - {{ comparator_lower }}, 2))
{%- endmacro %}

{#- Standard error of a difference of two independent values. -#}
{% macro difference_se(se, comparator_se) -%}
    sqrt({{ se }} * {{ se }} + {{ comparator_se }} * {{ comparator_se }})
{%- endmacro %}

{#-
    Standard error of the logarithm of a ratio of two independent values; of two proportions it is that of Katz D et al.,
    Biometrics 1978;34:469-74. The limits of a ratio are exp(ln ratio -/+ z se).
-#}
{% macro ratio_log_se(value, se, comparator, comparator_se) -%}
    sqrt(power({{ se }} / nullif({{ value }}, 0), 2) + power({{ comparator_se }} / nullif({{ comparator }}, 0), 2))
{%- endmacro %}

{% macro ratio_limit(ratio, log_se, side, level=95) -%}
    case when {{ ratio }} > 0 then
        {{ ratio }} * exp({{ '-' if side == 'lower' else '' }}{{ z_of_level(level) }} * {{ log_se }})
    end
{%- endmacro %}

{#-
    Sampling variance of a rate from its parts, in the square of the unit: of a proportion p (1 - p) / n, else of a Poisson
    count x / n^2.
-#}
{% macro rate_variance(x, n, multiplier, is_proportion) -%}
    {{ multiplier }} * {{ multiplier }} * {{ x }}
    * case when {{ is_proportion }} then 1 - {{ x }} / {{ n }} else 1.0 end / ({{ n }} * {{ n }})
{%- endmacro %}

{#- Odds ratio of two groups with Woolf's limits (Ann Hum Genet 1955;19:251-3); NULL where one of the four counts is 0. -#}
{% macro odds_ratio(x1, n1, x2, n2) -%}
    case
        when {{ x1 }} > 0 and {{ x1 }} < {{ n1 }} and {{ x2 }} > 0 and {{ x2 }} < {{ n2 }}
            then {{ x1 }} * ({{ n2 }} - {{ x2 }}) / ({{ x2 }} * ({{ n1 }} - {{ x1 }}))
    end
{%- endmacro %}

{% macro odds_ratio_log_se(x1, n1, x2, n2) -%}
    case
        when {{ x1 }} > 0 and {{ x1 }} < {{ n1 }} and {{ x2 }} > 0 and {{ x2 }} < {{ n2 }}
            then sqrt(1 / {{ x1 }} + 1 / ({{ n1 }} - {{ x1 }}) + 1 / {{ x2 }} + 1 / ({{ n2 }} - {{ x2 }}))
    end
{%- endmacro %}

{#-
    z of the score test that two groups have one rate: the difference over its standard error at the pooled rate (of two
    proportions it is the root of Pearson's chi-squared). NULL where the pooled rate leaves nothing to vary.
-#}
{% macro score_z(x1, n1, x2, n2, is_proportion) -%}
    {%- set pooled = '(' ~ x1 ~ ' + ' ~ x2 ~ ') / (' ~ n1 ~ ' + ' ~ n2 ~ ')' -%}
    ({{ x1 }} / {{ n1 }} - {{ x2 }} / {{ n2 }}) / nullif(sqrt(abs(
        {{ pooled }} * case when {{ is_proportion }} then 1 - {{ pooled }} else 1.0 end * (1 / {{ n1 }} + 1 / {{ n2 }})
    )), 0)
{%- endmacro %}

{#-
    Population attributable risk and fraction: by how much the reference group's value differs from the population's mean, and
    what share of the mean that is. Standard error of ln(reference / mean), whose parts share the reference's people: with `share`
    theirs, sqrt(v_reference / reference^2 + v_mean / mean^2 - 2 share v_reference / (reference mean)); for proportions it is
    Walter's of a 2 x 2 table (Walter SD, Biometrics 1976;32:829-49). The fraction's is reference / mean times it.
-#}
{% macro population_attributable_risk(reference, mean) -%}
    ({{ reference }} - {{ mean }})
{%- endmacro %}

{% macro population_attributable_fraction(reference, mean) -%}
    ({{ reference }} - {{ mean }}) / nullif({{ mean }}, 0)
{%- endmacro %}

{% macro population_attributable_log_se(reference, reference_variance, mean, mean_variance, share) -%}
    sqrt(abs(
        {{ reference_variance }} / nullif({{ reference }} * {{ reference }}, 0)
        + {{ mean_variance }} / nullif({{ mean }} * {{ mean }}, 0)
        - 2 * {{ share }} * {{ reference_variance }} / nullif({{ reference }} * {{ mean }}, 0)
    ))
{%- endmacro %}

{#-
    Variance between the groups of a set, sum(share (value - mean)^2), and what sampling alone makes of it where no group
    differs, sum(share (1 - share) variance): the variance less this is what groups really vary, and may be negative.
    Standard error from the variance of a quadratic form y'Qy of independent normal values, 2 tr((Q V)^2) + 4 y'Q V Q y, here
    4 sum(share^2 (value - mean)^2 v) + 2 ((sum(share^2 v))^2 + sum(share^2 (1 - 2 share) v^2)).
    Sources: WHO, Handbook on health inequality monitoring, 2013; Searle SR, Linear models, 1971, section 2.5.
-#}
{% macro between_group_variance(share, value, mean) -%}
    sum({{ share }} * power({{ value }} - {{ mean }}, 2))
{%- endmacro %}

{% macro between_group_variance_by_chance(share, variance) -%}
    sum({{ share }} * (1 - {{ share }}) * {{ variance }})
{%- endmacro %}

{% macro between_group_variance_se(share, value, mean, variance) -%}
    sqrt(
        4 * sum(power({{ share }} * ({{ value }} - {{ mean }}), 2) * {{ variance }})
        + 2 * (
            power(sum({{ share }} * {{ share }} * {{ variance }}), 2)
            + sum({{ share }} * {{ share }} * (1 - 2 * {{ share }}) * {{ variance }} * {{ variance }})
        )
    )
{%- endmacro %}

{#-
    Mean log deviation and Theil's index of a set, times 1,000: sum(share ln(mean / value)) and
    sum(share (value / mean) ln(value / mean)). A group without events leaves the first undefined (NULL) and adds 0 to the second.
    Source: Theil H, Economics and information theory, 1967; both to the second order are half the squared coefficient of
    variation, so that sampling alone adds 500 sum(share (1 - share) variance) / mean^2 to either.
-#}
{% macro mean_log_deviation(share, value, mean) -%}
    case when min({{ value }}) > 0 then 1000 * sum(
        {{ share }} * ln({{ mean }} / case when {{ value }} > 0 then {{ value }} end)
    ) end
{%- endmacro %}

{% macro theil_index(share, value, mean) -%}
    1000 * sum(
        case
            when {{ value }} > 0 and {{ mean }} > 0 then {{ share }} * ({{ value }} / {{ mean }}) * ln({{ value }} / {{ mean }})
            when {{ value }} = 0 and {{ mean }} > 0 then 0.0
        end
    )
{%- endmacro %}
