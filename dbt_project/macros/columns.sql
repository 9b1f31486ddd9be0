{#- The columns of a list, each with its table's name before it. -#}
{% macro qualified(alias, columns) -%}
    {%- for column in columns %}
        {{ alias }}.{{ column }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A join condition: the columns of a list are equal in both tables. -#}
{% macro matching(one, other, columns) -%}
    {%- for column in columns %}
        {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ " and" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
