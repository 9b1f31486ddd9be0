with practices as (select * from {{ lake('gp_practices', 'practices') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'gp_practices'
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
    practices.release_sha256,
    current_releases.origin = 'synthetic' as is_synthetic,
    practices.extract_on,
    practices.practice_code,
    practices.practice_name,
    practices.postcode,
    practices.pcn_code,
    practices.pcn_name,
    practices.sub_icb_code,
    practices.sub_icb_name,
    practices.sub_icb_gss_code,
    practices.icb_code,
    practices.icb_name,
    practices.icb_gss_code,
    practices.region_code,
    practices.region_name,
    practices.region_gss_code
from practices
inner join current_releases on practices.release_sha256 = current_releases.release_sha256
