with projects as (select * from {{ ref('int_qi_projects__known') }})

-- a project that its register no longer names, or whose reference another has taken over, is history
select * from projects
where not is_deleted
