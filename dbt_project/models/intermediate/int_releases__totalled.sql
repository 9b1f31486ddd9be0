-- what each release says of England: its own row, or else the sum of the providers
with combined as (
    select * from {{ ref('int_observations__combined') }}
    where stratum_dimension = 'all'
),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where is_publishable
),

-- a measure that is also given for parts of its population is judged by the whole
wholes as (
    select distinct measure_id
    from combined
    where population = 'all'
),

relevant as (
    select
        combined.*,
        releases.release_rank,
        releases.accepted_on
    from combined
    inner join releases
        on combined.dataset = releases.dataset and combined.release_sha256 = releases.release_sha256
    left join wholes on combined.measure_id = wholes.measure_id
    where
        combined.organisation_level in ('england', 'provider')
        and (combined.population = 'all' or wholes.measure_id is null)
),

{% set series = [
    'dataset', 'measure_id', 'period_start', 'period_end', 'period_kind', 'release_scope', 'population', 'adjustment',
] %}
national as (
    select
        {{ series | join(',\n        ') }},
        release_sha256,
        release_rank,
        accepted_on,
        sum(case when organisation_level = 'england' then numerator end) as england_numerator,
        sum(case when organisation_level = 'england' then denominator end) as england_denominator,
        max(case when organisation_level = 'england' then value end) as england_value,
        sum(case when organisation_level = 'provider' then numerator end) as provider_numerator,
        sum(case when organisation_level = 'provider' then denominator end) as provider_denominator,
        max(case when organisation_level = 'england' then 1 else 0 end) as has_england
    from relevant
    group by
        {{ series | join(',\n        ') }},
        release_sha256,
        release_rank,
        accepted_on
)

select
    {{ series | join(',\n    ') }},
    release_sha256,
    release_rank,
    accepted_on,
    case when has_england = 1 then england_numerator else provider_numerator end as numerator,
    case when has_england = 1 then england_denominator else provider_denominator end as denominator,
    england_value as value
from national
