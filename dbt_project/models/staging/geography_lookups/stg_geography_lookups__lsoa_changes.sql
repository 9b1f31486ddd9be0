with lsoa_changes as (select * from {{ lake('geography_lookups', 'lsoa_changes') }}),

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
    lsoa_changes.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    lsoa_changes.edition,
    lsoa_changes.lsoa11_code,
    lsoa_changes.lsoa21_code,
    lsoa_changes.change,
    lsoa_changes.lad_code,
    lsoa_changes.lad_name
from lsoa_changes
inner join current_releases on lsoa_changes.release_sha256 = current_releases.release_sha256
