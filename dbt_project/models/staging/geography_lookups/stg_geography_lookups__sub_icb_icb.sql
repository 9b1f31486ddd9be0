with sub_icb_icb as (select * from {{ lake('geography_lookups', 'sub_icb_icb') }}),

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
    sub_icb_icb.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    sub_icb_icb.edition,
    sub_icb_icb.sub_icb_code,
    sub_icb_icb.sub_icb_ods_code,
    sub_icb_icb.sub_icb_name,
    sub_icb_icb.icb_code,
    sub_icb_icb.icb_ods_code,
    sub_icb_icb.icb_name,
    sub_icb_icb.region_code,
    sub_icb_icb.region_ods_code,
    sub_icb_icb.region_name
from sub_icb_icb
inner join current_releases on sub_icb_icb.release_sha256 = current_releases.release_sha256
