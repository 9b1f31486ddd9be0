with collected as (
    select * from {{ ref('int_qi_classifications__collected') }}
    where is_decisive
),

fields as (
    select
        project_key,
        field,
        min(source) as source,
        {{ words_together('value') }} as value
    from collected
    group by project_key, field
)

select
    project_key,
    {% for field in qi_equity_fields() -%}
    max(case when field = '{{ field }}' then value end) as {{ field }},
    {% endfor -%}
    count(case when value <> 'unknown' then 1 end) as classified_fields,
    case
        when count(case when source = 'reviewer' then 1 end) > 0 then 'reviewer'
        when count(case when source = 'team' then 1 end) > 0 then 'team'
        else 'rules'
    end as classification_basis,
    count(case when source = 'rules' then 1 end) as fields_by_rules
from fields
group by project_key
