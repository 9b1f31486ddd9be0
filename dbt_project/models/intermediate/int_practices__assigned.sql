with scores as (
    select * from {{ ref('stg_fingertips__practice_deprivation') }}
    where imd_version = 2019
),

practices as (select * from {{ ref('stg_gp_practices__practices') }}),

newest_extract as (select max(extract_on) as extract_on from practices),

boards as (
    select
        practices.practice_code,
        practices.icb_code,
        practices.extract_on
    from practices
    inner join newest_extract on practices.extract_on = newest_extract.extract_on
),

-- fixed once for all periods: fifths of the practices of England that have a 2019 score, 1 most deprived
quintiles as (
    select
        practice_code,
        ntile(5) over (order by deprivation_score desc, practice_code) as quintile
    from scores
)

select
    coalesce(quintiles.practice_code, boards.practice_code) as practice_code,
    cast(quintiles.quintile as string) as quintile,
    boards.icb_code,
    boards.extract_on as mapped_on,
    cast('2019-01-01' as date) as stratum_assigned_on
from quintiles
full outer join boards on quintiles.practice_code = boards.practice_code
