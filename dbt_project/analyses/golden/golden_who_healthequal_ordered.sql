with strata as (
    select
        *,
        first_value(estimate) over (order by subgroup_order) as first_value,
        first_value(se) over (order by subgroup_order) as first_se,
        row_number() over (order by subgroup_order desc) as place_from_the_end,
        sum(population * estimate) over () / sum(population) over () as mean,
        sum(population) over () as people
    from who_healthequal__input_ordered
),

ends as (
    select
        *,
        case when favourable_indicator = 1 then estimate - first_value else first_value - estimate end as difference,
        case when favourable_indicator = 1 then estimate / first_value else first_value / estimate end as ratio,
        {{ difference_se('se', 'first_se') }} as difference_se,
        {{ ratio_log_se('estimate', 'se', 'first_value', 'first_se') }} as ratio_se,
        {{ population_attributable_risk('estimate', 'mean') }} as signed_risk,
        {{ population_attributable_fraction('estimate', 'mean') }} as signed_fraction,
        estimate / mean * {{ population_attributable_log_se(
            'estimate',
            'estimate * (indicator_scale - estimate) / population',
            'mean',
            'mean * (indicator_scale - mean) / people',
            'population / people'
        ) }} as fraction_se
    from strata
    where place_from_the_end = 1
),

-- the reference shows no risk where the most advantaged group does worse than the mean
shown as (
    select
        *,
        case
            when favourable_indicator = 1 then greatest(0.0, signed_risk) else least(0.0, signed_risk)
        end as risk,
        case
            when favourable_indicator = 1 then greatest(0.0, signed_fraction) else least(0.0, signed_fraction)
        end as fraction
    from ends
)

-- the reference prints the fraction in percent, its standard error not
select 'd' as measure, difference as estimate, difference_se as se from shown
union all
select 'r' as measure, ratio as estimate, ratio_se as se from shown
union all
select 'par' as measure, risk as estimate, mean * fraction_se as se from shown
union all
select 'paf' as measure, 100 * fraction as estimate, fraction_se as se from shown
