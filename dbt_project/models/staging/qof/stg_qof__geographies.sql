with geographies as (select * from {{ lake('qof', 'geographies') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'qof'
),

-- the zip of a year and the table alone are different releases of the same table
newest as (
    select
        geographies.period_start,
        max(releases.release_rank) as release_rank
    from geographies
    inner join releases on geographies.release_sha256 = releases.release_sha256
    group by geographies.period_start
)

select
    geographies.release_sha256,
    geographies.period_start,
    geographies.practice_code,
    geographies.practice_name,
    geographies.pcn_code,
    geographies.pcn_name,
    geographies.sub_icb_code,
    geographies.sub_icb_gss_code,
    geographies.sub_icb_name,
    geographies.icb_code,
    geographies.icb_gss_code,
    geographies.icb_name,
    geographies.region_code,
    geographies.region_gss_code,
    geographies.region_name
from geographies
inner join releases on geographies.release_sha256 = releases.release_sha256
inner join newest
    on geographies.period_start = newest.period_start and releases.release_rank = newest.release_rank
