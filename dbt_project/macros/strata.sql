{#- What all strata of one set have in common: one measure, organisation, period, population and way of making groups. -#}
{% macro set_columns() -%}
    {{ return([
        'measure_id', 'organisation_view', 'organisation_scheme', 'organisation_code', 'period_start', 'period_end',
        'period_kind', 'population', 'stratum_dimension', 'stratum_scheme', 'adjustment'
    ]) }}
{%- endmacro %}

{#- Numerator and denominator of a set of strata over the strata that a condition chooses, with their rounding bounds. -#}
{% macro parts_where(condition, side) -%}
    {%- for part, short in [('numerator', 'x'), ('denominator', 'n')] %}
    sum(case when {{ condition }} then {{ part }} end) as {{ short }}{{ side }},
    sum(case when {{ condition }} then {{ part }}_lower end) as {{ short }}{{ side }}_lower,
    sum(case when {{ condition }} then {{ part }}_upper end) as {{ short }}{{ side }}_upper
    {{- "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
