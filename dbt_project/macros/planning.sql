{#-
    Variance of the sum of n successive points of a first-order autoregressive series, over the variance of one point:
    n (1 + r) / (1 - r) - 2 r (1 - r^n) / (1 - r)^2, r the lag-1 autocorrelation (0 to 0.95).
    Source: Bartlett MS, J R Stat Soc 1935;98:536-43; Box, Jenkins and Reinsel, Time Series Analysis, section 2.1.
-#}
{% macro variance_of_sum(rho, n) -%}
    ({{ n }} * (1 + {{ rho }}) / (1 - {{ rho }}) - 2 * {{ rho }} * (1 - power({{ rho }}, {{ n }})) / power(1 - {{ rho }}, 2))
{%- endmacro %}

{#-
    Smallest change of a mean between two windows of n points, one after the other, that a two-sided test at 5 % finds
    in 80 % of cases, in the unit of `sd`: (z of 0.975 + z of 0.8) times the standard error of the difference of the two
    means, whose variance is sd^2 (4 V(n) - V(2n)) / n^2 with V as above. `sd` is that of the series' own residuals, so that
    over-dispersion is in it.
-#}
{% macro detectable_change(sd, rho, n) -%}
    2.801585218 * {{ sd }}
    * sqrt(4 * {{ variance_of_sum(rho, n) }} - {{ variance_of_sum(rho, '(2 * ' ~ n ~ ')') }}) / {{ n }}
{%- endmacro %}

{#-
    Lag-1 autocorrelation of the residuals of a straight line with what the fit takes from it given back:
    r + (2 + 4 r) / points, between 0 and 0.95, since a negative one would promise too much. Source: Marriott FHC, Pope JA,
    Biometrika 1954;41:390-402, whose 1 for the mean is 2 with a trend; tests/unit/test_planning.py simulates it.
-#}
{% macro corrected_autocorrelation(rho, points) -%}
    least(0.95, greatest(0.0, {{ rho }} + (2 + 4 * {{ rho }}) / {{ points }}))
{%- endmacro %}

{#- The first, second or third quartile of a group, interpolated between two values where it lies between them. -#}
{% macro quartile(number, value) -%}
    percentile_cont({{ number * 0.25 }}) within group (order by {{ value }})
{%- endmacro %}

{#- What a row of project_planning says in plain words: why nothing can be planned with it, else how to read its months. -#}
{% macro planning_note(reason, dimension) -%}
    case
        when {{ reason }} = 'distribution_not_rate'
            then 'This is a distribution of people, not a rate: no change of an outcome can be read from it.'
        when {{ reason }} = 'direction_none'
            then 'Neither more nor less is better here: a project cannot be judged by it.'
        when {{ reason }} = 'stratum_not_within_unit'
            then 'The groups are whole organisations: one organisation has no gap of its own.'
        when {{ reason }} = 'score_not_pooled'
            then 'Scores of groups have no parts that could be added up: the gap is not planned with.'
        when {{ reason }} = 'rolling_windows_overlap'
            then 'Its periods overlap: one point a year is independent, which is too few.'
        when {{ reason }} = 'no_baseline'
            then 'The newest periods have no figure to start from.'
        when {{ reason }} = 'suppressed_stratum'
            then 'A group is too small to be shown: pool with others, or choose a wider dimension.'
        when {{ reason }} = 'too_few_points'
            then 'The series is too short to tell how much it moves by itself.'
        when {{ reason }} = 'not_within_ten_years'
            then 'A change that matters would not show here within ten years: pool with others, or choose a nearer measure.'
        when {{ dimension }} = 'all'
            then 'A change of the margin would show with as many months before and after as are given; smaller ones would not.'
        else 'A change of the gap by its margin would show with as many months before and after as are given.'
    end
{%- endmacro %}
