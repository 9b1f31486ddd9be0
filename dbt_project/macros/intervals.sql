{#-
    Wilson score interval of a proportion, in the measure's unit.
    Source: Wilson EB, J Am Stat Assoc 1927;22:209-12; as used by OHID's Fingertips (APHO Technical Briefing 3).
    x and n are counts, multiplier the unit (100 for percent), z the normal quantile (1.959963984540054 for 95 %).
    NULL unless 0 <= x <= n and n > 0.
-#}
{% macro wilson_lower(x, n, multiplier, z=1.959963984540054) -%}
    case when {{ n }} > 0 and {{ x }} >= 0 and {{ x }} <= {{ n }} then
        {{ multiplier }} * greatest(0.0, (2 * {{ x }} + {{ z }} * {{ z }}
            - {{ z }} * sqrt({{ z }} * {{ z }} + 4 * {{ x }} * (1 - {{ x }} / {{ n }})))
            / (2 * ({{ n }} + {{ z }} * {{ z }})))
    end
{%- endmacro %}

{% macro wilson_upper(x, n, multiplier, z=1.959963984540054) -%}
    case when {{ n }} > 0 and {{ x }} >= 0 and {{ x }} <= {{ n }} then
        {{ multiplier }} * least(1.0, (2 * {{ x }} + {{ z }} * {{ z }}
            + {{ z }} * sqrt({{ z }} * {{ z }} + 4 * {{ x }} * (1 - {{ x }} / {{ n }})))
            / (2 * ({{ n }} + {{ z }} * {{ z }})))
    end
{%- endmacro %}

{#-
    Byar's interval of a rate, in the measure's unit. Source: Breslow NE, Day NE, IARC Scientific Publication 82 (1987).
    Used for counts of 10 and more; below 10 the interval is NULL (the exact Poisson limits come with the rates issue).
-#}
{% macro byar_lower(x, n, multiplier, z=1.959963984540054) -%}
    case when {{ n }} > 0 and {{ x }} >= 10 then
        {{ multiplier }} * {{ x }} * power(1 - 1 / (9 * {{ x }}) - {{ z }} / (3 * sqrt({{ x }})), 3) / {{ n }}
    end
{%- endmacro %}

{% macro byar_upper(x, n, multiplier, z=1.959963984540054) -%}
    case when {{ n }} > 0 and {{ x }} >= 10 then
        {{ multiplier }} * ({{ x }} + 1)
        * power(1 - 1 / (9 * ({{ x }} + 1)) + {{ z }} / (3 * sqrt({{ x }} + 1)), 3) / {{ n }}
    end
{%- endmacro %}
