with sites as (select * from {{ lake('qi_projects', 'sites') }}),

releases as (
    select
        release_sha256,
        release_rank,
        origin
    from {{ ref('stg_platform__releases') }}
    where dataset = 'qi_projects'
),

-- the newest release with sites of a project gives all its sites
newest as (
    select
        sites.project_ref,
        max(releases.release_rank) as release_rank
    from sites
    inner join releases on sites.release_sha256 = releases.release_sha256
    group by sites.project_ref
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
    releases.origin = 'synthetic' as is_synthetic,
    sites.release_sha256
from sites
inner join releases on sites.release_sha256 = releases.release_sha256
inner join newest
    on sites.project_ref = newest.project_ref and releases.release_rank = newest.release_rank
