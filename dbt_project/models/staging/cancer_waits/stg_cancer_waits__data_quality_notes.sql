with notes as (select * from {{ lake('cancer_waits', 'data_quality_notes') }})

select
    release_sha256,
    period_start,
    period_end,
    note_number,
    organisation_code,
    coalesce(standards, '') as standards_not_submitted,
    note
from notes
