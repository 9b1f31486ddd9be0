{#-
    Tail areas of the normal distribution, which neither DuckDB nor Spark has.
    Belongs here: p-values of a z or a chi-squared. Does not: quantiles of a level (rates.sql), tests themselves.
-#}

{#-
    Probability that a standard normal variable lies farther from 0 than z, on either side. Closed form, within 1e-8 of the
    value up to |z| = 7 and 1e-6 beyond, where it is below 1e-11.
    Source: Hart JF et al., Computer Approximations (1968), no. 5666, as given by West G, Wilmott Magazine 2005;May:70-6.
-#}
{% macro two_sided_p(z) -%}
    {%- set x = 'abs(' ~ z ~ ')' -%}
    {%- set above = namespace(sum='3.52624965998911e-2') -%}
    {%- for term in [
        '0.700383064443688e0', '6.37396220353165e0', '33.912866078383e0', '112.079291497871e0', '221.213596169931e0',
        '220.206867912376e0',
    ] -%}
        {%- set above.sum = '(' ~ above.sum ~ ' * ' ~ x ~ ' + ' ~ term ~ ')' -%}
    {%- endfor -%}
    {%- set below = namespace(sum='8.83883476483184e-2') -%}
    {%- for term in [
        '1.75566716318264e0', '16.064177579207e0', '86.7807322029461e0', '296.564248779674e0', '637.333633378831e0',
        '793.826512519948e0', '440.413735824752e0',
    ] -%}
        {%- set below.sum = '(' ~ below.sum ~ ' * ' ~ x ~ ' + ' ~ term ~ ')' -%}
    {%- endfor -%}
    case
        when {{ x }} < 7.07106781186547e0 then
            least(1.0e0, 2 * exp(-{{ x }} * {{ x }} / 2) * {{ above.sum }} / {{ below.sum }})
        when {{ x }} <= 37 then
            2 * exp(-{{ x }} * {{ x }} / 2)
            / (2.506628274631e0 * ({{ x }} + 1 / ({{ x }} + 2 / ({{ x }} + 3 / ({{ x }} + 4 / ({{ x }} + 0.65e0))))))
        when {{ x }} > 37 and {{ x }} <= 1e300 then 0.0e0
    end
{%- endmacro %}

{#-
    p of a chi-squared statistic with whole degrees of freedom, by the finite sums (Abramowitz M, Stegun IA, Handbook of
    mathematical functions, 26.4.4 and 26.4.5): exp(-x/2) sum((x/2)^i / i!) over i < df/2 for even ones; for odd ones the normal
    tail of sqrt(x) and exp(-x/2) sqrt(2x / pi) sum(x^i / (1 3 5 ... (2i + 1))) over i < (df - 1) / 2. From 41 degrees by
    Wilson and Hilferty's normal approximation of the cube root (Proc Natl Acad Sci USA 1931;17:684-8). `x` and `df` are columns.
    NULL without either.
-#}
{% macro chi_squared_p(x, df) -%}
    {%- set root = '(power(' ~ x ~ ' / ' ~ df ~ ', 1.0 / 3) - (1 - 2.0 / (9 * ' ~ df ~ '))) / sqrt(2.0 / (9 * ' ~ df ~ '))' -%}
    {%- set factor = namespace(even=1, odd=1) -%}
    {%- set sums = namespace(even=[], odd=[]) -%}
    {%- for i in range(20) -%}
        {%- set factor.even = factor.even * (2 * i if i else 1) -%}
        {%- set factor.odd = factor.odd * (2 * i + 1) -%}
        {%- do sums.even.append('case when ' ~ df ~ ' > ' ~ (2 * i) ~ ' then power(' ~ x ~ ', ' ~ i ~ ') / ' ~ factor.even ~ 'e0 else 0 end') -%}
        {%- do sums.odd.append('case when ' ~ df ~ ' > ' ~ (2 * i + 2) ~ ' then power(' ~ x ~ ', ' ~ i ~ ') / ' ~ factor.odd ~ 'e0 else 0 end') -%}
    {%- endfor -%}
    case
        when {{ x }} is null or {{ df }} < 1 then null
        when {{ df }} > 40 and {{ root }} > 0 then {{ two_sided_p('(' ~ root ~ ')') }} / 2
        when {{ df }} > 40 then 1 - {{ two_sided_p('(' ~ root ~ ')') }} / 2
        when {{ df }} % 2 = 0 then exp(-{{ x }} / 2) * ({{ sums.even | join(' + ') }})
        else least(1.0, {{ two_sided_p('sqrt(' ~ x ~ ')') }}
            + exp(-{{ x }} / 2) * sqrt(2 * {{ x }} / pi()) * ({{ sums.odd | join(' + ') }}))
    end
{%- endmacro %}
