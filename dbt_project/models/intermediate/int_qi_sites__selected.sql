with sites as (select * from {{ ref('stg_qi_projects__sites') }}),

-- the newest log with sites of a project gives all its sites
newest as (
    select
        project_ref,
        max(release_rank) as release_rank
    from sites
    group by project_ref
)

select
    sites.project_ref,
    sites.organisation_code,
    sites.role,
    sites.joined_on,
    sites.left_on,
    sites.reach_people,
    sites.reach_share,
    sites.reach_basis,
    sites.is_synthetic,
    sites.release_sha256
from sites
inner join newest
    on sites.project_ref = newest.project_ref and sites.release_rank = newest.release_rank
