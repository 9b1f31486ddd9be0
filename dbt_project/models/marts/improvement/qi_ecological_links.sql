with activity as (select * from {{ ref('qi_activity') }}),

coverage as (select * from {{ ref('log_coverage') }}),

topics as (select * from {{ ref('topic_measures') }}),

outcomes as (select * from {{ ref('outcome_trends') }}),

-- all QI work of an organisation in a month, whatever it is about
doses as (
    select
        organisation_code,
        period_start as month_start,
        sum(project_months) as project_months,
        bool_or(is_synthetic) as is_synthetic
    from activity
    group by organisation_code, period_start
),

received as (
    select distinct
        organisation_code,
        month_start
    from coverage
    where coverage.coverage = 'received'
),

organisation_months as (
    select
        coalesce(doses.organisation_code, received.organisation_code) as organisation_code,
        coalesce(doses.month_start, received.month_start) as month_start,
        coalesce(doses.project_months, 0.0) as project_months,
        received.organisation_code is not null as is_received,
        coalesce(doses.is_synthetic, false) as is_synthetic
    from doses
    full outer join received
        on doses.organisation_code = received.organisation_code and doses.month_start = received.month_start
),

-- outcomes of everybody that no topic of QI work moves
series as (
    select
        outcomes.*,
        {{ dbt.datediff('outcomes.period_start', 'outcomes.period_end', 'month') }} + 1 as period_months
    from outcomes
    inner join topics on outcomes.measure_id = topics.measure_id
    where
        topics.topic = 'none'
        and outcomes.organisation_view = 'as_was'
        and outcomes.stratum_dimension = 'all'
        and outcomes.population = 'all'
        and outcomes.observation_kind <> 'stratum_distribution'
        and outcomes.value_status = 'value'
        and outcomes.direction <> 'none'
        and outcomes.organisation_code in (select organisation_months.organisation_code from organisation_months)
)

select
    series.measure_id,
    series.organisation_code,
    series.period_start,
    series.period_end,
    series.period_kind,
    series.adjustment,
    series.direction,
    series.unit,
    series.value,
    series.period_months,
    count(case when organisation_months.is_received then 1 end) as logged_months,
    -- months without a log are unknown, so that a part of a period gives no dose
    case
        when count(case when organisation_months.is_received then 1 end) >= series.period_months
            then round(sum(organisation_months.project_months), 10)
    end as project_months,
    case
        when count(case when organisation_months.is_received then 1 end) >= series.period_months then 'received'
        when count(case when organisation_months.is_received then 1 end) > 0 then 'partly_received'
        else 'no_log'
    end as log_status,
    'ecological_association' as claim,
    series.is_synthetic or coalesce(bool_or(organisation_months.is_synthetic), false) as is_synthetic
from series
left join organisation_months
    on
        series.organisation_code = organisation_months.organisation_code
        and organisation_months.month_start >= series.period_start
        and organisation_months.month_start <= series.period_end
group by
    series.measure_id,
    series.organisation_code,
    series.period_start,
    series.period_end,
    series.period_kind,
    series.adjustment,
    series.direction,
    series.unit,
    series.value,
    series.period_months,
    series.is_synthetic
