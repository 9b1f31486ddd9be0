with register as (select * from {{ lake('gp_practices', 'register') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_practices'
)

select
    register.release_sha256,
    newest_releases.is_synthetic,
    register.snapshot_on,
    register.organisation_code,
    register.organisation_name,
    register.opened_on,
    register.closed_on,
    register.status,
    register.organisation_type,
    register.prescribing_setting,
    register.prescribing_setting = '4' as is_general_practice,
    register.commissioner_code as sub_icb_code,
    register.joined_on,
    register.left_on,
    register.provider_code,
    register.icb_code,
    register.region_code,
    register.postcode,
    register.is_amended
from register
inner join newest_releases on register.release_sha256 = newest_releases.release_sha256
