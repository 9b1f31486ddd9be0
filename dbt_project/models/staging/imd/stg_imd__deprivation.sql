with deprivation as (select * from {{ lake('imd', 'deprivation') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'imd'
)

select
    deprivation.release_sha256,
    newest_releases.is_synthetic,
    deprivation.imd_version,
    deprivation.lsoa_code,
    deprivation.lsoa_vintage,
    deprivation.lad_code,
    deprivation.lad_name,
    deprivation.lad_vintage,
    deprivation.rank,
    deprivation.decile
from deprivation
inner join newest_releases on deprivation.release_sha256 = newest_releases.release_sha256
