with icb_codes as (select * from {{ lake('geography_lookups', 'icb_codes') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    icb_codes.release_sha256,
    newest_releases.is_synthetic,
    icb_codes.edition,
    icb_codes.icb_code,
    icb_codes.icb_ods_code,
    icb_codes.icb_name
from icb_codes
inner join newest_releases on icb_codes.release_sha256 = newest_releases.release_sha256
