with non_submissions as (select * from {{ lake('community_waits', 'non_submissions') }})

select
    release_sha256,
    month,
    organisation_type,
    organisation_name,
    not_submitted
from non_submissions
