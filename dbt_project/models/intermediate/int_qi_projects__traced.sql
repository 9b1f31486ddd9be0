with versions as (select * from {{ ref('int_qi_projects__versioned') }}),

projects as (select * from {{ ref('stg_qi_projects__projects') }}),

summaries as (
    select
        project_key,
        register,
        project_ref,
        generation,
        min(release_rank) as first_rank,
        min(seen_on) as first_seen_on,
        max(case when change_kind <> 'deleted' then seen_on end) as last_seen_on,
        count(case when change_kind in ('new', 'changed') then 1 end)
        + count(case when change_kind = 'reappeared' then 1 end) as versions
    from versions
    group by project_key, register, project_ref, generation
),

newest as (
    select * from versions
    where is_newest
),

generations as (
    select
        register,
        project_ref,
        max(generation) as generations
    from summaries
    group by register, project_ref
),

-- what the team expected of the gap holds as it was first written down; what came later is only told
expectations as (
    select
        versions.project_key,
        versions.release_no,
        versions.seen_on,
        projects.expected_gap_direction,
        row_number() over (partition by versions.project_key order by versions.release_no) as place
    from versions
    inner join projects
        on
            versions.register = projects.register
            and versions.project_ref = projects.project_ref
            and versions.release_sha256 = projects.release_sha256
    where versions.change_kind <> 'deleted' and projects.expected_gap_direction <> 'unknown'
),

locks as (
    select
        first_ones.project_key,
        first_ones.expected_gap_direction,
        first_ones.seen_on as locked_on,
        count(case when expectations.expected_gap_direction <> first_ones.expected_gap_direction then 1 end) > 0
            as is_changed_later
    from expectations as first_ones
    inner join expectations on first_ones.project_key = expectations.project_key
    where first_ones.place = 1
    group by first_ones.project_key, first_ones.expected_gap_direction, first_ones.seen_on
)

select
    summaries.project_key,
    summaries.register,
    summaries.project_ref,
    summaries.generation,
    generations.generations > 1 as is_ref_reused,
    summaries.first_rank,
    summaries.first_seen_on,
    summaries.last_seen_on,
    summaries.versions,
    newest.change_kind = 'deleted' as is_deleted,
    case when newest.change_kind = 'deleted' then newest.seen_on end as deleted_on,
    newest.tombstone_reason as deleted_reason,
    newest.content_release_sha256,
    coalesce(locks.expected_gap_direction, 'unknown') as expected_gap_direction,
    locks.locked_on as expected_gap_locked_on,
    coalesce(locks.is_changed_later, false) as expected_gap_changed_later
from summaries
inner join newest on summaries.project_key = newest.project_key
inner join generations
    on summaries.register = generations.register and summaries.project_ref = generations.project_ref
left join locks on summaries.project_key = locks.project_key
