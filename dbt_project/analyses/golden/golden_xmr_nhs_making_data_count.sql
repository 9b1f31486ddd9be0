{{ golden_xmr_charts() }}

select
    config,
    series,
    period,
    value,
    xmr_mean as mean,
    xmr_lower as lpl,
    xmr_upper as upl,
    xmr_side as relative_to_mean,
    is_near_limits as close_to_limits,
    is_outside_limits as outside_limits,
    case xmr_rule
        when 'above_upper_limit' then 'Above UCL' when 'below_lower_limit' then 'Below LCL'
        when 'trend_increasing' then '7 Point Trend (Increasing)'
        when 'trend_decreasing' then '7 Point Trend (Decreasing)'
        when 'two_in_three_above' then '2 in 3 Above CL' when 'two_in_three_below' then '2 in 3 Below CL'
        when 'shift_above' then '7 Points Above CL' when 'shift_below' then '7 Points Below CL'
        else 'Common Cause'
    end as special_cause_type,
    case xmr_state
        when 'improvement' then 'special_cause_improvement' when 'concern' then 'special_cause_concern'
        when 'high' then 'special_cause_neutral_high' when 'low' then 'special_cause_neutral_low'
        else 'common_cause'
    end as point_type,
    {{ is_short_phase('count(*) over (partition by config, series, rebase_group)') }} as short_group
from charted
