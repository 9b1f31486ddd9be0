with tests as (select * from fdr_p_adjust__input),

{% for method in ['bh', 'by', 'holm', 'bonferroni'] %}
adjusted_{{ method }} as (
    {{ with_q_values('tests', 'p', [], 'adjusted', method) }}
){{ "," if not loop.last }}
{% endfor %}

select
    adjusted_bh.id,
    adjusted_bh.adjusted as BH,
    adjusted_by.adjusted as BY,
    adjusted_holm.adjusted as holm,
    adjusted_bonferroni.adjusted as bonferroni
from adjusted_bh
inner join adjusted_by on adjusted_bh.id = adjusted_by.id
inner join adjusted_holm on adjusted_bh.id = adjusted_holm.id
inner join adjusted_bonferroni on adjusted_bh.id = adjusted_bonferroni.id
