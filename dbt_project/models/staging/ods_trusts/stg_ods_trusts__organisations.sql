with organisations as (select * from {{ lake('ods_trusts', 'organisations') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    organisations.release_sha256,
    releases.release_rank as snapshot_number,
    releases.period_end as snapshot_on,
    organisations.organisation_code,
    organisations.organisation_name,
    organisations.region_code,
    organisations.icb_code,
    organisations.postcode,
    organisations.opened_on,
    organisations.closed_on
from organisations
inner join releases
    on organisations.release_sha256 = releases.release_sha256 and releases.dataset = 'ods_trusts'
