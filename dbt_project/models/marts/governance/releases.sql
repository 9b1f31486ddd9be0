with releases as (select * from {{ ref('stg_platform__releases') }}),

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
    dataset,
    release_sha256,
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
    origin = 'synthetic' as is_synthetic
from numbered
