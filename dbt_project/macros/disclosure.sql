{#-
    Counts of people made from records before anybody sees them: 0 stays, 1 to 7 are hidden (NULL), others go to the
    nearest 5. A mean of 1 to 7 people is hidden too. Shares are computed from released counts, never from exact ones.
    Source: NHS England's disclosure control for secondary care data since September 2018; see docs/disclosure.md.
-#}
{% macro is_hidden_count(people) -%}
    ({{ people }} between 1 and 7)
{%- endmacro %}

{% macro released_count(people) -%}
    case when {{ is_hidden_count(people) }} then null else 5.0 * round({{ people }} / 5.0) end
{%- endmacro %}

{#- Smallest and largest count that a released one stands for; a printed 10 is 8 to 12, a hidden count 1 to 7. -#}
{% macro released_lower(people) -%}
    case
        when {{ people }} = 0 then 0.0
        when {{ is_hidden_count(people) }} then 1.0
        else 5.0 * round({{ people }} / 5.0) - 2
    end
{%- endmacro %}

{% macro released_upper(people) -%}
    case
        when {{ people }} = 0 then 0.0
        when {{ is_hidden_count(people) }} then 7.0
        else 5.0 * round({{ people }} / 5.0) + 2
    end
{%- endmacro %}

{% macro released_mean(mean, people) -%}
    case when {{ people }} > 7 then {{ mean }} end
{%- endmacro %}
