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

{#- The columns of `observations` that say of a row that it is about everybody, in their order. -#}
{% macro unstratified() -%}
    'all' as stratum_dimension,
    'all' as stratum,
    'none' as stratum_scheme,
    'none' as stratum_basis,
    cast(null as date) as stratum_assigned_on
{%- endmacro %}

{#- Numerator and denominator of `observations` with their bounds, in their order, where the publisher rounds nothing. -#}
{% macro exact_parts(numerator, denominator) -%}
    {%- for part, count in [('numerator', numerator), ('denominator', denominator)] %}
    cast({{ count }} as double) as {{ part }},
    cast({{ count }} as double) as {{ part }}_lower,
    cast({{ count }} as double) as {{ part }}_upper
    {{- "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A number kept from falling below a bound; NULL stays NULL, which greatest would turn into the bound. -#}
{% macro not_below(bound, value) -%}
    case when {{ value }} < {{ bound }} then {{ bound }} else {{ value }} end
{%- endmacro %}
