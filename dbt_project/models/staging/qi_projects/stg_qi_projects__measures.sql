with measures as (select * from {{ lake('qi_projects', 'measures') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    {{ qi_project_key('measures.register', 'measures.project_ref') }} as project_key,
    measures.register,
    measures.project_ref,
    measures.measure_id,
    measures.measure_role,
    measures.is_primary,
    measures.direction,
    measures.baseline,
    measures.target,
    releases.release_rank,
    coalesce(releases.published_on, releases.first_seen_on) as seen_on,
    releases.origin = 'synthetic' as is_synthetic,
    measures.release_sha256
from measures
inner join releases
    on measures.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_projects'
