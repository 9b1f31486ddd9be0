with combined as (select * from {{ ref('int_observations__combined') }}),

held as (
    select distinct
        dataset,
        release_sha256
    from {{ ref('int_releases__held') }}
),

-- cuts of publications, datasets that are loaded only to read their layout, and releases that wait for a human to
-- accept them reach no mart
releases as (
    select releases.*
    from {{ ref('stg_platform__releases') }} as releases
    left join held on releases.dataset = held.dataset and releases.release_sha256 = held.release_sha256
    where releases.is_publishable and held.release_sha256 is null
),

-- the newest release that covers a measure's period within a scope replaces the older ones whole
newest as (
    select
        combined.dataset,
        combined.measure_id,
        combined.period_start,
        combined.period_end,
        combined.release_scope,
        max(releases.release_rank) as release_rank
    from combined
    inner join releases
        on combined.dataset = releases.dataset and combined.release_sha256 = releases.release_sha256
    group by 1, 2, 3, 4, 5
)

select
    combined.measure_id,
    combined.organisation_code,
    combined.organisation_scheme,
    combined.organisation_level,
    combined.period_start,
    combined.period_end,
    combined.period_kind,
    combined.population,
    combined.stratum_dimension,
    combined.stratum,
    combined.stratum_scheme,
    combined.stratum_basis,
    coalesce(
        combined.stratum_assigned_on,
        case
            when combined.stratum_dimension = 'deprivation' then {{ index_published_on('combined.stratum_scheme') }}
        end
    ) as stratum_assigned_on,
    combined.observation_kind,
    combined.adjustment,
    -- a zero beside a hidden part would tell of everyone in it: a suppressed rate shows no zero
    {%- for part in ['numerator', 'numerator_lower', 'numerator_upper'] %}
    case
        when combined.value_status = 'suppressed' and combined.numerator = 0 then null else combined.{{ part }}
    end as {{ part }},
    {%- endfor %}
    combined.denominator,
    combined.denominator_lower,
    combined.denominator_upper,
    combined.value,
    combined.published_value,
    combined.published_lower,
    combined.published_upper,
    combined.rounding,
    combined.value_status,
    combined.release_status,
    combined.release_scope,
    combined.dataset,
    combined.release_sha256,
    releases.origin
from combined
inner join releases
    on combined.dataset = releases.dataset and combined.release_sha256 = releases.release_sha256
inner join newest
    on
        combined.dataset = newest.dataset
        and combined.measure_id = newest.measure_id
        and combined.period_start = newest.period_start
        and combined.period_end = newest.period_end
        and combined.release_scope = newest.release_scope
        and releases.release_rank = newest.release_rank
