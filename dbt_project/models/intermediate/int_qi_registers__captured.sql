with declared as (select * from {{ ref('int_qi_registers__declared') }}),

projects as (select * from {{ ref('int_qi_projects__selected') }}),

sites as (select * from {{ ref('int_qi_sites__selected') }}),

pairs as (select * from {{ ref('int_qi_pairs__compared') }}),

declared_places as (
    select distinct
        register,
        organisation_code
    from declared
),

logged as (
    select distinct
        projects.register,
        sites.organisation_code,
        projects.project_key,
        projects.project_group_key
    from projects
    inner join sites on projects.project_key = sites.project_key
    inner join declared_places
        on projects.register = declared_places.register and sites.organisation_code = declared_places.organisation_code
),

counted as (
    select
        register,
        organisation_code,
        count(distinct project_group_key) as projects
    from logged
    group by register, organisation_code
),

matched as (
    select
        one.register,
        other.register as other_register,
        one.organisation_code,
        count(distinct one.project_group_key) as projects
    from logged as one
    inner join logged as other
        on
            one.organisation_code = other.organisation_code
            and one.project_group_key = other.project_group_key
            and one.register <> other.register
    group by one.register, other.register, one.organisation_code
),

-- a pair that nobody has looked at would make the overlap too small and the estimate too large
open_pairs as (
    select distinct
        one.register as register_a,
        other.register as register_b,
        one.organisation_code
    from pairs
    inner join logged as one on pairs.project_key_a = one.project_key
    inner join logged as other
        on pairs.project_key_b = other.project_key and one.organisation_code = other.organisation_code
    where pairs.decision is null
),

-- Chapman DG, Univ Calif Publ Stat 1951;1:131-60: (n1 + 1)(n2 + 1) / (m + 1) - 1
estimates as (
    select
        matched.register,
        matched.organisation_code,
        matched.other_register,
        matched.projects as matched_projects,
        own.projects as own_projects,
        1.0 * (own.projects + 1) * (others.projects + 1) / (matched.projects + 1) - 1 as estimated_projects,
        row_number() over (
            partition by matched.register, matched.organisation_code
            order by matched.projects desc, matched.other_register
        ) as place
    from matched
    inner join counted as own
        on matched.register = own.register and matched.organisation_code = own.organisation_code
    inner join counted as others
        on matched.other_register = others.register and matched.organisation_code = others.organisation_code
    left join open_pairs
        on
            matched.organisation_code = open_pairs.organisation_code
            and least(matched.register, matched.other_register) = least(open_pairs.register_a, open_pairs.register_b)
            and greatest(matched.register, matched.other_register)
            = greatest(open_pairs.register_a, open_pairs.register_b)
    where open_pairs.organisation_code is null
)

select distinct
    register,
    organisation_code,
    other_register,
    matched_projects,
    estimated_projects,
    own_projects / estimated_projects as captured_share
from estimates
where place = 1
