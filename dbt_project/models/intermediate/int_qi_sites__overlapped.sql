with exposures as (select * from {{ ref('int_qi_sites__exposed') }}),

measures as (select * from {{ ref('int_qi_measures__selected') }}),

-- what a project at an organisation is about: its topic and the measures that it declares
subjects as (
    select
        project_key,
        organisation_code,
        'topic:' || clinical_topic as subject
    from exposures
    where clinical_topic not in ('unknown', 'other')
    union
    select
        exposures.project_key,
        exposures.organisation_code,
        'measure:' || measures.measure_id as subject
    from exposures
    inner join measures on exposures.project_key = measures.project_key
),

windows as (
    select
        subjects.subject,
        exposures.project_key,
        exposures.project_group_key,
        exposures.organisation_code,
        exposures.started_on,
        exposures.active_until
    from subjects
    inner join exposures
        on subjects.project_key = exposures.project_key and subjects.organisation_code = exposures.organisation_code
),

-- the same work logged twice is no second project
shared_windows as (
    select distinct
        one.project_key,
        one.organisation_code,
        other.project_group_key as other_group_key,
        greatest(one.started_on, other.started_on) as first_day,
        least(one.active_until, other.active_until) as last_day
    from windows as one
    inner join windows as other
        on
            one.organisation_code = other.organisation_code
            and one.subject = other.subject
            and one.project_group_key <> other.project_group_key
            and one.started_on <= other.active_until
            and other.started_on <= one.active_until
),

-- days shared with any other project, each day once
reached as (
    select
        shared_windows.*,
        max(last_day) over (
            partition by project_key, organisation_code
            order by first_day, last_day, other_group_key rows between unbounded preceding and 1 preceding
        ) as covered_until
    from shared_windows
),

shared as (
    select
        project_key,
        organisation_code,
        count(distinct other_group_key) as overlapping_projects,
        sum(
            case
                when covered_until is null or first_day > covered_until
                    then {{ dbt.datediff('first_day', 'last_day', 'day') }} + 1
                when last_day > covered_until then {{ dbt.datediff('covered_until', 'last_day', 'day') }}
                else 0
            end
        ) as shared_days
    from reached
    group by project_key, organisation_code
),

shares as (
    select
        exposures.project_key,
        exposures.organisation_code,
        coalesce(shared.overlapping_projects, 0) as overlapping_projects,
        coalesce(shared.shared_days, 0) as overlap_days,
        {{ dbt.datediff('exposures.started_on', 'exposures.active_until', 'day') }} + 1 as window_days
    from exposures
    left join shared
        on exposures.project_key = shared.project_key and exposures.organisation_code = shared.organisation_code
)

select
    project_key,
    organisation_code,
    overlapping_projects,
    cast(overlap_days as bigint) as overlap_days,
    cast(1.0 * overlap_days / window_days as double) as overlap_share,
    1.0 * overlap_days / window_days > 0.25 as is_contaminated
from shares
