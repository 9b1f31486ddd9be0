-- what a register said of a project's plan after each of its releases, oldest first; releases may hold one table only
with versions as (select * from {{ ref('int_qi_projects__versioned') }}),

owners as (select * from {{ ref('int_qi_refs__assigned') }}),

-- a reference that was given to other work belongs to another project from then on
projects as (
    select
        versions.project_key,
        stated.release_rank,
        stated.seen_on,
        stated.primary_dimension,
        stated.expected_gap_direction,
        stated.implemented_on,
        stated.implemented_precision
    from {{ ref('stg_qi_projects__projects') }} as stated
    inner join versions on {{ matching('stated', 'versions', ['register', 'project_ref', 'release_sha256']) }}
    where versions.tombstone_reason is null
),

measures as (
    select
        owners.project_key,
        stated.release_rank,
        stated.seen_on,
        stated.measure_id,
        stated.is_primary,
        stated.direction
    from {{ ref('stg_qi_projects__measures') }} as stated
    inner join owners on {{ matching('stated', 'owners', ['register', 'project_ref', 'release_sha256']) }}
),

-- the one measure by which the project is to be judged; two of them are none
primary_measures as (
    select
        project_key,
        release_rank,
        max(seen_on) as seen_on,
        case when count(case when is_primary then 1 end) = 1 then max(case when is_primary then measure_id end) end
            as measure_id,
        case when count(case when is_primary then 1 end) = 1 then max(case when is_primary then direction end) end
            as declared_direction
    from measures
    group by project_key, release_rank
),

moments as (
    select
        project_key,
        release_rank,
        seen_on
    from projects
    union
    select
        project_key,
        release_rank,
        seen_on
    from primary_measures
),

newest as (
    select
        moments.project_key,
        moments.release_rank,
        moments.seen_on,
        max(projects.release_rank) as projects_rank,
        max(primary_measures.release_rank) as measures_rank
    from moments
    left join projects
        on moments.project_key = projects.project_key and moments.release_rank >= projects.release_rank
    left join primary_measures
        on moments.project_key = primary_measures.project_key and moments.release_rank >= primary_measures.release_rank
    group by moments.project_key, moments.release_rank, moments.seen_on
),

stated as (
    select
        newest.project_key,
        newest.release_rank,
        newest.seen_on,
        primary_measures.measure_id,
        primary_measures.declared_direction,
        nullif(projects.primary_dimension, 'unknown') as primary_dimension,
        projects.expected_gap_direction,
        case when {{ blurred_months('projects.implemented_precision') }} is not null then projects.implemented_on end
            as implemented_on,
        projects.implemented_precision
    from newest
    inner join projects
        on newest.project_key = projects.project_key and newest.projects_rank = projects.release_rank
    left join primary_measures
        on newest.project_key = primary_measures.project_key and newest.measures_rank = primary_measures.release_rank
)

select
    *,
    measure_id is not null and primary_dimension is not null and implemented_on is not null as is_complete,
    row_number() over (partition by project_key order by release_rank desc) = 1 as is_newest
from stated
