with lad_region as (select * from {{ lake('geography_lookups', 'lad_region') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    lad_region.release_sha256,
    newest_releases.is_synthetic,
    lad_region.edition,
    lad_region.lad_code,
    lad_region.lad_name,
    lad_region.region_code,
    lad_region.region_name
from lad_region
inner join newest_releases on lad_region.release_sha256 = newest_releases.release_sha256
