{#-
    Recent trend of a yearly series as Fingertips marks it: its five newest points. A table-level macro: one row per series of
    `relation` with

        trend_points     points used, at most five; with fewer the rest is NULL
        trend_chi2       chi-squared with one degree of freedom
        is_trend_robust  whether the slope keeps its sign whichever of the points is left out
        trend_marker     increasing or decreasing when chi-squared is above 9.5495 (99.8 %) and the sign is kept, else
                         no_significant_change

    A proportion (`is_proportion`) has the chi-squared test for trend in proportions,
    S0 (S0 S1 - S2 S3)^2 / (S2 (S0 - S2) (S0 S4 - S3^2)), with S0 = sum N, S1 = sum O t, S2 = sum O, S3 = sum N t,
    S4 = sum N t^2 and t the place of the point; its slope is that of an unweighted line through the logits, where a count of
    none or of all has half an event more on either side. Any other value has a line weighted by 1 / se^2,
    se = (upper - lower) / 3.92, and chi-squared is (slope / its standard error)^2.
    Sources: Armitage P, Biometrics 1955;11:375-86; OHID, Fingertips technical guidance: recent trends.
-#}
{% macro recent_trends(relation, series, at, is_proportion, numerator, denominator, value, lower, upper) -%}
    {%- set key = series | join(', ') -%}
    with ranked as (
        select
            *,
            row_number() over (partition by {{ key }} order by {{ at }} desc) as age
        from {{ relation }}
    ),

    -- t runs from -2 to 2: nothing depends on where it starts, and sums of small numbers lose no digits
    weighed as (
        select
            {{ key }},
            3 - age as t,
            {{ is_proportion }} as is_proportion,
            1.0e0 * {{ denominator }} as n,
            1.0e0 * {{ numerator }} as x,
            case when {{ is_proportion }} then 1.0
                when {{ upper }} > {{ lower }} then power(3.92 / ({{ upper }} - {{ lower }}), 2) end as w,
            case
                when not {{ is_proportion }} then 1.0e0 * {{ value }}
                when {{ numerator }} > 0 and {{ numerator }} < {{ denominator }}
                    then ln(1.0e0 * {{ numerator }} / ({{ denominator }} - {{ numerator }}))
                when {{ numerator }} >= 0 and {{ numerator }} <= {{ denominator }}
                    then ln(({{ numerator }} + 0.5) / ({{ denominator }} - {{ numerator }} + 0.5))
            end as unshifted
        from ranked
        where age <= 5
    ),

    shifted as (
        select
            *,
            unshifted - avg(unshifted) over (partition by {{ key }}) as y
        from weighed
    ),

    summed as (
        select
            *,
            sum(w) over (partition by {{ key }}) as sw,
            sum(w * t) over (partition by {{ key }}) as swt,
            sum(w * y) over (partition by {{ key }}) as swy,
            sum(w * t * t) over (partition by {{ key }}) as swtt,
            sum(w * t * y) over (partition by {{ key }}) as swty
        from shifted
    ),

    -- slope of the whole, and of the rest when this point is left out; only their signs are compared
    sloped as (
        select
            *,
            sw * swty - swt * swy as slope,
            (sw - w) * (swty - w * t * y) - (swt - w * t) * (swy - w * y) as slope_without
        from summed
    ),

    tested as (
        select
            {{ key }},
            count(w * y) as trend_points,
            max(slope) as slope,
            case
                when count(w * y) < 5 then null
                when max(case when is_proportion then 1 else 0 end) = 1 then
                    sum(n) * power(sum(n) * sum(x * t) - sum(x) * sum(n * t), 2)
                    / nullif(
                        sum(x) * (sum(n) - sum(x)) * (sum(n) * sum(n * t * t) - power(sum(n * t), 2)), 0
                    )
                else power(max(slope), 2) / (max(sw) * (max(sw) * max(swtt) - power(max(swt), 2)))
            end as trend_chi2,
            case when count(w * y) = 5 then
                -- a slope that arithmetic leaves where there is none has no sign
                min(case when slope * slope_without > 1e-12 * slope * slope then 1 else 0 end) = 1
            end as is_trend_robust
        from sloped
        group by {{ key }}
    )

    select
        {{ key }},
        trend_points,
        trend_chi2,
        is_trend_robust,
        case
            when trend_points < 5 then null
            when coalesce(trend_chi2, 0.0) <= 9.549535706083242 or not is_trend_robust then 'no_significant_change'
            when slope > 0 then 'increasing'
            else 'decreasing'
        end as trend_marker
    from tested
{%- endmacro %}
