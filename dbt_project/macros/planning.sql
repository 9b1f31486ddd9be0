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
