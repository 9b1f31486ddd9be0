{% set place = ['measure_id', 'organisation_code', 'stratum_dimension', 'period_start', 'period_end'] %}
with observations as (
    select distinct {{ place | join(', ') }} from {{ ref('int_observations__viewed') }}
    where value is not null and period_kind <> 'rolling'
),

breaks as (
    select * from {{ ref('breaks') }}
),

-- breaks may concern some dimensions only: a new index of deprivation moves areas between its groups, and nothing else
concerning as (
    select
        {{ qualified('observations', place) }},
        breaks.handling,
        breaks.starts_on,
        coalesce(breaks.ends_on, cast('9999-12-31' as date)) as ends_on
    from observations
    inner join breaks
        on
            observations.measure_id = breaks.measure_id
            and breaks.starts_on <= observations.period_end
            and (
                coalesce(breaks.organisation_codes, '') = ''
                or {{ is_listed('observations.organisation_code', 'breaks.organisation_codes') }}
            )
            and {{ concerns_dimension('breaks', 'observations.stratum_dimension') }}
),

-- days of the period that lie in a mask, of the mask that covers most
counted as (
    select
        {{ place | join(', ') }},
        sum(
            case
                when handling = 'mask' then 0
                when ends_on < period_end then 2
                else 1
            end
        ) as boundaries,
        max(
            case
                when handling = 'mask' and ends_on >= period_start
                    then 1 + {{ dbt.datediff(
                        'greatest(starts_on, period_start)', 'least(ends_on, period_end)', 'day'
                    ) }}
            end
        ) as masked_days
    from concerning
    group by {{ place | join(', ') }}
)

select
    {{ place | join(', ') }},
    cast(boundaries + 1 as integer) as phase,
    2 * coalesce(masked_days, 0) >= {{ dbt.datediff('period_start', 'period_end', 'day') }} + 1 as is_masked
from counted
where boundaries > 0 or masked_days > 0
