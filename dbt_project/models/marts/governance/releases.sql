with releases as (select * from {{ ref('stg_platform__releases') }}),

moves as (select * from {{ ref('int_releases__held') }}),

ranked_moves as (
    select
        *,
        row_number() over (
            partition by dataset, release_sha256
            order by largest_move desc, measure_id, period_start, population
        ) as place
    from moves
),

held as (
    select
        dataset,
        release_sha256,
        concat(
            measure_id, ' of England for ', cast(period_start as string), ' to ', cast(period_end as string),
            ' moves by ', cast(round(largest_move, 1) as string), ' %, more than ',
            cast(revision_tolerance as string), ' %'
        ) as held_because
    from ranked_moves
    where place = 1
),

numbered as (
    select
        *,
        row_number() over (partition by dataset, layout, period_start, period_end, period_label order by release_rank)
            as release_number,
        row_number()
            over (partition by dataset, layout, period_start, period_end, period_label order by release_rank desc)
            as newest_first
    from releases
)

select
    numbered.dataset,
    numbered.release_sha256,
    file_name,
    layout,
    period_start,
    period_end,
    period_label,
    published_on,
    release_status,
    release_number,
    newest_first = 1 as is_latest,
    origin,
    licence,
    notes,
    is_publishable,
    not_published_because,
    accepted_on,
    held.release_sha256 is not null as is_held,
    held.held_because,
    origin = 'synthetic' as is_synthetic
from numbered
left join held on numbered.dataset = held.dataset and numbered.release_sha256 = held.release_sha256
