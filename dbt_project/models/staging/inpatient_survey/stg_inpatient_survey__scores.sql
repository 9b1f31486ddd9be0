with scores as (select * from {{ lake('inpatient_survey', 'scores') }})

select
    release_sha256,
    period_start,
    period_end,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    item,
    topic,
    coalesce(compared_with = 'later_survey', false) as is_restated,
    organisation_respondents,
    respondents,
    respondents_status,
    score,
    score_status,
    lower_95,
    upper_95,
    band,
    z_score,
    change
from scores
