with maximum_points as (select * from {{ lake('qof', 'maximum_points') }})

select
    release_sha256,
    period_start,
    practice_code,
    points
from maximum_points
