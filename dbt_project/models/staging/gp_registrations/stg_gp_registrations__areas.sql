with areas as (select * from {{ lake('gp_registrations', 'areas') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_registrations'
)

select
    areas.release_sha256,
    newest_releases.is_synthetic,
    areas.extract_on,
    areas.practice_code,
    areas.practice_name,
    case
        when areas.lsoa_code like 'E01______' or areas.lsoa_code like 'W01______' then areas.lsoa_code
        else 'unknown'
    end as lsoa_code,
    areas.lsoa_code as lsoa_as_published,
    lower(areas.sex) as sex,
    areas.patients
from areas
inner join newest_releases on areas.release_sha256 = newest_releases.release_sha256
