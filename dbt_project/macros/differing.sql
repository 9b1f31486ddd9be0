{#- Whether two numbers differ by more than arithmetic leaves behind; NULL equals NULL and nothing else. -#}
{% macro differing(one, other) -%}
    coalesce(
        abs({{ one }} - {{ other }}) > 0.000000001 * greatest(1.0, abs({{ one }})),
        {{ one }} is not null or {{ other }} is not null
    )
{%- endmacro %}
