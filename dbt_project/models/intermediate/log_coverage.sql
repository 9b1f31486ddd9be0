-- placeholder: replaced by the mart of the same name
select
    cast(register as varchar) as register,
    cast(organisation_code as varchar) as organisation_code,
    cast(null as date) as month_start,
    'none' as coverage
from {{ ref('int_qi_sites__selected') }}
where false
