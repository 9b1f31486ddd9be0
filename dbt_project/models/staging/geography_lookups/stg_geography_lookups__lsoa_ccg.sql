with lsoa_ccg as (select * from {{ lake('geography_lookups', 'lsoa_ccg') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'geography_lookups'
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
    lsoa_ccg.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    lsoa_ccg.edition,
    lsoa_ccg.lsoa11_code,
    lsoa_ccg.ccg_code,
    lsoa_ccg.ccg_ods_code,
    lsoa_ccg.ccg_name,
    lsoa_ccg.lad_code,
    lsoa_ccg.lad_name
from lsoa_ccg
inner join current_releases on lsoa_ccg.release_sha256 = current_releases.release_sha256
