with sites as (select * from {{ ref('stg_qi_projects__sites') }}),

owners as (select * from {{ ref('int_qi_refs__assigned') }}),

owned as (
    select
        owners.project_key as owner_key,
        sites.*
    from sites
    inner join owners on {{ matching('sites', 'owners', ['register', 'project_ref', 'release_sha256']) }}
),

-- the newest log with sites of a project gives all its sites
newest as (
    select
        owner_key,
        max(release_rank) as release_rank
    from owned
    group by owner_key
),

current_sites as (
    select
        owned.*,
        case owned.match_method
            when 'code' then 1
            when 'site_code' then 2
            when 'exact_name' then 3
            when 'alias' then 4
            when 'site_name' then 5
        end as match_place
    from owned
    inner join newest
        on owned.owner_key = newest.owner_key and owned.release_rank = newest.release_rank
),

-- two hospitals of one trust are one row of the trust; what holds of one of them only is not said of the trust
grouped as (
    select
        owner_key as project_key,
        min(register) as register,
        min(project_ref) as project_ref,
        organisation_code,
        role,
        count(*) as sites,
        max(match_place) as match_place,
        case when count(joined_on) = count(*) then min(joined_on) end as joined_on,
        case when count(left_on) = count(*) then max(left_on) end as left_on,
        case when count(reach_people) = count(*) then sum(reach_people) end as reach_people,
        case
            when count(reach_share) = count(*) and min(reach_share) = max(reach_share) then min(reach_share)
        end as reach_share,
        case when min(reach_basis) = max(reach_basis) then min(reach_basis) else 'unknown' end as reach_basis,
        bool_or(is_synthetic) as is_synthetic,
        min(release_sha256) as release_sha256
    from current_sites
    group by owner_key, organisation_code, role
)

select
    project_key,
    register,
    project_ref,
    organisation_code,
    role,
    sites,
    case match_place
        when 1 then 'code' when 2 then 'site_code' when 3 then 'exact_name' when 4 then 'alias' when 5 then 'site_name'
    end as match_method,
    joined_on,
    left_on,
    cast(reach_people as bigint) as reach_people,
    reach_share,
    case when reach_share is null and sites > 1 then 'unknown' else reach_basis end as reach_basis,
    is_synthetic,
    release_sha256
from grouped
