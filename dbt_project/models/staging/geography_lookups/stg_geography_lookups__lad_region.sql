with lad_region as (select * from {{ lake('geography_lookups', 'lad_region') }}),

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
    lad_region.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    lad_region.edition,
    lad_region.lad_code,
    lad_region.lad_name,
    lad_region.region_code,
    lad_region.region_name
from lad_region
inner join current_releases on lad_region.release_sha256 = current_releases.release_sha256
