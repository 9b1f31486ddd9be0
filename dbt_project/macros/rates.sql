{#-
    Proportions, rates, standardised rates, and their intervals, in the unit that `multiplier` gives (100 for percent).
    Belongs here: closed forms of one row or one group. Does not: what a mart shows, and when; fits that iterate.
    x and n are columns or expressions, `level` is 95 or 99.8 (the two of Fingertips), z its normal quantile. Where a limit is
    not defined it is NULL, and the mart says why.
-#}

{#- The normal quantile of a two-sided level: 1 - (1 - level) / 2 of N(0, 1), to full double precision. -#}
{% macro z_of_level(level=95) -%}
    {%- set quantiles = {'95': '1.959963984540054e0', '95.0': '1.959963984540054e0', '99.8': '3.090232306167813e0'} -%}
    {%- if level | string not in quantiles -%}
        {{ exceptions.raise_compiler_error('level is 95 or 99.8, not ' ~ level) }}
    {%- endif -%}
    {{ quantiles[level | string] }}
{%- endmacro %}

{#-
    Wilson score interval of a proportion: (2x + z^2 -/+ z sqrt(z^2 + 4x(1 - x/n))) / (2(n + z^2)).
    Source: Wilson EB, J Am Stat Assoc 1927;22:209-12; as used by OHID's Fingertips (APHO Technical Briefing 3).
    NULL unless 0 <= x <= n and n > 0.
-#}
{% macro wilson_lower(x, n, multiplier, z='1.959963984540054e0') -%}
    case when {{ n }} > 0 and {{ x }} >= 0 and {{ x }} <= {{ n }} then
        {{ multiplier }} * greatest(0.0, (2 * {{ x }} + {{ z }} * {{ z }}
            - {{ z }} * sqrt({{ z }} * {{ z }} + 4 * {{ x }} * (1 - {{ x }} / {{ n }})))
            / (2 * ({{ n }} + {{ z }} * {{ z }})))
    end
{%- endmacro %}

{% macro wilson_upper(x, n, multiplier, z='1.959963984540054e0') -%}
    case when {{ n }} > 0 and {{ x }} >= 0 and {{ x }} <= {{ n }} then
        {{ multiplier }} * least(1.0, (2 * {{ x }} + {{ z }} * {{ z }}
            + {{ z }} * sqrt({{ z }} * {{ z }} + 4 * {{ x }} * (1 - {{ x }} / {{ n }})))
            / (2 * ({{ n }} + {{ z }} * {{ z }})))
    end
{%- endmacro %}

{% macro proportion_lower(x, n, multiplier, level=95) -%}
    {{ wilson_lower(x, n, multiplier, z_of_level(level)) }}
{%- endmacro %}

{% macro proportion_upper(x, n, multiplier, level=95) -%}
    {{ wilson_upper(x, n, multiplier, z_of_level(level)) }}
{%- endmacro %}

{#-
    Byar's approximation to the limits of a Poisson count, over n: x(1 - 1/9x - z/(3 sqrt x))^3 and
    (x + 1)(1 - 1/9(x + 1) + z/(3 sqrt(x + 1)))^3. Source: Breslow NE, Day NE, IARC Scientific Publication 82 (1987), p 69.
    The lower limit is NULL where the bracket is negative (no events, or one at 99.8 %). Marts call rate_lower and rate_upper,
    which are exact where this is poor.
-#}
{% macro byar_lower(x, n, multiplier, z='1.959963984540054e0') -%}
    case when {{ n }} > 0 and {{ x }} > 0 and 9 * {{ x }} >= 1 + 3 * {{ z }} * sqrt({{ x }}) then
        {{ multiplier }} * {{ x }} * power(1 - 1 / (9 * {{ x }}) - {{ z }} / (3 * sqrt({{ x }})), 3) / {{ n }}
    end
{%- endmacro %}

{% macro byar_upper(x, n, multiplier, z='1.959963984540054e0') -%}
    case when {{ n }} > 0 and {{ x }} >= 0 then
        {{ multiplier }} * ({{ x }} + 1)
        * power(1 - 1 / (9 * ({{ x }} + 1)) + {{ z }} / (3 * sqrt({{ x }} + 1)), 3) / {{ n }}
    end
{%- endmacro %}

{#-
    Exact limits of a Poisson count of 0 to 10: half the chi-squared quantile of (1 - level) / 2 with 2x degrees of freedom,
    and of 1 - (1 - level) / 2 with 2x + 2. Source: Garwood F, Biometrika 1936;28:437-42; Ulm K, Am J Epidemiol 1990;131:373-5.
    tests/golden/test_rate_properties.py computes them anew. Ten is there for a fractional count between 9 and 10.
-#}
{% macro exact_poisson_limits(level) -%}
    {{ return({
        '95': {
            'lower': [
                '0e0', '0.025317807984289876e0', '0.2422092785439649e0', '0.6186721228956013e0',
                '1.0898653736263249e0', '1.6234863901184204e0', '2.2018942534908508e0',
                '2.814363051519866e0', '3.4538321767485014e0', '4.115373097378332e0',
                '4.7953886961324335e0'
            ],
            'upper': [
                '3.6888794541139363e0', '5.571643390938899e0', '7.224687667723961e0',
                '8.767273069742327e0', '10.241588675403698e0', '11.668332079322669e0',
                '13.059474022518685e0', '14.42267536170238e0', '15.763189220193315e0',
                '17.08480345141917e0', '18.39035604201778e0'
            ]
        },
        '99.8': {
            'lower': [
                '0e0', '0.0010005003335835335e0', '0.04540201776948956e0', '0.1905333775684032e0',
                '0.42855241362842295e0', '0.7393717319178326e0', '1.1071046602556394e0',
                '1.520336260398809e0', '1.9708139217403657e0', '2.452424404363775e0',
                '2.9605203727437597e0'
            ],
            'upper': [
                '6.907755278982137e0', '9.233413476451586e0', '11.228872242412663e0',
                '13.062240779188071e0', '14.794149222537209e0', '16.45474520368011e0',
                '18.06163684019907e0', '19.62617739538424e0', '21.15619816583998e0',
                '22.65737330906293e0', '24.133971145417586e0'
            ]
        }
    }['99.8' if level | string == '99.8' else '95']) }}
{%- endmacro %}

{#-
    Interval of a rate x / n whose x is a Poisson count: exact below 10, Byar from 10, as PHE's technical guide has it (Eayres D,
    Technical Briefing 3, APHO 2008). No events have the lower limit 0. Some publishers print fractional counts (estimates of
    a survey, sums of weights): from 10 the formula takes them as they are; below 10 they have the limits of the whole counts on
    either side, the lower of the smaller and the upper of the larger, which is wider than any rule between them.
-#}
{% macro rate_lower(x, n, multiplier, level=95) -%}
    case
        when {{ n }} > 0 and {{ x }} >= 10 then
            {{ multiplier }} * {{ x }}
            * power(1 - 1 / (9 * {{ x }}) - {{ z_of_level(level) }} / (3 * sqrt({{ x }})), 3) / {{ n }}
        when {{ n }} > 0 and {{ x }} >= 0 then
            {{ multiplier }} * case cast(floor({{ x }}) as integer)
                {%- for limit in exact_poisson_limits(level).lower[:10] %} when {{ loop.index0 }} then {{ limit }}{% endfor %}
            end / {{ n }}
    end
{%- endmacro %}

{% macro rate_upper(x, n, multiplier, level=95) -%}
    case
        when {{ n }} > 0 and {{ x }} >= 10 then
            {{ multiplier }} * ({{ x }} + 1)
            * power(1 - 1 / (9 * ({{ x }} + 1)) + {{ z_of_level(level) }} / (3 * sqrt({{ x }} + 1)), 3) / {{ n }}
        when {{ n }} > 0 and {{ x }} >= 0 then
            {{ multiplier }} * case cast(ceil({{ x }}) as integer)
                {%- for limit in exact_poisson_limits(level).upper %} when {{ loop.index0 }} then {{ limit }}{% endfor %}
            end / {{ n }}
    end
{%- endmacro %}

{#- How rate_lower and rate_upper made the limits of a count; NULL for no count. -#}
{% macro rate_method(x) -%}
    case when {{ x }} >= 10 then 'byar' when {{ x }} >= 0 then 'exact poisson' end
{%- endmacro %}

{#- Whether a publisher's rounding leaves a part of a rate open. -#}
{% macro has_rounded_parts(numerator_lower, numerator_upper, denominator_lower, denominator_upper) -%}
    coalesce({{ numerator_lower }} < {{ numerator_upper }} or {{ denominator_lower }} < {{ denominator_upper }}, false)
{%- endmacro %}

{#-
    The widest interval over all parts that a publisher's rounding allows: a limit rises with the numerator and falls with the
    denominator, so that the lowest is that of (smallest numerator, largest denominator) and the highest that of the opposite
    corner. `rule` is a column, wilson (a proportion, whose numerator is never above its denominator) or byar (a rate).
-#}
{% macro interval_lower_if_rounded(rule, numerator_lower, denominator_upper, multiplier, level=95) -%}
    {%- set x = 'greatest(0.0, ' ~ numerator_lower ~ ')' -%}
    case
        when {{ numerator_lower }} is null then null
        when {{ rule }} = 'wilson' then {{ proportion_lower(x, denominator_upper, multiplier, level) }}
        when {{ rule }} = 'byar' then {{ rate_lower(x, denominator_upper, multiplier, level) }}
    end
{%- endmacro %}

{% macro interval_upper_if_rounded(rule, numerator_upper, denominator_lower, multiplier, level=95) -%}
    {%- set x = 'least(' ~ numerator_upper ~ ', ' ~ denominator_lower ~ ')' -%}
    case
        when {{ numerator_upper }} is null then null
        when {{ rule }} = 'wilson' then {{ proportion_upper(x, denominator_lower, multiplier, level) }}
        when {{ rule }} = 'byar' then {{ rate_upper(numerator_upper, denominator_lower, multiplier, level) }}
    end
{%- endmacro %}

{#-
    Directly standardised rate of the rows of a group, one per age band: sum(w x / n) / sum(w), for a `group by`. Limits by
    Dobson: rate + sqrt(var / X) (limit of X - X), var = sum(w^2 x / n^2) / sum(w)^2, X = sum(x), whose limits are Byar's.
    Source: Dobson AJ et al., Stat Med 1991;10:457-62. `bands` is the number of rows that a whole group has, where that is
    known. NULL below 10 events, and where a band has no count or no people; directly_standardised_status says which.
-#}
{% macro directly_standardised_rate(events, population, weight, multiplier, bands=none) -%}
    case when {{ directly_standardised_status(events, population, weight, bands) }} = 'computed' then
        {{ multiplier }} * sum(1.0e0 * {{ weight }} * {{ events }} / nullif({{ population }}, 0)) / sum({{ weight }})
    end
{%- endmacro %}

{% macro directly_standardised_lower(events, population, weight, multiplier, level=95, bands=none) -%}
    {{ directly_standardised_rate(events, population, weight, multiplier, bands) }}
    + {{ _dobson_scale(events, population, weight, multiplier) }}
    * ({{ byar_lower('sum(' ~ events ~ ')', 1, 1, z_of_level(level)) }} - sum({{ events }}))
{%- endmacro %}

{% macro directly_standardised_upper(events, population, weight, multiplier, level=95, bands=none) -%}
    {{ directly_standardised_rate(events, population, weight, multiplier, bands) }}
    + {{ _dobson_scale(events, population, weight, multiplier) }}
    * ({{ byar_upper('sum(' ~ events ~ ')', 1, 1, z_of_level(level)) }} - sum({{ events }}))
{%- endmacro %}

{% macro _dobson_scale(events, population, weight, multiplier) -%}
    {{ multiplier }} * sqrt(
        sum(1.0e0 * {{ weight }} * {{ weight }} * {{ events }} / nullif(1.0e0 * {{ population }} * {{ population }}, 0))
        / nullif(sum({{ events }}), 0)
    ) / sum({{ weight }})
{%- endmacro %}

{% macro directly_standardised_status(events, population, weight, bands=none) -%}
    case
        when count({{ events }}) < count(*) then 'not_computed:band_without_count'
        when
            count(case when {{ population }} > 0 and {{ weight }} >= 0 then 1 end) < count(*)
            {%- if bands is not none %} or count(*) <> {{ bands }}{% endif %}
            then 'not_computed:band_without_people'
        when sum({{ events }}) < 10 then 'not_computed:fewer_than_10_events'
        else 'computed'
    end
{%- endmacro %}

{#-
    European Standard Population 2013 of the five-year band that starts at an age (90 is 90 and over); 100,000 in all.
    Source: Eurostat, Revision of the European Standard Population, 2013.
-#}
{% macro european_standard_population_2013(age_from) -%}
    case {{ age_from }}
        {%- for people in [
            5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000
        ] %}
        when {{ 5 * loop.index0 }} then {{ people }}
        {%- endfor %}
    end
{%- endmacro %}

{#- Events expected of the rows of a group, one per age band, at the reference's rates: sum(n R / N), for a `group by`. -#}
{% macro expected_events(population, reference_events, reference_population) -%}
    sum(1.0e0 * {{ population }} * {{ reference_events }} / {{ reference_population }})
{%- endmacro %}

{#-
    Indirectly standardised ratio: observed over expected, with the limits of the observed count (exact below 10, else Byar),
    as if the expected were known. The indirectly standardised rate is the ratio times the reference's crude rate, which is then
    the multiplier. Source: Breslow NE, Day NE, IARC Scientific Publication 82 (1987), section 2.3.
-#}
{% macro indirectly_standardised(observed, expected, multiplier) -%}
    case when {{ expected }} > 0 and {{ observed }} >= 0 then {{ multiplier }} * {{ observed }} / {{ expected }} end
{%- endmacro %}

{% macro indirectly_standardised_lower(observed, expected, multiplier, level=95) -%}
    {{ rate_lower(observed, expected, multiplier, level) }}
{%- endmacro %}

{% macro indirectly_standardised_upper(observed, expected, multiplier, level=95) -%}
    {{ rate_upper(observed, expected, multiplier, level) }}
{%- endmacro %}

{#-
    Quantile of N(0, 1) at a probability that is a column, between 0 and 1, to 16 digits; for constants see z_of_level.
    Source: Wichura MJ, Algorithm AS 241 (PPND16), Appl Stat 1988;37:477-84.
-#}
{% macro normal_quantile(probability) -%}
    {%- set centre = '(' ~ probability ~ ' - 0.5e0)' -%}
    {%- set r = '(0.180625e0 - ' ~ centre ~ ' * ' ~ centre ~ ')' -%}
    {%- set tail = 'sqrt(-ln(least(' ~ probability ~ ', 1 - ' ~ probability ~ ')))' -%}
    case
        when {{ probability }} <= 0 or {{ probability }} >= 1 then null
        when abs({{ centre }}) <= 0.425e0 then {{ centre }} * {{ _horner(r, [
            '3.3871328727963666080e0', '1.3314166789178437745e2', '1.9715909503065514427e3', '1.3731693765509461125e4',
            '4.5921953931549871457e4', '6.7265770927008700853e4', '3.3430575583588128105e4', '2.5090809287301226727e3'
        ]) }} / {{ _horner(r, [
            '1.0e0', '4.2313330701600911252e1', '6.8718700749205790830e2', '5.3941960214247511077e3',
            '2.1213794301586595867e4', '3.9307895800092710610e4', '2.8729085735721942674e4', '5.2264952788528545610e3'
        ]) }}
        when {{ tail }} <= 5 then sign({{ centre }}) * {{ _horner('(' ~ tail ~ ' - 1.6e0)', [
            '1.42343711074968357734e0', '4.63033784615654529590e0', '5.76949722146069140550e0', '3.64784832476320460504e0',
            '1.27045825245236838258e0', '2.41780725177450611770e-1', '2.27238449892691845833e-2', '7.74545014278341407640e-4'
        ]) }} / {{ _horner('(' ~ tail ~ ' - 1.6e0)', [
            '1.0e0', '2.05319162663775882187e0', '1.67638483018380384940e0', '6.89767334985100004550e-1',
            '1.48103976427480074590e-1', '1.51986665636164571966e-2', '5.47593808499534494600e-4', '1.05075007164441684324e-9'
        ]) }}
        else sign({{ centre }}) * {{ _horner('(' ~ tail ~ ' - 5)', [
            '6.65790464350110377720e0', '5.46378491116411436990e0', '1.78482653991729133580e0', '2.96560571828504891230e-1',
            '2.65321895265761230930e-2', '1.24266094738807843860e-3', '2.71155556874348757815e-5', '2.01033439929228813265e-7'
        ]) }} / {{ _horner('(' ~ tail ~ ' - 5)', [
            '1.0e0', '5.99832206555887937690e-1', '1.36929880922735805310e-1', '1.48753612908506148525e-2',
            '7.86869131145613259100e-4', '1.84631831751005468180e-5', '1.42151175831644588870e-7', '2.04426310338993978564e-15'
        ]) }}
    end
{%- endmacro %}

{#- A polynomial, constant first, evaluated by Horner's rule. -#}
{% macro _horner(x, coefficients) -%}
    {%- set nested = namespace(sql=coefficients[-1]) -%}
    {%- for coefficient in coefficients[:-1] | reverse -%}
        {%- set nested.sql = '(' ~ coefficient ~ ' + ' ~ x ~ ' * ' ~ nested.sql ~ ')' -%}
    {%- endfor -%}
    {{ nested.sql }}
{%- endmacro %}
