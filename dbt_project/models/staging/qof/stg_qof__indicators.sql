with indicators as (select * from {{ lake('qof', 'indicators') }})

select
    release_sha256,
    period_start,
    indicator_code,
    points,
    group_code,
    group_name,
    domain_code,
    domain_name,
    patient_list_type
from indicators
