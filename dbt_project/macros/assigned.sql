{#-
    The day on which an index of multiple deprivation was published: from then on its ranks do not change, so that it is
    when the strata of a scheme that names the index were assigned. NULL when the scheme names no version.
    Source: English indices of deprivation, 30 September 2015, 26 September 2019, 30 October 2025.
-#}
{% macro index_published_on(scheme) -%}
    case
        when lower({{ scheme }}) like '%imd%2015%' then cast('2015-09-30' as date)
        when lower({{ scheme }}) like '%imd%2019%' then cast('2019-09-26' as date)
        when lower({{ scheme }}) like '%imd%2025%' then cast('2025-10-30' as date)
    end
{%- endmacro %}

{#- Passes when every series (measure, dimension, scheme) has one frozen assignment of its strata. -#}
{% test one_assignment_per_series(model) %}
    select
        measure_id,
        stratum_dimension,
        stratum_scheme,
        count(distinct coalesce(stratum_assigned_on, cast('1900-01-01' as date))) as assignments
    from {{ model }}
    group by 1, 2, 3
    having count(distinct coalesce(stratum_assigned_on, cast('1900-01-01' as date))) > 1
{% endtest %}
