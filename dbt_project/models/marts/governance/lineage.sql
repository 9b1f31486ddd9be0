with observations as (select * from {{ ref('observations') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

used as (
    select
        measure_id,
        dataset,
        release_sha256,
        count(*) as observations,
        min(period_start) as first_period_start,
        max(period_end) as last_period_end
    from observations
    group by 1, 2, 3
)

select
    used.measure_id,
    used.dataset,
    used.release_sha256,
    releases.file_name,
    releases.layout,
    releases.release_status,
    releases.origin,
    releases.licence,
    used.observations,
    used.first_period_start,
    used.last_period_end,
    releases.origin = 'synthetic' as is_synthetic
from used
inner join releases on used.dataset = releases.dataset and used.release_sha256 = releases.release_sha256
