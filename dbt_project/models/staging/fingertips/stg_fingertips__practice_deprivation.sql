with practice_deprivation as (select * from {{ lake('fingertips', 'practice_deprivation') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'fingertips'
),

-- a corrected issue replaces the one before it
newest as (
    select
        period_label,
        max(release_rank) as release_rank
    from releases
    group by period_label
),

current_releases as (
    select
        releases.release_sha256,
        releases.origin
    from releases
    inner join newest
        on releases.period_label = newest.period_label and releases.release_rank = newest.release_rank
)

select
    practice_deprivation.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    practice_deprivation.imd_version,
    practice_deprivation.practice_code,
    practice_deprivation.practice_name,
    practice_deprivation.is_current,
    practice_deprivation.deprivation_score
from practice_deprivation
inner join current_releases on practice_deprivation.release_sha256 = current_releases.release_sha256
