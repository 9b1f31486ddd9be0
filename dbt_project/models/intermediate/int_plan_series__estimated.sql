{% set series = [
    'measure_id', 'organisation_scheme', 'organisation_code', 'stratum_dimension', 'stratum_scheme', 'group_stratum',
    'adjustment', 'period_kind',
] %}
with gathered as (select * from {{ ref('int_plan_series__gathered') }}),

ends as (
    select
        {{ series | join(', ') }},
        max(period_end) as last_period_end,
        min(period_start) as first_period_start
    from gathered
    group by {{ series | join(', ') }}
),

-- the last five years of a monthly or quarterly series; ten of a yearly one
recent as (
    select
        {{ qualified('gathered', series) }},
        gathered.value,
        gathered.period_start,
        case gathered.period_kind when 'month' then 1 when 'quarter' then 3 else 12 end as step_months,
        {{ dbt.datediff('ends.first_period_start', 'gathered.period_start', 'month') }} as month_number
    from gathered
    inner join ends on {{ matching('gathered', 'ends', series) }}
    where
        gathered.period_end > {{ dbt.dateadd('month', -60, 'ends.last_period_end') }}
        or (
            gathered.period_kind not in ('month', 'quarter')
            and gathered.period_end > {{ dbt.dateadd('month', -120, 'ends.last_period_end') }}
        )
),

trends as (
    select
        {{ series | join(', ') }},
        count(*) as points,
        regr_slope(value, month_number) as slope,
        regr_intercept(value, month_number) as intercept,
        max(month_number) - min(month_number) >= 23 and max(step_months) < 12 as has_season,
        count(distinct extract(month from period_start)) as seasons
    from recent
    group by {{ series | join(', ') }}
    having count(*) >= 8
),

detrended as (
    select
        {{ qualified('recent', series) }},
        recent.month_number,
        recent.step_months,
        extract(month from recent.period_start) as season,
        trends.points,
        trends.has_season,
        2 + case when trends.has_season then trends.seasons - 1 else 0 end as parameters,
        recent.value - trends.intercept - trends.slope * recent.month_number as deviation
    from recent
    inner join trends on {{ matching('recent', 'trends', series) }}
),

residuals as (
    select
        *,
        deviation - case
            when has_season then avg(deviation) over (partition by {{ series | join(', ') }}, season) else 0.0
        end as residual
    from detrended
),

pairs as (
    select
        *,
        lag(residual) over (partition by {{ series | join(', ') }} order by month_number) as last_residual,
        lag(month_number) over (partition by {{ series | join(', ') }} order by month_number) as last_month_number
    from residuals
),

summed as (
    select
        {{ series | join(', ') }},
        points,
        parameters,
        max(step_months) as step_months,
        sum(residual * residual) as squares,
        sum(case when month_number - last_month_number = step_months then residual * last_residual else 0.0 end)
            as products
    from pairs
    group by {{ series | join(', ') }}, points, parameters
),

estimated as (
    select
        *,
        sqrt(squares / (points - parameters)) as residual_sd,
        -- residuals of a straight line are not correlated, they are nothing
        case
            when squares > 0.000000000001
                then {{ corrected_autocorrelation('(products / squares)', 'points') }}
            else 0.0
        end as autocorrelation
    from summed
    where points - parameters >= 6
)

select
    {{ series | join(', ') }},
    step_months,
    cast(points as bigint) as points,
    -- sums of doubles depend on the order of rows in their last digits: these digits are left off
    round(residual_sd, 10) as residual_sd,
    round(autocorrelation, 10) as autocorrelation
from estimated
