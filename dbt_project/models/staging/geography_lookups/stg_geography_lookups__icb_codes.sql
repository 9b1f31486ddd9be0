with icb_codes as (select * from {{ lake('geography_lookups', 'icb_codes') }}),

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
    icb_codes.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    icb_codes.edition,
    icb_codes.icb_code,
    icb_codes.icb_ods_code,
    icb_codes.icb_name
from icb_codes
inner join current_releases on icb_codes.release_sha256 = current_releases.release_sha256
