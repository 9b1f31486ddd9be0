with sites as (select * from {{ ref('int_qi_sites__selected') }}),

projects as (select * from {{ ref('int_qi_projects__selected') }}),

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
    sites.project_ref,
    sites.organisation_code,
    sites.role,
    case
        when successors.old_code is null then sites.organisation_code
        when successors.successor_count = 1 then successors.current_code
    end as organisation_code_as_now,
    sites.joined_on,
    sites.left_on,
    sites.reach_people,
    case when sites.reach_people is null then 'missing_at_source' else 'value' end as reach_people_status,
    sites.reach_share,
    case when sites.reach_share is null then 'missing_at_source' else 'value' end as reach_share_status,
    sites.reach_basis,
    projects.project_ref is not null as is_project_known,
    coalesce(projects.publication, 'private') as publication,
    sites.is_synthetic,
    'qi_projects' as dataset,
    sites.release_sha256
from sites
left join projects on sites.project_ref = projects.project_ref
left join successors on sites.organisation_code = successors.old_code
