with measures as (select * from {{ lake('qi_projects', 'measures') }}),

releases as (
    select
        release_sha256,
        release_rank,
        origin
    from {{ ref('stg_platform__releases') }}
    where dataset = 'qi_projects'
),

-- the newest release with measures of a project gives all its measures
newest as (
    select
        measures.project_ref,
        max(releases.release_rank) as release_rank
    from measures
    inner join releases on measures.release_sha256 = releases.release_sha256
    group by measures.project_ref
)

select
    measures.project_ref,
    measures.measure_id,
    measures.measure_role,
    measures.is_primary,
    measures.direction,
    measures.baseline,
    measures.target,
    releases.origin = 'synthetic' as is_synthetic,
    measures.release_sha256
from measures
inner join releases on measures.release_sha256 = releases.release_sha256
inner join newest
    on measures.project_ref = newest.project_ref and releases.release_rank = newest.release_rank
