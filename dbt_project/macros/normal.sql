{#-
    Tail areas of the normal distribution, which neither DuckDB nor Spark has.
    Belongs here: p-values of a z. Does not: quantiles of a level (rates.sql), tests themselves.
-#}

{#-
    Two-sided p of a z, 2 (1 - Phi(|z|)) = exp(-z^2 / 2) t q(t) with t = 1 / (1 + 0.275 |z|) and q of degree 10. The
    coefficients were fitted for this macro to scipy's scaled complementary error function; the largest relative error is
    2.3e-9 from z = 0 to 37, beyond which p is below the smallest double. tests/unit/test_inequality.py compares again.
    `z` is a column: it is repeated.
-#}
{% macro two_sided_p(z) -%}
    {%- set t = '(1 / (1 + 0.275e0 * abs(' ~ z ~ ')))' -%}
    {%- set coefficients = [
        '0.21941808472057e0', '0.21942641439879e0', '0.20266279097125e0', '0.17139303176494e0', '0.11201592964745e0',
        '0.12171108811512e0', '-0.11282528381851e0', '0.2460953334515e0', '-0.30949300042034e0', '0.15988014095266e0',
        '-0.030284532001603e0'
    ] -%}
    case
        when {{ z }} is null then null
        when abs({{ z }}) > 37 then 0e0
        else least(1e0, exp(-{{ z }} * {{ z }} / 2) * {{ t }} * (
            {%- for coefficient in coefficients %}
            {{ coefficient }}{% if not loop.last %} + {{ t }} * ({% endif %}
            {%- endfor -%}
            {{ ')' * (coefficients | length) }})
    end
{%- endmacro %}

{#-
    p of a chi-squared statistic by Wilson and Hilferty's normal approximation of its cube root (Proc Natl Acad Sci USA
    1931;17:684-8); exact for one and two degrees of freedom. `x` and `df` are columns. NULL without either.
-#}
{% macro chi_squared_p(x, df) -%}
    {%- set root = '(power(' ~ x ~ ' / ' ~ df ~ ', 1.0 / 3) - (1 - 2.0 / (9 * ' ~ df ~ '))) / sqrt(2.0 / (9 * ' ~ df ~ '))' -%}
    case
        when {{ x }} is null or {{ df }} < 1 then null
        when {{ df }} = 1 then {{ two_sided_p('sqrt(' ~ x ~ ')') }}
        when {{ df }} = 2 then exp(-{{ x }} / 2)
        when {{ root }} > 0 then {{ two_sided_p('(' ~ root ~ ')') }} / 2
        else 1 - {{ two_sided_p('(' ~ root ~ ')') }} / 2
    end
{%- endmacro %}
