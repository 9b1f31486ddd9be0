{% set series = trend_series() %}
{% set key = trend_key() %}
{# fewer points than a run of seven tell nothing of a process #}
{% set fewest = 7 %}
with bounded as (
    select * from {{ ref('int_trends__bounded') }}
    where value is not null and period_kind <> 'rolling' and stratum <> 'unknown'
),

phased as (select * from {{ ref('int_trends__phased') }}),

listed as (
    select
        {{ series | join(', ') }},
        row_number() over (order by {{ series | join(', ') }}) as series_number
    from bounded
    group by {{ series | join(', ') }}
    having count(*) >= {{ fewest }}
),

placed as (
    select
        {{ qualified('bounded', key) }},
        listed.series_number,
        bounded.value,
        {{ improvement('bounded.direction') }} as improvement,
        {{ months_between_periods('bounded.period_kind') }} as step_months,
        coalesce(phased.phase, 1) as phase,
        coalesce(phased.is_masked, false) as is_masked
    from bounded
    inner join listed
        on {{ matching('bounded', 'listed', series) }}
    left join phased
        on {{ matching('bounded', 'phased', [
            'measure_id', 'organisation_code', 'stratum_dimension', 'period_start', 'period_end'
        ]) }}
),

followed as (
    select
        *,
        lag(period_start) over (partition by series_number order by period_start) as last_start,
        lag(is_masked) over (partition by series_number order by period_start) as is_last_masked
    from placed
),

-- a missing or hidden period, and a mask, end a run: the point after them does not follow the one before
divided as (
    select
        *,
        sum(
            case
                when
                    is_masked = is_last_masked
                    and {{ dbt.datediff('last_start', 'period_start', 'month') }} = step_months
                    then 0
                else 1
            end
        ) over (
            partition by series_number order by period_start
            rows between unbounded preceding and current row
        ) as run
    from followed
),

charted as (
    {{ xmr(
        'divided', ['series_number'], 'period_start', 'value', 'phase', 'run',
        in_baseline='not is_masked', improvement='improvement',
    ) }}
)

-- single precision: sums of values differ in their last digits with the order of rows, and a release must not
select
    {{ key | join(',\n    ') }},
    phase as spc_phase,
    cast(xmr_points as integer) as spc_points,
    cast(xmr_mean as float) as spc_mean,
    cast(xmr_lower as float) as spc_lower_limit,
    cast(xmr_upper as float) as spc_upper_limit,
    case when not is_masked and xmr_lower is not null then xmr_rule end as spc_rule,
    case when not is_masked and xmr_lower is not null then xmr_state end as spc_state,
    case
        when is_masked then 'not_computed:masked'
        when xmr_lower is null then 'not_computed:no_variation'
        when {{ is_short_phase('xmr_points') }} then 'computed:short_series'
        else 'computed'
    end as spc_status
from charted
where xmr_points >= {{ fewest }}
