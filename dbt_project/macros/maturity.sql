{#-
    How ratings of a board are put together: the published rule is not known, so it is a setting (dbt_project.yml) that each
    row repeats. Another word than these counts as the mean, and the test of `aggregation_rule` refuses it.
-#}
{% macro maturity_aggregated(score) -%}
    {%- set rule = var('maturity_aggregation') -%}
    {{ 'min' if rule == 'minimum' else 'median' if rule == 'median' else 'avg' }}({{ score }})
{%- endmacro %}

{#- The two cut-points as text, NULL while none are set. -#}
{% macro maturity_cut_points() -%}
    {%- set cuts = var('maturity_cut_points', none) -%}
    {%- if cuts is none -%} cast(null as string) {%- else -%} '{{ cuts | join(";") }}' {%- endif -%}
{%- endmacro %}

{#- Class of a score by the cut-points, NULL while none are set. -#}
{% macro maturity_class(score) -%}
    {%- set cuts = var('maturity_cut_points', none) -%}
    {%- if cuts is none -%}
        cast(null as string)
    {%- else -%}
        case when {{ score }} < {{ cuts[0] }} then 'low' when {{ score }} < {{ cuts[1] }} then 'medium' else 'high' end
    {%- endif -%}
{%- endmacro %}
