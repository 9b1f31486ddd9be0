{{ config(materialized='view') }}

with outcomes as (select * from {{ ref('stg_cvdprevent__outcomes') }})

select
    release_sha256,
    indicator_code,
    organisation_level,
    period_start,
    period_end,
    max(notification_count) as notifications,
    max(case when lower(notification_type) = 'red' then 1 else 0 end) = 1 as is_red
from outcomes
where notification_count > 0
group by release_sha256, indicator_code, organisation_level, period_start, period_end
