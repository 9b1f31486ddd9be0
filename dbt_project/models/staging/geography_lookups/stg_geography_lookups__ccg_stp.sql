with ccg_stp as (select * from {{ lake('geography_lookups', 'ccg_stp') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    ccg_stp.release_sha256,
    newest_releases.is_synthetic,
    ccg_stp.edition,
    ccg_stp.ccg_code,
    ccg_stp.ccg_ods_code,
    ccg_stp.ccg_name,
    ccg_stp.stp_code,
    ccg_stp.stp_ods_code,
    ccg_stp.stp_name
from ccg_stp
inner join newest_releases on ccg_stp.release_sha256 = newest_releases.release_sha256
