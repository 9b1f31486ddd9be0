with assessments as (select * from {{ lake('board_maturity', 'assessments') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    assessments.organisation_code,
    assessments.framework,
    assessments.framework_version,
    assessments.dimension,
    assessments.item_code,
    assessments.rubric_text_id,
    assessments.rating,
    assessments.score,
    assessments.scale_min,
    assessments.scale_max,
    assessments.assessor_type,
    assessments.evidence_type,
    assessments.assessed_on,
    assessments.assessed_precision,
    coalesce(assessments.is_public, false) as is_public,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    assessments.release_sha256
from assessments
inner join releases
    on assessments.release_sha256 = releases.release_sha256 and releases.dataset = 'board_maturity'
