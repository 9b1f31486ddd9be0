with lsoa_ccg as (select * from {{ lake('geography_lookups', 'lsoa_ccg') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    lsoa_ccg.release_sha256,
    newest_releases.is_synthetic,
    lsoa_ccg.edition,
    lsoa_ccg.lsoa11_code,
    lsoa_ccg.ccg_code,
    lsoa_ccg.ccg_ods_code,
    lsoa_ccg.ccg_name,
    lsoa_ccg.lad_code,
    lsoa_ccg.lad_name
from lsoa_ccg
inner join newest_releases on lsoa_ccg.release_sha256 = newest_releases.release_sha256
