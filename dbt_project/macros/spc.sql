{#-
    XmR charts by the rules of NHS England's Making Data Count, as NHSRplotthedots 0.2.2 applies them. A table-level macro: all
    columns of `relation` and, for every point,

        xmr_mean            mean of the phase's baseline points
        xmr_lower, _upper   process limits: mean -/+ 2.66 mean moving range; NULL when no moving range is left, as in a series
                            that never moves
        xmr_lower_near, _upper_near   two thirds of that way
        xmr_points          baseline points that mean and limits rest on
        xmr_side            1 above the mean, -1 below, 0 on it
        is_outside_limits, is_near_limits   beyond the process limits; beyond the near limits only
        xmr_rule            the first rule that holds, in the order of the reference: above_upper_limit, below_lower_limit,
                            trend_increasing, trend_decreasing, two_in_three_above, two_in_three_below, shift_above,
                            shift_below, else common_cause
        xmr_state           improvement, concern, or high and low where neither direction is better; else common_cause

    series     columns that name a series; `phase` divides it: mean, limits and runs never cross from one phase to the next
    at, value  order and value of the points; no value may be NULL
    run        a column that changes where a point does not follow the one before it (a missing month): moving ranges and runs
               stop there; mean and limits do not
    in_baseline    whether a point counts for mean and limits (SQL boolean)
    is_screened    whether moving ranges of 3.267 times their mean and more are left out, once
    improvement    1 when higher is better, -1 when lower is, 0 for neither

    A run's points are flagged from its first. A tie breaks a trend, a point on the mean breaks a shift. A point between two
    trends takes the direction in which it leaves. Numbers nearer than 1e-12 of their size are the same number.
    Sources: Shewhart WA, Economic Control of Quality of Manufactured Product (1931); Wheeler DJ, Understanding Variation
    (1993): 2.66 = 3 / 1.128 and 3.267; NHS England, Making Data Count: Strengthening your decisions (2019).
-#}
{% macro xmr(
    relation, series, at, value, phase, run, in_baseline='true', is_screened='true', improvement='1'
) -%}
    {%- set chart = (series + [phase]) | join(', ') -%}
    {%- set stretch = (series + [phase, run]) | join(', ') -%}
    {%- set grain = '0.000000000001 * greatest(abs(' ~ value ~ '), abs(xmr_mean))' -%}
    with moved as (
        select
            {{ relation }}.*,
            case when {{ in_baseline }} then {{ value }} end as baseline_value,
            lag({{ value }}) over (partition by {{ stretch }} order by {{ at }}) as last_value,
            case when lag({{ in_baseline }}) over (partition by {{ stretch }} order by {{ at }}) and {{ in_baseline }}
                then abs({{ value }} - lag({{ value }}) over (partition by {{ stretch }} order by {{ at }}))
            end as moving_range
        from {{ relation }}
    ),

    averaged as (
        select
            *,
            avg(baseline_value) over (partition by {{ chart }}) as xmr_mean,
            count(baseline_value) over (partition by {{ chart }}) as xmr_points,
            avg(moving_range) over (partition by {{ chart }}) as mean_moving_range
        from moved
    ),

    screened as (
        select
            *,
            avg(case when not {{ is_screened }} or moving_range < 3.267 * mean_moving_range then moving_range end)
                over (partition by {{ chart }}) as screened_range
        from averaged
    ),

    placed as (
        select
            *,
            xmr_mean - 2.66 * screened_range as xmr_lower,
            xmr_mean + 2.66 * screened_range as xmr_upper,
            xmr_mean - 2.0 * 2.66 * screened_range / 3.0 as xmr_lower_near,
            xmr_mean + 2.0 * 2.66 * screened_range / 3.0 as xmr_upper_near,
            case when abs({{ value }} - xmr_mean) <= {{ grain }} then 0
                when {{ value }} > xmr_mean then 1 else -1 end as xmr_side,
            case when {{ value }} > last_value then 1 when {{ value }} < last_value then -1 else 0 end as step
        from screened
    ),

    measured as (
        select
            *,
            abs({{ value }} - xmr_mean) - 2.66 * screened_range > {{ grain }} as is_outside_limits,
            abs({{ value }} - xmr_mean) - 2.66 * screened_range <= {{ grain }}
            and abs({{ value }} - xmr_mean) - 2.0 * 2.66 * screened_range / 3.0 > {{ grain }} as is_near_limits,
            abs(sum(xmr_side) over (
                partition by {{ stretch }} order by {{ at }} rows between 6 preceding and current row
            )) = 7 as ends_shift,
            abs(sum(step) over (
                partition by {{ stretch }} order by {{ at }} rows between 5 preceding and current row
            )) = 6 as ends_trend,
            abs(sum(xmr_side) over (
                partition by {{ stretch }} order by {{ at }} rows between 2 preceding and current row
            )) = 3 as is_third_on_one_side,
            lead(step) over (partition by {{ stretch }} order by {{ at }}) as next_step
        from placed
    ),

    ended as (
        select
            *,
            max(case when ends_shift then 1 else 0 end) over (
                partition by {{ stretch }} order by {{ at }} rows between current row and 6 following
            ) = 1 as is_in_shift,
            max(case when ends_trend then 1 else 0 end) over (
                partition by {{ stretch }} order by {{ at }} rows between current row and 6 following
            ) = 1 as is_in_trend,
            max(case when ends_trend then 1 else 0 end) over (
                partition by {{ stretch }} order by {{ at }} rows between 1 following and 7 following
            ) = 1 as is_next_in_trend,
            is_third_on_one_side and sum(case when is_near_limits then 1 else 0 end) over (
                partition by {{ stretch }} order by {{ at }} rows between 2 preceding and current row
            ) >= 2 as ends_two_in_three
        from measured
    ),

    flagged as (
        select
            *,
            case when coalesce(is_next_in_trend, false) then next_step else step end as trend_step,
            is_near_limits and max(case when ends_two_in_three then 1 else 0 end) over (
                partition by {{ stretch }} order by {{ at }} rows between current row and 2 following
            ) = 1 as is_in_two_in_three
        from ended
    ),

    named as (
        select
            *,
            case
                when is_outside_limits and xmr_side = 1 then 'above_upper_limit'
                when is_outside_limits then 'below_lower_limit'
                when is_in_trend and trend_step = 1 then 'trend_increasing'
                when is_in_trend then 'trend_decreasing'
                when is_in_two_in_three and xmr_side = 1 then 'two_in_three_above'
                when is_in_two_in_three then 'two_in_three_below'
                when is_in_shift and xmr_side = 1 then 'shift_above'
                when is_in_shift then 'shift_below'
                else 'common_cause'
            end as xmr_rule
        from flagged
    )

    select
        *,
        case
            when xmr_rule = 'common_cause' then 'common_cause'
            when xmr_rule in ('above_upper_limit', 'trend_increasing', 'two_in_three_above', 'shift_above')
                then case {{ improvement }} when 1 then 'improvement' when -1 then 'concern' else 'high' end
            else case {{ improvement }} when 1 then 'concern' when -1 then 'improvement' else 'low' end
        end as xmr_state
    from named
{%- endmacro %}

{#-
    Whether a process can be relied on to meet a target: its limits at the newest point against the target. NULL without a
    target or where neither direction is better. Source: NHS England, Making Data Count: assurance.
-#}
{% macro assurance(target, lower, upper, improvement) -%}
    case
        when {{ target }} is null or {{ improvement }} = 0 then null
        when {{ target }} > {{ upper }} then case when {{ improvement }} = 1 then 'consistent_fail' else 'consistent_pass' end
        when {{ target }} < {{ lower }} then case when {{ improvement }} = 1 then 'consistent_pass' else 'consistent_fail' end
        else 'inconsistent'
    end
{%- endmacro %}

{#- Whether a phase has too few points to trust its limits: Making Data Count asks for more than twelve. -#}
{% macro is_short_phase(points) -%}
    ({{ points }} < 13)
{%- endmacro %}
