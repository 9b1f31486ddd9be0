with projects as (select * from {{ ref('stg_qi_projects__projects') }}),

comparisons as (select * from {{ ref('int_qi_projects__compared') }}),

named_elsewhere as (
    select distinct
        register,
        project_ref,
        release_sha256
    from {{ ref('stg_qi_projects__sites') }}
    union
    select distinct
        register,
        project_ref,
        release_sha256
    from {{ ref('stg_qi_projects__measures') }}
    union
    select distinct
        register,
        project_ref,
        release_sha256
    from {{ ref('stg_qi_projects__classifications') }}
),

-- a release that names projects of a register holds the register whole; one with sites or measures alone does not
register_releases as (
    select
        register,
        release_rank,
        release_sha256,
        max(seen_on) as seen_on,
        row_number() over (partition by register order by release_rank) as release_no
    from projects
    group by register, release_rank, release_sha256
),

hashed as (
    select
        projects.register,
        projects.project_ref,
        projects.release_rank,
        projects.release_sha256,
        register_releases.seen_on,
        register_releases.release_no,
        coalesce(comparisons.is_ref_reused, false) as is_ref_reused,
        md5(
            coalesce(projects.title, '') || '|' || coalesce(projects.aim, '')
            {%- for column in qi_project_columns() %}
            || '|' || coalesce(cast(projects.{{ column }} as string), '')
            {%- endfor %}
        ) as row_hash
    from projects
    inner join register_releases
        on projects.register = register_releases.register and projects.release_sha256 = register_releases.release_sha256
    left join comparisons
        on
            projects.register = comparisons.register
            and projects.project_ref = comparisons.project_ref
            and projects.release_sha256 = comparisons.release_sha256
),

generations as (
    select
        hashed.*,
        1 + cast(
            sum(case when is_ref_reused then 1 else 0 end)
                over (partition by register, project_ref order by release_no rows unbounded preceding)
            as bigint
        ) as generation,
        lead(release_no) over (partition by register, project_ref order by release_no) as next_release_no,
        lead(is_ref_reused) over (partition by register, project_ref order by release_no) as is_reused_next
    from hashed
),

-- the first release of the register in which nothing names the reference; a row in quarantine leaves its sites behind
absences as (
    select
        generations.register,
        generations.project_ref,
        generations.release_no,
        min(later.release_no) as absent_release_no
    from generations
    inner join register_releases as later
        on
            generations.register = later.register
            and later.release_no > generations.release_no
            and (generations.next_release_no is null or later.release_no < generations.next_release_no)
    left join named_elsewhere
        on
            generations.register = named_elsewhere.register
            and generations.project_ref = named_elsewhere.project_ref
            and later.release_sha256 = named_elsewhere.release_sha256
    where named_elsewhere.project_ref is null
    group by generations.register, generations.project_ref, generations.release_no
),

ends as (
    select
        generations.register,
        generations.project_ref,
        generations.generation,
        generations.release_sha256 as content_release_sha256,
        generations.row_hash,
        coalesce(
            absences.absent_release_no, case when generations.is_reused_next then generations.next_release_no end
        ) as release_no,
        case when absences.absent_release_no is not null then 'missing' else 'ref_reused' end as tombstone_reason
    from generations
    left join absences
        on
            generations.register = absences.register
            and generations.project_ref = absences.project_ref
            and generations.release_no = absences.release_no
    where absences.absent_release_no is not null or generations.is_reused_next
),

namings_and_ends as (
    select
        register,
        project_ref,
        generation,
        release_no,
        release_rank,
        release_sha256,
        seen_on,
        release_sha256 as content_release_sha256,
        row_hash,
        cast(null as string) as tombstone_reason
    from generations
    union all
    select
        ends.register,
        ends.project_ref,
        ends.generation,
        ends.release_no,
        register_releases.release_rank,
        register_releases.release_sha256,
        register_releases.seen_on,
        ends.content_release_sha256,
        ends.row_hash,
        ends.tombstone_reason
    from ends
    inner join register_releases
        on ends.register = register_releases.register and ends.release_no = register_releases.release_no
),

sequenced as (
    select
        namings_and_ends.*,
        lag(row_hash) over (partition by register, project_ref, generation order by release_no) as hash_before,
        lag(tombstone_reason) over (partition by register, project_ref, generation order by release_no) as end_before,
        row_number() over (partition by register, project_ref, generation order by release_no desc) as newest_first
    from namings_and_ends
),

judged as (
    select
        sequenced.*,
        case
            when tombstone_reason is not null then 'deleted'
            when hash_before is null then 'new'
            when end_before is not null then 'reappeared'
            when hash_before <> row_hash then 'changed'
            else 'unchanged'
        end as change_kind
    from sequenced
),

numbered as (
    select
        judged.*,
        cast(
            sum(case when change_kind = 'unchanged' then 0 else 1 end)
                over (partition by register, project_ref, generation order by release_no rows unbounded preceding)
            as bigint
        ) as version_no
    from judged
),

spans as (
    select
        register,
        project_ref,
        generation,
        version_no,
        min(seen_on) as valid_from,
        lead(min(seen_on)) over (partition by register, project_ref, generation order by version_no) as valid_to
    from numbered
    group by register, project_ref, generation, version_no
)

select
    {{ qi_project_key('numbered.register', 'numbered.project_ref', 'numbered.generation') }} as project_key,
    numbered.register,
    numbered.project_ref,
    numbered.generation,
    numbered.release_no,
    numbered.release_rank,
    numbered.release_sha256,
    numbered.seen_on,
    numbered.content_release_sha256,
    numbered.row_hash,
    numbered.change_kind,
    numbered.tombstone_reason,
    numbered.version_no,
    spans.valid_from,
    spans.valid_to,
    numbered.newest_first = 1 as is_newest
from numbered
inner join spans
    on {{ matching('numbered', 'spans', ['register', 'project_ref', 'generation', 'version_no']) }}
