-- a series by deprivation whose publisher does not say which index it used mixes two of them silently when it spans a
-- change of the index, unless a break says so; series that name their index differ by scheme instead
with observations as (select * from {{ ref('observations') }}),

breaks as (select * from {{ ref('stg_platform__breaks') }}),

changes as (
    select cast('2019-09-26' as date) as published_on
    union all
    select cast('2025-10-30' as date) as published_on
),

series as (
    select
        measure_id,
        min(period_start) as first_day,
        max(period_end) as last_day
    from observations
    where stratum_dimension = 'deprivation' and stratum_scheme like '%version_not_stated%'
    group by measure_id
)

select
    series.measure_id,
    changes.published_on
from series
inner join changes
    on series.first_day < changes.published_on and series.last_day > changes.published_on
left join breaks
    on
        series.measure_id = breaks.measure_id
        and breaks.kind = 'method'
        and breaks.starts_on = changes.published_on
where breaks.measure_id is null
