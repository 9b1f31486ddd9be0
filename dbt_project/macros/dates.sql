{#- How many months a date of this precision may lie in; 0 for a day, NULL when nobody knows. -#}
{% macro blurred_months(precision) -%}
    case {{ precision }}
        when 'day' then 0 when 'month' then 1 when 'quarter' then 3 when 'season' then 3
        when 'calendar_year' then 12 when 'financial_year' then 12
    end
{%- endmacro %}

{#- The first day that a date of this precision may mean; a season is the three months from the day that is given. -#}
{% macro first_possible_day(day, precision) -%}
    case {{ precision }}
        when 'month' then cast({{ dbt.date_trunc('month', day) }} as date)
        when 'quarter' then cast({{ dbt.date_trunc('quarter', day) }} as date)
        when 'calendar_year' then cast({{ dbt.date_trunc('year', day) }} as date)
        when 'financial_year' then cast({{ dbt.dateadd(
            'month', 3, dbt.date_trunc('year', dbt.dateadd('month', -3, day))
        ) }} as date)
        else {{ day }}
    end
{%- endmacro %}
