with lsoa_changes as (select * from {{ lake('geography_lookups', 'lsoa_changes') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    lsoa_changes.release_sha256,
    newest_releases.is_synthetic,
    lsoa_changes.edition,
    lsoa_changes.lsoa11_code,
    lsoa_changes.lsoa21_code,
    lsoa_changes.change,
    lsoa_changes.lad_code,
    lsoa_changes.lad_name
from lsoa_changes
inner join newest_releases on lsoa_changes.release_sha256 = newest_releases.release_sha256
