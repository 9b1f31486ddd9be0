with measures as (select * from {{ ref('stg_qi_projects__measures') }}),

-- the newest log with measures of a project gives all its measures
newest as (
    select
        project_ref,
        max(release_rank) as release_rank
    from measures
    group by project_ref
)

select
    measures.project_ref,
    measures.measure_id,
    measures.measure_role,
    measures.is_primary,
    measures.direction,
    measures.baseline,
    measures.target,
    measures.is_synthetic,
    measures.release_sha256
from measures
inner join newest
    on measures.project_ref = newest.project_ref and measures.release_rank = newest.release_rank
