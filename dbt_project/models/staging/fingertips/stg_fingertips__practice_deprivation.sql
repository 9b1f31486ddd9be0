with practice_deprivation as (select * from {{ lake('fingertips', 'practice_deprivation') }}),

indicators as (
    select * from {{ lake('fingertips', 'indicators') }}
    where indicator_id = 93553 and area_type = 'GPs' and period_kind = 'calendar_year' and value is not null
),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'fingertips'
),

-- the scores come as a table of their own, or as an indicator like any other
scores as (
    select
        release_sha256,
        imd_version,
        practice_code,
        practice_name,
        is_current,
        deprivation_score
    from practice_deprivation
    union all
    select
        release_sha256,
        cast(extract(year from period_start) as bigint) as imd_version,
        area_code as practice_code,
        area_name as practice_name,
        cast(null as boolean) as is_current,
        value as deprivation_score
    from indicators
)

select
    scores.release_sha256,
    newest_releases.is_synthetic,
    scores.imd_version,
    scores.practice_code,
    scores.practice_name,
    scores.is_current,
    scores.deprivation_score
from scores
inner join newest_releases on scores.release_sha256 = newest_releases.release_sha256
