with data_quality as (select * from {{ lake('maternity_msms', 'data_quality') }})

select
    release_sha256,
    period_start,
    period_end,
    status,
    organisation_code,
    data_table,
    uid,
    data_item,
    valid,
    defaulted,
    invalid,
    missing,
    denominator
from data_quality
