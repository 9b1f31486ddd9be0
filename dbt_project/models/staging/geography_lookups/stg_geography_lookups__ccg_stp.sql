with ccg_stp as (select * from {{ lake('geography_lookups', 'ccg_stp') }}),

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
    ccg_stp.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    ccg_stp.edition,
    ccg_stp.ccg_code,
    ccg_stp.ccg_ods_code,
    ccg_stp.ccg_name,
    ccg_stp.stp_code,
    ccg_stp.stp_ods_code,
    ccg_stp.stp_name
from ccg_stp
inner join current_releases on ccg_stp.release_sha256 = current_releases.release_sha256
