with impacts as (select * from {{ ref('stg_research_impact__impacts') }}),

successions as (select * from {{ ref('int_organisations__succeeded') }}),

-- the newest file that tells of a study at an organisation gives all its impacts there
newest as (
    select
        study_ref,
        organisation_code,
        max(release_rank) as release_rank
    from impacts
    group by study_ref, organisation_code
)

select
    impacts.study_ref,
    impacts.organisation_code,
    coalesce(successions.current_code, impacts.organisation_code) as organisation_code_as_now,
    impacts.victor_domain,
    impacts.item,
    impacts.item = 'equity_of_access_and_use_of_care' as is_equity_item,
    impacts.recorded_on,
    impacts.evidence_level,
    impacts.is_synthetic,
    'research_impact' as dataset,
    impacts.release_sha256
from impacts
inner join newest on {{ matching('impacts', 'newest', ['study_ref', 'organisation_code', 'release_rank']) }}
left join successions on impacts.organisation_code = successions.old_code
