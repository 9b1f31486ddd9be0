with adjustments as (select * from {{ lake('qof', 'adjustments') }})

select
    release_sha256,
    period_start,
    indicator_code,
    name,
    short_name,
    description,
    type,
    scope,
    scope_status,
    category,
    category_status,
    category_description
from adjustments
