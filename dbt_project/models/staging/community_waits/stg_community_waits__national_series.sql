with national_series as (select * from {{ lake('community_waits', 'national_series') }})

select
    release_sha256,
    month,
    service,
    waiting_list
from national_series
