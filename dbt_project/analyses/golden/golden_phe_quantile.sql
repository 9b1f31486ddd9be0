{%- set numbers = range(2, 21) -%}
select
    {% for k in numbers %}
    {{ quantile('value', k, ['grp']) }} as q{{ k }}_inverted,
    {{ quantile('value', k, ['grp'], highest_first=false) }} as q{{ k }}_not_inverted,
    {% endfor %}
    grp,
    area
from phe_quantile__input
