{#- The columns that name a row of outcome_trends; the first ten name its series. -#}
{% macro trend_series() -%}
    {{ return([
        'measure_id', 'organisation_view', 'organisation_scheme', 'organisation_code', 'population', 'stratum_dimension',
        'stratum_scheme', 'stratum', 'adjustment', 'period_kind',
    ]) }}
{%- endmacro %}

{% macro trend_key() -%}
    {{ return(trend_series() + ['period_start', 'period_end']) }}
{%- endmacro %}

{#- 1 where higher is better, -1 where lower is, 0 where neither is known to be. -#}
{% macro improvement(direction) -%}
    case {{ direction }} when 'higher' then 1 when 'lower' then -1 else 0 end
{%- endmacro %}

{#- Months from one period to the next of its kind; NULL where periods overlap. -#}
{% macro months_between_periods(period_kind) -%}
    case {{ period_kind }}
        when 'month' then 1 when 'quarter' then 3 when 'financial_year' then 12 when 'calendar_year' then 12
    end
{%- endmacro %}

{#-
    How far a rate can be relied on, by its counts: fewer than 3 events or 20 people, fewer than 20 events, or neither. Marked,
    never hidden. Source: Office for National Statistics, whose rates of fewer than 20 deaths carry a u and which gives no crude
    rate of fewer than 3 (FOI/2021/3301).
-#}
{% macro reliability(events, people) -%}
    case
        when {{ events }} < 3 then 'fewer_than_3_events'
        when {{ people }} < 20 then 'fewer_than_20_people'
        when {{ events }} < 20 then 'fewer_than_20_events'
        when {{ events }} >= 20 then 'reliable'
        else 'not_applicable'
    end
{%- endmacro %}
