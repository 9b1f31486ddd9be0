with national as (select * from {{ lake('inpatient_survey', 'national') }})

select
    release_sha256,
    period_start,
    period_end,
    item,
    topic,
    respondents,
    respondents_status,
    lowest_score,
    highest_score
from national
