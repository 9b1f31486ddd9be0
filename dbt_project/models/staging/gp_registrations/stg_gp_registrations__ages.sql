with ages as (select * from {{ lake('gp_registrations', 'ages') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_registrations'
)

select
    ages.release_sha256,
    newest_releases.is_synthetic,
    ages.extract_on,
    ages.organisation_type,
    ages.organisation_code,
    ages.gss_code,
    ages.postcode,
    lower(ages.sex) as sex,
    case when ages.age_band = 'ALL' then 'all' else ages.age_band end as age_band,
    ages.sex = 'ALL' or ages.age_band = 'ALL' as is_total,
    ages.patients
from ages
inner join newest_releases on ages.release_sha256 = newest_releases.release_sha256
