with outcomes as (select * from {{ lake('local_outcomes', 'outcomes') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    outcomes.measure_id,
    outcomes.organisation_code,
    outcomes.period_start,
    outcomes.period_end,
    coalesce(outcomes.population, 'all') as population,
    outcomes.stratum_dimension,
    outcomes.stratum,
    coalesce(
        outcomes.stratum_scheme, case when outcomes.stratum_dimension = 'all' then 'none' else 'local' end
    ) as stratum_scheme,
    outcomes.numerator,
    outcomes.denominator,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    outcomes.release_sha256
from outcomes
inner join releases
    on outcomes.release_sha256 = releases.release_sha256 and releases.dataset = 'local_outcomes'
