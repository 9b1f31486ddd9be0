with activity as (select * from {{ ref('int_research_activity__protected') }}),

successions as (select * from {{ ref('int_organisations__succeeded') }})

select
    activity.organisation_code,
    coalesce(successions.current_code, activity.organisation_code) as organisation_code_as_now,
    activity.financial_year,
    activity.period_start,
    activity.period_end,
    activity.source,
    cast(activity.studies_recruiting as bigint) as studies_recruiting,
    cast(activity.participants as bigint) as participants,
    activity.participants_status,
    cast(activity.interventional_participants as bigint) as interventional_participants,
    activity.interventional_participants_status,
    cast(activity.commercial_studies as bigint) as commercial_studies,
    activity.funding_gbp,
    activity.denominator_type,
    activity.denominator,
    activity.data_cut_on,
    activity.is_synthetic,
    'research_activity' as dataset,
    activity.release_sha256
from activity
left join successions on activity.organisation_code = successions.old_code
