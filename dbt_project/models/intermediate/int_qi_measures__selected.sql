with measures as (select * from {{ ref('stg_qi_projects__measures') }}),

owners as (select * from {{ ref('int_qi_refs__assigned') }}),

owned as (
    select
        owners.project_key as owner_key,
        measures.*
    from measures
    inner join owners on {{ matching('measures', 'owners', ['register', 'project_ref', 'release_sha256']) }}
),

-- the newest log with measures of a project gives all its measures
newest as (
    select
        owner_key,
        max(release_rank) as release_rank
    from owned
    group by owner_key
)

select
    owned.owner_key as project_key,
    owned.register,
    owned.project_ref,
    owned.measure_id,
    owned.measure_role,
    owned.is_primary,
    owned.direction,
    owned.baseline,
    owned.target,
    owned.is_synthetic,
    owned.release_sha256
from owned
inner join newest
    on owned.owner_key = newest.owner_key and owned.release_rank = newest.release_rank
