with practice_deprivation as (select * from {{ lake('fingertips', 'practice_deprivation') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'fingertips'
)

select
    practice_deprivation.release_sha256,
    newest_releases.is_synthetic,
    practice_deprivation.imd_version,
    practice_deprivation.practice_code,
    practice_deprivation.practice_name,
    practice_deprivation.is_current,
    practice_deprivation.deprivation_score
from practice_deprivation
inner join newest_releases on practice_deprivation.release_sha256 = newest_releases.release_sha256
