with sites as (select * from {{ lake('qi_projects', 'sites') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    {{ qi_project_key('sites.register', 'sites.project_ref') }} as project_key,
    sites.register,
    sites.project_ref,
    sites.organisation_as_written,
    sites.organisation_code,
    sites.match_method,
    sites.role,
    sites.joined_on,
    sites.left_on,
    sites.reach_people,
    sites.reach_share,
    sites.reach_basis,
    releases.release_rank,
    coalesce(releases.published_on, releases.first_seen_on) as seen_on,
    releases.origin = 'synthetic' as is_synthetic,
    sites.release_sha256
from sites
inner join releases
    on sites.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_projects'
