with successions as (select * from {{ lake('ods_successions', 'successions') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'ods_successions'
)

-- the register's current and archived files overlap, and the table made from both repeats them
select
    successions.old_code,
    successions.new_code,
    successions.effective_on,
    max(successions.reason) as reason,
    min(newest_releases.release_sha256) as release_sha256,
    max(case when newest_releases.is_synthetic then 1 else 0 end) = 1 as is_synthetic
from successions
inner join newest_releases on successions.release_sha256 = newest_releases.release_sha256
group by successions.old_code, successions.new_code, successions.effective_on
