with lsoa_sub_icb as (select * from {{ lake('geography_lookups', 'lsoa_sub_icb') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    lsoa_sub_icb.release_sha256,
    newest_releases.is_synthetic,
    lsoa_sub_icb.edition,
    lsoa_sub_icb.lsoa_vintage,
    lsoa_sub_icb.lsoa_code,
    lsoa_sub_icb.sub_icb_code,
    lsoa_sub_icb.sub_icb_ods_code,
    lsoa_sub_icb.sub_icb_name,
    lsoa_sub_icb.icb_code,
    lsoa_sub_icb.icb_ods_code,
    lsoa_sub_icb.icb_name,
    lsoa_sub_icb.region_code,
    lsoa_sub_icb.region_ods_code,
    lsoa_sub_icb.region_name,
    lsoa_sub_icb.lad_code,
    lsoa_sub_icb.lad_name
from lsoa_sub_icb
inner join newest_releases on lsoa_sub_icb.release_sha256 = newest_releases.release_sha256
