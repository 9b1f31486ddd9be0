with mergers as (select * from {{ lake('ods_successions', 'mergers') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'ods_successions'
)

select
    mergers.release_sha256,
    mergers.old_code,
    mergers.new_code,
    mergers.effective_on
from mergers
inner join newest_releases on mergers.release_sha256 = newest_releases.release_sha256
