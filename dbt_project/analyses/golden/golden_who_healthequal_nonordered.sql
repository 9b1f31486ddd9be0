with strata as (
    select
        *,
        population / sum(population) over () as share,
        sum(population * estimate) over () / sum(population) over () as mean,
        se * se as variance
    from who_healthequal__input_nonordered
),

summed as (
    select
        max(mean) as mean,
        {{ between_group_variance('share', 'estimate', 'mean') }} as between_variance,
        {{ between_group_variance_se('share', 'estimate', 'mean', 'variance') }} as between_variance_se,
        {{ between_group_variance_by_chance('share', 'variance') }} as variance_by_chance,
        {{ mean_log_deviation('share', 'estimate', 'mean') }} as log_deviation,
        {{ theil_index('share', 'estimate', 'mean') }} as theil
    from strata
)

-- the reference's standard errors of the last two are not times 1,000 as its estimates are: not compared
select 'bgv' as measure, between_variance as estimate, between_variance_se as se from summed
union all
select 'bgsd' as measure, sqrt(between_variance) as estimate, cast(null as double) as se from summed
union all
select 'cov' as measure, 100 * sqrt(between_variance) / mean as estimate, cast(null as double) as se from summed
union all
select 'mld' as measure, log_deviation as estimate, cast(null as double) as se from summed
union all
select 'ti' as measure, theil as estimate, cast(null as double) as se from summed
union all
-- the reference does not take this off; the marts do
select 'bgv_by_chance' as measure, variance_by_chance as estimate, cast(null as double) as se from summed
