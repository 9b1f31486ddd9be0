with impacts as (select * from {{ lake('research_impact', 'impacts') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    impacts.study_ref,
    impacts.organisation_code,
    impacts.victor_domain,
    impacts.item,
    impacts.evidence_level,
    impacts.recorded_on,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    impacts.release_sha256
from impacts
inner join releases
    on impacts.release_sha256 = releases.release_sha256 and releases.dataset = 'research_impact'
