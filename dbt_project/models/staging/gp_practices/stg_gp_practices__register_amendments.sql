with register_amendments as (select * from {{ lake('gp_practices', 'register_amendments') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_practices'
)

select
    register_amendments.release_sha256,
    newest_releases.is_synthetic,
    register_amendments.snapshot_on,
    register_amendments.organisation_code,
    register_amendments.organisation_name,
    register_amendments.opened_on,
    register_amendments.closed_on,
    register_amendments.status,
    register_amendments.organisation_type,
    register_amendments.prescribing_setting,
    register_amendments.prescribing_setting = '4' as is_general_practice,
    register_amendments.commissioner_code as sub_icb_code,
    register_amendments.joined_on,
    register_amendments.left_on,
    register_amendments.provider_code,
    register_amendments.icb_code,
    register_amendments.region_code,
    register_amendments.postcode,
    register_amendments.is_amended
from register_amendments
inner join newest_releases on register_amendments.release_sha256 = newest_releases.release_sha256
