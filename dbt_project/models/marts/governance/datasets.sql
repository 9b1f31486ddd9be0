with datasets as (select * from {{ ref('stg_platform__datasets') }})

select
    dataset,
    title,
    description,
    publisher,
    licence,
    attribution,
    landing_page,
    kind,
    cadence,
    revision_policy,
    official_statistics,
    rounding,
    rounding_evidence,
    usage_warnings
from datasets
