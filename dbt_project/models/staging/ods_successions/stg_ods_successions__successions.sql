with successions as (select * from {{ lake('ods_successions', 'successions') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'ods_successions'
),

-- a corrected issue replaces the one before it
newest as (
    select
        period_label,
        max(release_rank) as release_rank
    from releases
    group by period_label
),

current_releases as (
    select
        releases.release_sha256,
        releases.origin
    from releases
    inner join newest
        on releases.period_label = newest.period_label and releases.release_rank = newest.release_rank
)

select
    successions.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    successions.old_code,
    successions.new_code,
    successions.effective_on
from successions
inner join current_releases on successions.release_sha256 = current_releases.release_sha256
