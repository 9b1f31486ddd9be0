with population_denominators as (select * from {{ lake('imd', 'population_denominators') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'imd'
)

select
    population_denominators.release_sha256,
    newest_releases.is_synthetic,
    population_denominators.imd_version,
    population_denominators.population_year,
    population_denominators.lsoa_code,
    population_denominators.lsoa_vintage,
    population_denominators.total,
    population_denominators.aged_0_to_15,
    population_denominators.aged_16_to_59,
    population_denominators.aged_60_and_over,
    population_denominators.working_age
from population_denominators
inner join newest_releases on population_denominators.release_sha256 = newest_releases.release_sha256
