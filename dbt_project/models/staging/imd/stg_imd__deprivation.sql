with deprivation as (select * from {{ lake('imd', 'deprivation') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'imd'
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
    deprivation.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    deprivation.imd_version,
    deprivation.lsoa_code,
    deprivation.lsoa_vintage,
    deprivation.lad_code,
    deprivation.lad_name,
    deprivation.lad_vintage,
    deprivation.rank,
    deprivation.decile
from deprivation
inner join current_releases on deprivation.release_sha256 = current_releases.release_sha256
