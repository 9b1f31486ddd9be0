with successions as (select * from {{ lake('ods_successions', 'successions') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'ods_successions'
)

select
    successions.release_sha256,
    newest_releases.is_synthetic,
    successions.old_code,
    successions.new_code,
    successions.effective_on
from successions
inner join newest_releases on successions.release_sha256 = newest_releases.release_sha256
