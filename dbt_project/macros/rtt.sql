{#- Names of the weekly bands of referral to treatment waits, up to a week. -#}
{% macro rtt_weeks(last=104) -%}
    {%- set names = [] -%}
    {%- for week in range(last) -%}
        {%- do names.append('weeks_%02d_to_%02d' % (week, week + 1)) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
