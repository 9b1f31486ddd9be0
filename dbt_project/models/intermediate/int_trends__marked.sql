{% set series = trend_series() %}
with bounded as (
    select * from {{ ref('int_trends__bounded') }}
    where
        period_kind in ('financial_year', 'calendar_year')
        and observation_kind <> 'stratum_distribution'
        and stratum <> 'unknown'
),

phased as (select * from {{ ref('int_trends__phased') }}),

listed as (
    select
        {{ series | join(', ') }},
        max(period_start) as period_start,
        max(period_end) as period_end,
        max(direction) as direction,
        count(*) as points,
        row_number() over (order by {{ series | join(', ') }}) as series_number
    from bounded
    group by {{ series | join(', ') }}
),

aged as (
    select
        listed.series_number,
        bounded.measure_id,
        bounded.organisation_code,
        bounded.stratum_dimension,
        bounded.period_start,
        bounded.period_end,
        bounded.interval_rule = 'wilson' as is_proportion,
        bounded.numerator,
        bounded.denominator,
        bounded.value,
        case when bounded.lower_95 < bounded.upper_95 then bounded.lower_95 end as lower_95,
        case when bounded.lower_95 < bounded.upper_95 then bounded.upper_95 end as upper_95,
        row_number() over (
            partition by listed.series_number order by bounded.period_start desc, bounded.period_end desc
        ) as age
    from bounded
    inner join listed
        on {{ matching('bounded', 'listed', series) }} and listed.points >= 5
),

newest as (
    select
        aged.*,
        coalesce(phased.phase, 1) as phase,
        coalesce(phased.is_masked, false) as is_masked
    from aged
    left join phased
        on {{ matching('aged', 'phased', [
            'measure_id', 'organisation_code', 'stratum_dimension', 'period_start', 'period_end'
        ]) }}
    where aged.age <= 5
),

judged as (
    select
        series_number,
        case
            when count(value) < 5 then 'not_computed:point_without_value'
            when {{ dbt.datediff('min(period_start)', 'max(period_start)', 'month') }} <> 48
                then 'not_computed:missing_year'
            when count(distinct phase) > 1 then 'not_computed:break_inside'
            when count(lower_95) < 5 then 'not_computed:no_limits'
            when max(case when is_masked then 1 else 0 end) = 1 then 'computed:masked_point'
            else 'computed'
        end as status
    from newest
    group by series_number
),

trendable as (
    select newest.*
    from newest
    inner join judged on newest.series_number = judged.series_number
    where judged.status in ('computed', 'computed:masked_point')
),

trended as (
    {{ recent_trends(
        'trendable', ['series_number'], 'period_start', 'is_proportion', 'numerator', 'denominator', 'value',
        'lower_95', 'upper_95',
    ) }}
)

select
    {{ qualified('listed', series) }},
    listed.period_start,
    listed.period_end,
    case
        when trended.trend_marker = 'no_significant_change' or listed.direction not in ('higher', 'lower')
            then trended.trend_marker
        when (trended.trend_marker = 'increasing') = (listed.direction = 'higher')
            then trended.trend_marker || '_and_better'
        else trended.trend_marker || '_and_worse'
    end as recent_trend,
    cast(trended.trend_chi2 as float) as recent_trend_chi2,
    coalesce(judged.status, 'not_computed:fewer_than_five_points') as recent_trend_status
from listed
left join judged on listed.series_number = judged.series_number
left join trended on listed.series_number = trended.series_number
