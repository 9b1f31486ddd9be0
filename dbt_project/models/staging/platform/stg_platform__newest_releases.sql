with releases as (
    select * from {{ ref('stg_platform__releases') }}
    where is_publishable
),

newest as (
    select
        dataset,
        period_label,
        max(release_rank) as release_rank
    from releases
    group by dataset, period_label
)

select
    releases.dataset,
    releases.period_label,
    releases.release_sha256,
    releases.origin = 'synthetic' as is_synthetic
from releases
inner join newest
    on
        releases.dataset = newest.dataset
        and releases.period_label = newest.period_label
        and releases.release_rank = newest.release_rank
