{#-
    The charts of the golden table xmr_nhs_making_data_count: its configurations' names say what was asked of the reference
    (inc, dec or neutral; screen_off; fix and a number of points), its columns where it was rebased and the target.
-#}
{% macro golden_xmr_charts() -%}
with configured as (
    select
        expected.config,
        expected.series,
        expected.period,
        expected.rebase_group,
        1 as run,
        input.value,
        cast(expected.target as double) as target,
        case
            when expected.config like 'inc%' then 1 when expected.config like 'dec%' then -1 else 0
        end as improvement,
        expected.config not like '%screen_off%' as is_screened,
        cast(nullif(regexp_extract(expected.config, 'fix([0-9]+)', 1), '') as integer) as fixed_points,
        row_number() over (
            partition by expected.config, expected.series, expected.rebase_group order by expected.period
        ) as point
    from xmr_nhs_making_data_count__expected as expected
    inner join xmr_nhs_making_data_count__input as input
        on expected.series = input.series and expected.period = input.period
),

charted as (
    {{ xmr(
        'configured', ['config', 'series'], 'period', 'value', 'rebase_group', 'run',
        in_baseline='coalesce(point <= fixed_points, true)', is_screened='is_screened', improvement='improvement',
    ) }}
)
{%- endmacro %}

{#-
    The funnels of the golden table funnel_overdispersed: the name of a configuration says the kind of indicator, how ratios are
    transformed, and whether tails are winsorised or truncated.
-#}
{% macro golden_overdispersed() -%}
with units as (
    select
        *,
        row_number() over () as place
    from funnel_overdispersed__input
),

configured as (
    select
        configs.config,
        units.unit,
        units.place,
        case when configs.config like 'SR%' then split_part(configs.config, '_', 1) || '_' || split_part(configs.config, '_', 2)
            else split_part(configs.config, '_', 1) end as kind,
        case when configs.config like 'SR%' then cast(units.sr_obs as double) else cast(units.pr_num as double) end as observed,
        case when configs.config like 'SR%' then cast(units.sr_exp as double) else cast(units.pr_den as double) end as denominator,
        configs.config like '%truncated' as is_truncated
    from units
    cross join (select distinct config from funnel_overdispersed__expected_phi_tau2) as configs
),

dispersed as (
    {{ overdispersed('configured', ['config'], 'kind', 'observed', 'denominator', 'is_truncated') }}
)
{%- endmacro %}

{#- A place in the funnel in the words of the reference. -#}
{% macro golden_significance(place) -%}
    case {{ place }}
        when 'above_998' then 'High (0.001)' when 'above_95' then 'High (0.025)'
        when 'below_998' then 'Low (0.001)' when 'below_95' then 'Low (0.025)'
        when 'within' then 'Not significant'
    end
{%- endmacro %}
