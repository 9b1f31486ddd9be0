with achievement as (select * from {{ lake('qof', 'achievement') }})

select
    release_sha256,
    period_start,
    practice_code,
    indicator_code,
    measure,
    value,
    value_status
from achievement
