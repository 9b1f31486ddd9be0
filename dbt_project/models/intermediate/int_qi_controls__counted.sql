-- sets of organisations are compared, never rows of series: there are few windows and few organisations
with links as (select * from {{ ref('int_qi_links__listed') }}),

coverage as (select * from {{ ref('log_coverage') }}),

topics as (select * from {{ ref('topic_measures') }}),

series as (
    select
        measure_id,
        organisation_view,
        organisation_level,
        organisation_code,
        max(period_end) as last_period_end
    from {{ ref('outcome_trends') }}
    where value_status = 'value' and organisation_level not in ('england', 'region')
    group by measure_id, organisation_view, organisation_level, organisation_code
),

last_periods as (
    select
        measure_id,
        organisation_level,
        max(last_period_end) as last_period_end
    from series
    group by measure_id, organisation_level
),

started as (
    select distinct
        measure_id,
        organisation_view,
        organisation_code,
        series_organisation_code,
        cast({{ dbt.date_trunc('month', 'before_until') }} as date) as before_month,
        cast({{ dbt.date_trunc('month', 'after_from') }} as date) as after_month
    from links
    where not is_start_unknown
),

-- a year to either side of the start, as far as the measure has been published
windows as (
    select distinct
        started.measure_id,
        series.organisation_level,
        started.before_month,
        started.after_month,
        cast({{ dbt.dateadd('month', -12, 'started.before_month') }} as date) as window_from,
        cast(least(
            {{ dbt.dateadd('month', 12, 'started.after_month') }},
            {{ dbt.dateadd('month', 1, dbt.date_trunc('month', 'last_periods.last_period_end')) }}
        ) as date) as window_until
    from started
    inner join series
        on
            started.measure_id = series.measure_id
            and started.organisation_view = series.organisation_view
            and started.series_organisation_code = series.organisation_code
    inner join last_periods
        on series.measure_id = last_periods.measure_id and series.organisation_level = last_periods.organisation_level
),

spans as (
    select distinct
        windows.measure_id,
        topics.topic,
        window_from,
        window_until
    from windows
    inner join topics on windows.measure_id = topics.measure_id
),

-- a received log of the measure's topic in every month; a declaration or a guess licences no control
logged as (
    select
        spans.measure_id,
        spans.window_from,
        spans.window_until,
        coverage.organisation_code
    from spans
    inner join coverage
        on
            coverage.month_start >= spans.window_from
            and coverage.month_start < spans.window_until
            and (
                ';' || coverage.clinical_topics || ';' like '%;all;%'
                or ';' || coverage.clinical_topics || ';' like '%;' || spans.topic || ';%'
            )
    where coverage.coverage = 'received'
    group by spans.measure_id, spans.window_from, spans.window_until, coverage.organisation_code
    having
        count(distinct coverage.month_start)
        >= {{ dbt.datediff('spans.window_from', 'spans.window_until', 'month') }}
),

starts as (
    select distinct
        measure_id,
        organisation_code,
        before_until,
        is_start_unknown
    from links
),

-- an organisation whose own project on the measure starts in the window, or nobody knows when, is no control
busy as (
    select distinct
        windows.measure_id,
        windows.before_month,
        windows.after_month,
        starts.organisation_code
    from windows
    inner join starts
        on
            windows.measure_id = starts.measure_id
            and (
                starts.is_start_unknown
                or (
                    starts.before_until >= windows.window_from
                    and starts.before_until < {{ dbt.dateadd('month', 13, 'windows.after_month') }}
                )
            )
)

select
    windows.measure_id,
    windows.organisation_level,
    windows.before_month,
    windows.after_month,
    count(logged.organisation_code) as logged_comparators,
    count(*) - count(logged.organisation_code) as unlogged_comparators
from windows
inner join series
    on
        windows.measure_id = series.measure_id
        and windows.organisation_level = series.organisation_level
        and series.organisation_view = 'as_was'
left join busy
    on
        windows.measure_id = busy.measure_id
        and windows.before_month = busy.before_month
        and windows.after_month = busy.after_month
        and series.organisation_code = busy.organisation_code
left join logged
    on
        windows.measure_id = logged.measure_id
        and windows.window_from = logged.window_from
        and windows.window_until = logged.window_until
        and series.organisation_code = logged.organisation_code
where busy.organisation_code is null
group by windows.measure_id, windows.organisation_level, windows.before_month, windows.after_month
