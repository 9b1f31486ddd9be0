{#-
    Organisations of one period against each other. Belongs here: funnel limits about the pooled mean, and additive
    over-dispersion. Does not: limits of one organisation's own rate (rates.sql), or which organisations are compared.
-#}

{#-
    Funnel limits of a proportion whose true value is the baseline: the observed proportions whose Wilson limit is the
    baseline, p0 -/+ z sqrt(p0 (1 - p0) / n). Below 0 or above 1 no observation can lie outside.
    Source: Spiegelhalter DJ, Stat Med 2005;24:1185-202, appendix A.
-#}
{% macro funnel_proportion_lower(baseline, n, multiplier, level=95) -%}
    {{ multiplier }} * ({{ baseline }} - {{ z_of_level(level) }} * sqrt({{ baseline }} * (1 - {{ baseline }}) / {{ n }}))
{%- endmacro %}

{% macro funnel_proportion_upper(baseline, n, multiplier, level=95) -%}
    {{ multiplier }} * ({{ baseline }} + {{ z_of_level(level) }} * sqrt({{ baseline }} * (1 - {{ baseline }}) / {{ n }}))
{%- endmacro %}

{#-
    Where an organisation lies, if chance were all that differs: above_998, above_95, within, below_95 or below_998. A
    proportion is compared with the limits above; a count with its expected number, by the count's own Poisson limits
    (exact below 10, else Byar). Source: as above, and Breslow NE, Day NE, IARC Scientific Publication 82 (1987), p 69.
-#}
{% macro funnel_place_of_proportion(x, n, baseline) -%}
    case
        when {{ x }} / {{ n }} > {{ funnel_proportion_upper(baseline, n, 1.0, 99.8) }} then 'above_998'
        when {{ x }} / {{ n }} > {{ funnel_proportion_upper(baseline, n, 1.0, 95) }} then 'above_95'
        when {{ x }} / {{ n }} < {{ funnel_proportion_lower(baseline, n, 1.0, 99.8) }} then 'below_998'
        when {{ x }} / {{ n }} < {{ funnel_proportion_lower(baseline, n, 1.0, 95) }} then 'below_95'
        when {{ x }} / {{ n }} >= 0 then 'within'
    end
{%- endmacro %}

{% macro funnel_place_of_count(observed, expected) -%}
    case
        when {{ rate_lower(observed, 1, 1, 99.8) }} > {{ expected }} then 'above_998'
        when {{ rate_lower(observed, 1, 1, 95) }} > {{ expected }} then 'above_95'
        when {{ rate_upper(observed, 1, 1, 99.8) }} < {{ expected }} then 'below_998'
        when {{ rate_upper(observed, 1, 1, 95) }} < {{ expected }} then 'below_95'
        when {{ observed }} >= 0 and {{ expected }} >= 0 then 'within'
    end
{%- endmacro %}

{#-
    Funnel with additive over-dispersion. A table-level macro: all columns of `relation` and, for every organisation,

        funnel_organisations   organisations of the family
        funnel_baseline        pooled sum(observed) / sum(denominator)
        funnel_y, funnel_y_target, funnel_s   transformed indicator, its target and its standard error by chance alone
        funnel_phi, funnel_tau2   over-dispersion: mean of the squared z, and the variance between organisations beyond chance
        funnel_counted         organisations that phi and tau2 rest on
        z_unadjusted = (y - target) / s and z_adjusted = (y - target) / sqrt(s^2 + tau2)

    kind   SR_SHMI  log(O / E), s = 1 / sqrt(E), target log 1; none observed counts as half an event
           SR_CQC   sqrt(O / E), s = 1 / (2 sqrt(E)), target 1
           PR       asin sqrt(O / n), s = 1 / (2 sqrt(n)), target asin sqrt(baseline)
           RC       log((O + 1/2) / (n + 1/2)), s^2 = O / (O + 1/2)^2 + n / (n + 1/2)^2, target log(baseline)
    is_truncated   z below the 10th and above the 90th percentile (interpolated, R's type 7) are left out of phi and tau2;
           otherwise they are pulled in to those percentiles (winsorised)

    phi = sum(z^2) / n; tau2 = max(0, (n phi - (n - 1)) / (sum w - sum w^2 / sum w)), w = 1 / s^2.
    Source: Spiegelhalter DJ, Stat Med 2005;24:1185-202; Spiegelhalter DJ et al., J R Stat Soc A 2012;175:1-47.
-#}
{% macro overdispersed(relation, family, kind, observed, denominator, is_truncated='false') -%}
    {%- set key = family | join(', ') -%}
    with pooled as (
        select
            *,
            count(*) over (partition by {{ key }}) as funnel_organisations,
            1.0e0 * sum({{ observed }}) over (partition by {{ key }})
            / sum({{ denominator }}) over (partition by {{ key }}) as funnel_baseline
        from {{ relation }}
    ),

    transformed as (
        select
            *,
            case {{ kind }}
                when 'SR_SHMI'
                    then ln(case when {{ observed }} > 0 then 1.0e0 * {{ observed }} else 0.5 end / {{ denominator }})
                when 'SR_CQC' then sqrt(1.0e0 * {{ observed }} / {{ denominator }})
                when 'PR' then asin(sqrt(least(1.0e0, 1.0e0 * {{ observed }} / {{ denominator }})))
                when 'RC' then ln(({{ observed }} + 0.5) / ({{ denominator }} + 0.5))
            end as funnel_y,
            case {{ kind }}
                when 'SR_SHMI' then 0.0
                when 'SR_CQC' then 1.0
                when 'PR' then asin(sqrt(funnel_baseline))
                when 'RC' then case when funnel_baseline > 0 then ln(funnel_baseline) end
            end as funnel_y_target,
            case {{ kind }}
                when 'SR_SHMI' then 1.0e0 / sqrt({{ denominator }})
                when 'RC' then sqrt(
                    {{ observed }} / power({{ observed }} + 0.5, 2) + {{ denominator }} / power({{ denominator }} + 0.5, 2)
                )
                else 1.0e0 / (2 * sqrt({{ denominator }}))
            end as funnel_s
        from pooled
    ),

    standardised as (
        select
            *,
            (funnel_y - funnel_y_target) / funnel_s as z_unadjusted
        from transformed
    ),

    tails as (
        select
            {{ key }},
            percentile_cont(0.1) within group (order by z_unadjusted) as low_z,
            percentile_cont(0.9) within group (order by z_unadjusted) as high_z
        from standardised
        group by {{ key }}
    ),

    treated as (
        select
            {{ qualified('standardised', family) }},
            case
                when {{ is_truncated }} and (z_unadjusted < tails.low_z or z_unadjusted > tails.high_z) then null
                else least(greatest(z_unadjusted, tails.low_z), tails.high_z)
            end as z,
            1.0e0 / (funnel_s * funnel_s) as w
        from standardised
        inner join tails on {{ matching('standardised', 'tails', family) }}
    ),

    counted as (
        select
            {{ key }},
            count(z) as funnel_counted,
            sum(z * z) as squares,
            sum(case when z is not null then w end) as sum_w,
            sum(case when z is not null then w * w end) as sum_w2
        from treated
        group by {{ key }}
    ),

    dispersed as (
        select
            {{ key }},
            funnel_counted,
            squares / nullif(funnel_counted, 0) as funnel_phi,
            case
                when funnel_counted < 2 or squares <= funnel_counted - 1 then 0.0
                else (squares - (funnel_counted - 1)) / (sum_w - sum_w2 / sum_w)
            end as funnel_tau2
        from counted
    )

    select
        standardised.*,
        dispersed.funnel_counted,
        dispersed.funnel_phi,
        dispersed.funnel_tau2,
        (standardised.funnel_y - standardised.funnel_y_target)
        / sqrt(standardised.funnel_s * standardised.funnel_s + dispersed.funnel_tau2) as z_adjusted
    from standardised
    inner join dispersed on {{ matching('standardised', 'dispersed', family) }}
{%- endmacro %}

{#-
    A limit of an over-dispersed funnel at an organisation's own denominator, in units of the indicator (a ratio or a
    proportion): target -/+ z sqrt(s^2 + tau2), transformed back. `sign` is -1 for the lower, 1 for the upper limit; `kind` as
    above. With `is_bounded` a limit beyond what the transformation can reach stops there (a proportion at 0 or 1, a ratio at
    0). The reference does not: its arcsine limits fold back, its SR_CQC limits stay on the scale of the square root, and its
    RC limits take s = 1 / (2 sqrt(n)); kept for comparison with it, `is_bounded=false`.
-#}
{% macro overdispersed_limit(kind, denominator, sign, level, is_bounded=true) -%}
    {%- set reach = '(funnel_y_target + ' ~ sign ~ ' * ' ~ z_of_level(level) ~ ' * sqrt(funnel_s * funnel_s + funnel_tau2))' -%}
    case {{ kind }}
        when 'SR_SHMI' then exp({{ reach }})
        when 'SR_CQC' then {% if is_bounded %}power(greatest(0.0, {{ reach }}), 2){% else %}{{ reach }}{% endif %}
        when 'PR' then power(sin(
            {%- if is_bounded %}least(greatest({{ reach }}, 0.0), 1.5707963267948966){% else %}{{ reach }}{% endif -%}
        ), 2)
        when 'RC' then exp(
            {%- if is_bounded %}{{ reach }}{% else -%}
            funnel_y_target + {{ sign }} * {{ z_of_level(level) }} * sqrt(0.25 / {{ denominator }} + funnel_tau2)
            {%- endif -%}
        )
    end
{%- endmacro %}
