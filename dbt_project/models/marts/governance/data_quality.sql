with loads as (select * from {{ ref('stg_platform__loads') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    loads.dataset,
    loads.entity,
    loads.release_sha256,
    releases.file_name,
    releases.period_label,
    loads.rows_read,
    loads.rows_loaded,
    loads.rows_quarantined,
    loads.rows_ignored,
    loads.ignored_rules,
    loads.quarantine_rules,
    loads.cells_suppressed,
    loads.is_reconciled,
    releases.origin = 'synthetic' as is_synthetic
from loads
inner join releases on loads.dataset = releases.dataset and loads.release_sha256 = releases.release_sha256
