-- the known groups of each set, with their parts; a group whose value is hidden lends no parts to anything
{% set set_columns = set_columns() %}
with trends as (
    select * from {{ ref('outcome_trends') }}
    where
        observation_kind in ('rate_within_stratum', 'score')
        and stratum_dimension <> 'all'
        and stratum <> 'unknown'
),

sets as (select * from {{ ref('int_strata__summed') }})

select
    sets.set_id,
    trends.stratum,
    trends.stratum_order,
    trends.value_status,
    trends.value,
    trends.lower_95,
    trends.upper_95,
    case when trends.value is not null then trends.numerator end as numerator,
    case when trends.value is not null then trends.numerator_lower end as numerator_lower,
    case when trends.value is not null then trends.numerator_upper end as numerator_upper,
    case when trends.value is not null then trends.denominator end as denominator,
    case when trends.value is not null then trends.denominator_lower end as denominator_lower,
    case when trends.value is not null then trends.denominator_upper end as denominator_upper
from trends
inner join sets on {{ matching('trends', 'sets', set_columns) }}
