{#-
    By how many percent a number moved. One that was there and is gone, or that was zero, has moved by 100.
    before and after are columns; the answer is a double, 0 where there was nothing to compare with.
-#}
{% macro moved(before, after) -%}
    case
        when {{ before }} is null or {{ before }} = {{ after }} then 0.0
        when {{ after }} is null or {{ before }} = 0 then 100.0
        else 100.0 * abs({{ after }} - {{ before }}) / abs({{ before }})
    end
{%- endmacro %}
