with projects as (select * from {{ ref('int_qi_projects__selected') }}),

sites as (select * from {{ ref('int_qi_sites__selected') }}),

outcomes as (select * from {{ ref('outcome_trends') }}),

-- one row per project and organisation, whatever its roles: a second role is no second project
memberships as (
    select
        project_ref,
        organisation_code,
        case when count(joined_on) = count(*) then min(joined_on) end as joined_on,
        case when count(left_on) = count(*) then max(left_on) end as left_on,
        bool_or(is_synthetic) as is_synthetic
    from sites
    group by project_ref, organisation_code
),

exposures as (
    select
        projects.project_ref,
        memberships.organisation_code,
        projects.method,
        projects.targeting,
        greatest(projects.implemented_on, coalesce(memberships.joined_on, projects.implemented_on)) as started_on,
        case
            when projects.ended_on is null then memberships.left_on
            else least(projects.ended_on, coalesce(memberships.left_on, projects.ended_on))
        end as ended_on,
        projects.end_date_basis,
        projects.implemented_precision not in ('day', 'month') as is_coarsely_dated,
        memberships.is_synthetic
    from memberships
    inner join projects on memberships.project_ref = projects.project_ref
    where projects.implemented_on is not null
),

-- time ends with the newest observation or the newest date known to have happened; a planned end has not
latest_outcome as (
    select max(period_end) as seen_on from outcomes
    where value_status = 'value'
),

latest_log as (
    select
        max(
            case
                when end_date_basis in ('actual', 'imputed_last_activity') and ended_on > started_on then ended_on
                else started_on
            end
        ) as seen_on
    from exposures
),

horizon as (
    select greatest(latest_log.seen_on, coalesce(latest_outcome.seen_on, latest_log.seen_on)) as seen_on
    from latest_log
    cross join latest_outcome
),

-- an ongoing project is cut off at the horizon, not ended by it
windows as (
    select
        exposures.*,
        exposures.ended_on is null as is_without_end,
        least(coalesce(exposures.ended_on, horizon.seen_on), horizon.seen_on) as active_until
    from exposures
    cross join horizon
    where exposures.ended_on is null or exposures.ended_on >= exposures.started_on
),

spans as (
    select
        windows.organisation_code,
        windows.method,
        windows.targeting,
        bool_or(windows.is_synthetic) as is_synthetic
    from windows
    group by windows.organisation_code, windows.method, windows.targeting
),

first_months as (
    select
        organisation_code,
        cast({{ dbt.date_trunc('month', 'min(started_on)') }} as date) as first_month
    from windows
    group by organisation_code
),

digits as (
    {% for digit in range(10) -%}
    select {{ digit }} as digit{{ ' union all' if not loop.last }}
    {% endfor %}
),

counters as (
    select hundreds.digit * 100 + tens.digit * 10 + ones.digit as step
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones
),

months as (
    select
        first_months.organisation_code,
        cast({{ dbt.dateadd('month', 'counters.step', 'first_months.first_month') }} as date) as month_start,
        cast({{ dbt.dateadd('month', 'counters.step + 1', 'first_months.first_month') }} as date) as next_month_start
    from first_months
    cross join counters
    cross join horizon
    where cast({{ dbt.dateadd('month', 'counters.step', 'first_months.first_month') }} as date) <= horizon.seen_on
),

grid as (
    select
        spans.organisation_code,
        months.month_start,
        months.next_month_start,
        spans.method,
        spans.targeting,
        spans.is_synthetic
    from spans
    inner join months on spans.organisation_code = months.organisation_code
),

-- an organisation's idle months stay in the grid, with nothing in them
days as (
    select
        grid.*,
        windows.project_ref,
        windows.is_without_end,
        windows.is_coarsely_dated,
        windows.started_on >= grid.month_start as is_started_here,
        case
            when windows.project_ref is not null
                then
                    {{ dbt.datediff(
                        'greatest(windows.started_on, grid.month_start)',
                        'least(windows.active_until, grid.next_month_start)',
                        'day'
                    ) }}
                    + case when windows.active_until < grid.next_month_start then 1 else 0 end
        end as active_days,
        {{ dbt.datediff('grid.month_start', 'grid.next_month_start', 'day') }} as month_days
    from grid
    left join windows
        on
            grid.organisation_code = windows.organisation_code
            and grid.method = windows.method
            and grid.targeting = windows.targeting
            and windows.started_on < grid.next_month_start
            and windows.active_until >= grid.month_start
)

select
    organisation_code,
    month_start as period_start,
    cast({{ dbt.dateadd('day', -1, 'next_month_start') }} as date) as period_end,
    method,
    targeting,
    count(project_ref) as active_projects,
    count(case when is_started_here then project_ref end) as started_projects,
    cast(coalesce(sum(1.0 * active_days / month_days), 0) as double) as project_months,
    count(case when is_without_end then project_ref end) as projects_without_end,
    count(case when is_coarsely_dated then project_ref end) as coarsely_dated_projects,
    bool_or(is_synthetic) as is_synthetic
from days
group by organisation_code, month_start, next_month_start, method, targeting
