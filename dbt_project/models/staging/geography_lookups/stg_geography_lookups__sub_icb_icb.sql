with sub_icb_icb as (select * from {{ lake('geography_lookups', 'sub_icb_icb') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    sub_icb_icb.release_sha256,
    newest_releases.is_synthetic,
    sub_icb_icb.edition,
    sub_icb_icb.sub_icb_code,
    sub_icb_icb.sub_icb_ods_code,
    sub_icb_icb.sub_icb_name,
    sub_icb_icb.icb_code,
    sub_icb_icb.icb_ods_code,
    sub_icb_icb.icb_name,
    sub_icb_icb.region_code,
    sub_icb_icb.region_ods_code,
    sub_icb_icb.region_name
from sub_icb_icb
inner join newest_releases on sub_icb_icb.release_sha256 = newest_releases.release_sha256
