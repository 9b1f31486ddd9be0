with exposures as (select * from {{ ref('int_qi_sites__exposed') }}),

declared as (select * from {{ ref('int_qi_registers__declared') }}),

calendar as (select * from {{ ref('int_months__counted') }}),

-- projects that a reviewer found to be the same count once, by the entry whose change came into use first
ordered as (
    select
        exposures.*,
        date_role = 'implemented' as is_implemented,
        row_number() over (
            partition by organisation_code, project_group_key
            order by case when date_role = 'implemented' then 0 else 1 end, started_on, project_key
        ) as place
    from exposures
),

windows as (
    select
        firsts.organisation_code,
        firsts.project_group_key,
        firsts.activity_type,
        firsts.method,
        firsts.targeting,
        firsts.is_implemented,
        firsts.started_on,
        firsts.is_coarsely_dated,
        firsts.horizon_on,
        max(entries.active_until) as active_until,
        bool_or(entries.is_without_end) as is_without_end,
        bool_or(entries.is_synthetic) as is_synthetic
    from ordered as firsts
    inner join ordered as entries
        on
            {{ matching('firsts', 'entries', ['organisation_code', 'project_group_key']) }}
            and firsts.is_implemented = entries.is_implemented
    where firsts.place = 1
    group by
        firsts.organisation_code,
        firsts.project_group_key,
        firsts.activity_type,
        firsts.method,
        firsts.targeting,
        firsts.is_implemented,
        firsts.started_on,
        firsts.is_coarsely_dated,
        firsts.horizon_on
),

spans as (
    select
        organisation_code,
        activity_type,
        method,
        targeting,
        bool_or(is_synthetic) as is_synthetic
    from windows
    group by organisation_code, activity_type, method, targeting
),

months as (
    select
        firsts.organisation_code,
        calendar.month_start,
        calendar.next_month_start
    from (
        select
            organisation_code,
            min(started_on) as started_on,
            max(horizon_on) as horizon_on
        from windows
        group by organisation_code
    ) as firsts
    inner join calendar
        on firsts.started_on < calendar.next_month_start and calendar.month_start <= firsts.horizon_on
),

-- of several registers the widest says how many work there
staff as (
    select
        months.organisation_code,
        months.month_start,
        max(declared.staff_wte) as staff_wte
    from months
    inner join declared
        on
            months.organisation_code = declared.organisation_code
            and declared.covers_from < months.next_month_start
            and (declared.covers_to is null or declared.covers_to >= months.month_start)
    group by months.organisation_code, months.month_start
),

grid as (
    select
        spans.organisation_code,
        months.month_start,
        months.next_month_start,
        spans.activity_type,
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
        windows.project_group_key,
        windows.is_without_end,
        windows.is_coarsely_dated,
        windows.is_implemented,
        windows.started_on >= grid.month_start as is_started_here,
        case
            when windows.is_implemented
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
            {{ matching('grid', 'windows', ['organisation_code', 'activity_type', 'method', 'targeting']) }}
            and windows.started_on < grid.next_month_start
            and windows.active_until >= grid.month_start
),

counted as (
    select
        organisation_code,
        month_start,
        next_month_start,
        activity_type,
        method,
        targeting,
        count(case when is_implemented then project_group_key end) as active_projects,
        count(case when is_implemented and is_started_here then project_group_key end) as started_projects,
        cast(coalesce(sum(1.0 * active_days / month_days), 0) as double) as project_months,
        count(case when is_implemented and is_without_end then project_group_key end) as projects_without_end,
        count(case when is_implemented and is_coarsely_dated then project_group_key end) as coarsely_dated_projects,
        count(case when not is_implemented then project_group_key end) as active_projects_by_other_date,
        bool_or(is_synthetic) as is_synthetic
    from days
    group by organisation_code, month_start, next_month_start, activity_type, method, targeting
)

select
    counted.organisation_code,
    counted.month_start as period_start,
    cast({{ dbt.dateadd('day', -1, 'counted.next_month_start') }} as date) as period_end,
    counted.activity_type,
    counted.method,
    counted.targeting,
    counted.active_projects,
    counted.started_projects,
    counted.project_months,
    counted.projects_without_end,
    counted.coarsely_dated_projects,
    counted.active_projects_by_other_date,
    cast(staff.staff_wte as double) as staff_wte,
    cast(case when staff.staff_wte > 0 then 1000.0 * counted.project_months / staff.staff_wte end as double)
        as project_months_per_1000_staff,
    counted.is_synthetic
from counted
left join staff
    on counted.organisation_code = staff.organisation_code and counted.month_start = staff.month_start
