with practices as (select * from {{ lake('gp_practices', 'practices') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_practices'
)

select
    practices.release_sha256,
    newest_releases.is_synthetic,
    practices.extract_on,
    practices.practice_code,
    practices.practice_name,
    practices.postcode,
    practices.pcn_code,
    practices.pcn_name,
    practices.sub_icb_code,
    practices.sub_icb_name,
    practices.sub_icb_gss_code,
    practices.icb_code,
    practices.icb_name,
    practices.icb_gss_code,
    practices.region_code,
    practices.region_name,
    practices.region_gss_code
from practices
inner join newest_releases on practices.release_sha256 = newest_releases.release_sha256
