{#- The one place that knows how a lake table is read. -#}
{% macro lake(dataset, entity) %}
    {%- do source(dataset, entity) -%}
    {{ adapter.dispatch('lake', 'evenhand')(dataset, entity) }}
{%- endmacro %}

{% macro duckdb__lake(dataset, entity) -%}
    {%- set root = env_var('EVENHAND_LAKE', 'lake') -%}
    {%- if dataset == 'platform' -%}
        read_parquet('{{ root }}/platform/{{ entity }}.parquet')
    {%- else -%}
        read_parquet('{{ root }}/{{ dataset }}/{{ entity }}/*.parquet', union_by_name = true)
    {%- endif -%}
{%- endmacro %}

{% macro spark__lake(dataset, entity) -%}
    {%- set root = env_var('EVENHAND_LAKE', 'lake') -%}
    {%- if dataset == 'platform' -%}
        parquet.`{{ root }}/platform/{{ entity }}.parquet`
    {%- else -%}
        parquet.`{{ root }}/{{ dataset }}/{{ entity }}/*.parquet`
    {%- endif -%}
{%- endmacro %}
