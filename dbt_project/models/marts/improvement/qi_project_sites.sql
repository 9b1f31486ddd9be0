with sites as (select * from {{ ref('int_qi_sites__selected') }}),

projects as (select * from {{ ref('int_qi_projects__known') }}),

shared_windows as (select * from {{ ref('int_qi_sites__overlapped') }}),

successions as (select * from {{ ref('int_organisations__succeeded') }}),

-- an organisation that was split has no single successor
successors as (
    select
        old_code,
        count(distinct current_code) as successor_count,
        max(current_code) as current_code
    from successions
    group by old_code
)

select
    sites.project_key,
    sites.register,
    sites.project_ref,
    sites.organisation_code,
    sites.role,
    case
        when successors.old_code is null then sites.organisation_code
        when successors.successor_count = 1 then successors.current_code
    end as organisation_code_as_now,
    sites.sites,
    sites.match_method,
    sites.joined_on,
    sites.left_on,
    sites.reach_people,
    case when sites.reach_people is null then 'missing_at_source' else 'value' end as reach_people_status,
    sites.reach_share,
    case when sites.reach_share is null then 'missing_at_source' else 'value' end as reach_share_status,
    sites.reach_basis,
    shared_windows.overlapping_projects,
    shared_windows.overlap_share,
    shared_windows.is_contaminated,
    projects.project_key is not null as is_project_known,
    coalesce(projects.is_deleted, false) as is_deleted,
    coalesce(projects.publication, 'private') as publication,
    sites.is_synthetic,
    'qi_projects' as dataset,
    sites.release_sha256
from sites
left join projects on sites.project_key = projects.project_key
left join shared_windows
    on sites.project_key = shared_windows.project_key and sites.organisation_code = shared_windows.organisation_code
left join successors on sites.organisation_code = successors.old_code
