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
    {% for part in ['numerator', 'denominator'] %}
    case when trends.value is not null then trends.{{ part }} end as {{ part }},
    case when trends.value is not null then trends.{{ part }}_lower end as {{ part }}_lower,
    case when trends.value is not null then trends.{{ part }}_upper end as {{ part }}_upper
    {{- "," if not loop.last }}
    {% endfor %}
from trends
inner join sets on {{ matching('trends', 'sets', set_columns) }}
