with results as (select * from {{ lake('staff_survey', 'results') }})

-- question numbers move between years, the wording and the names of scores do not
select
    release_sha256,
    period_start,
    period_end,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    benchmarking_group,
    case
        when benchmarking_group like 'ICB%' then 'icb'
        when benchmarking_group like 'CSU%' then 'support_unit'
        else 'provider'
    end as organisation_kind,
    region,
    ics,
    weighting,
    section,
    question,
    wording,
    case
        when answer = 'score' and lower(question) = 'staff engagement' then 'engagement'
        when answer = 'score' and lower(wording) = 'we each have a voice that counts' then 'voice'
        when answer = 'score' and lower(wording) = 'we are always learning' then 'learning'
        when lower(wording) like 'i am able to make improvements happen in my area of work%' then 'improvements_happen'
        when
            lower(wording) like '%would be happy with the standard of care provided by this organi_ation%'
            then 'standard_of_care'
    end as topic,
    answer,
    value,
    value_status,
    respondents,
    respondents_status
from results
