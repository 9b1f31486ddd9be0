{% set key = trend_key() %}
{% set family = [
    'measure_id', 'organisation_view', 'organisation_scheme', 'organisation_level', 'population', 'stratum_dimension',
    'stratum_scheme', 'stratum', 'adjustment', 'period_kind', 'period_start', 'period_end',
] %}
{% set fewest = 10 %}
with bounded as (
    select * from {{ ref('int_trends__bounded') }}
    where
        value is not null
        and observation_kind = 'rate_within_stratum'
        and organisation_level <> 'england'
        and stratum <> 'unknown'
        and interval_rule in ('wilson', 'byar')
        and numerator >= 0
        and denominator > 0
),

families as (
    select
        {{ family | join(', ') }},
        count(*) as organisations,
        sum(numerator) / sum(denominator) as pooled_rate,
        row_number() over (order by {{ family | join(', ') }}) as family_number
    from bounded
    group by {{ family | join(', ') }}
    having count(*) >= {{ fewest }}
),

-- a count is compared with what the rate of all would give its denominator, a proportion with the proportion of all
comparable as (
    select
        {{ qualified('bounded', key) }},
        bounded.direction,
        bounded.multiplier,
        bounded.numerator,
        bounded.denominator,
        families.family_number,
        families.organisations,
        families.pooled_rate,
        case when bounded.interval_rule = 'wilson' then 'PR' else 'SR_CQC' end as kind,
        case
            when bounded.interval_rule = 'wilson' then bounded.denominator
            else bounded.denominator * families.pooled_rate
        end as size,
        case
            when bounded.interval_rule = 'wilson' then bounded.multiplier
            else bounded.multiplier * families.pooled_rate
        end as scale
    from bounded
    inner join families on {{ matching('bounded', 'families', family) }}
    where families.pooled_rate > 0 and (bounded.interval_rule <> 'wilson' or families.pooled_rate < 1)
),

dispersed as (
    {{ overdispersed('comparable', ['family_number'], 'kind', 'numerator', 'size') }}
),

tested as (
    select
        *,
        {{ two_sided_p('z_adjusted') }} as p_value
    from dispersed
),

adjusted as (
    {{ with_q_values('tested', 'p_value', ['family_number'], 'q_value') }}
),

limited as (
    select
        *,
        {{ improvement('direction') }} as improvement,
        case kind
            when 'PR' then {{ funnel_place_of_proportion('numerator', 'denominator', 'pooled_rate') }}
            else {{ funnel_place_of_count('numerator', 'size') }}
        end as place,
        scale * {{ overdispersed_limit('kind', 'size', -1, 95) }} as lower_95,
        scale * {{ overdispersed_limit('kind', 'size', 1, 95) }} as upper_95,
        scale * {{ overdispersed_limit('kind', 'size', -1, 99.8) }} as lower_998,
        scale * {{ overdispersed_limit('kind', 'size', 1, 99.8) }} as upper_998
    from adjusted
)

-- single precision: half the room, and the last digits of sums, which differ with the order of rows, are in no release
select
    {{ key | join(',\n    ') }},
    cast(organisations as integer) as funnel_organisations,
    cast(multiplier * pooled_rate as float) as funnel_baseline,
    cast(lower_95 as float) as funnel_lower_95,
    cast(upper_95 as float) as funnel_upper_95,
    cast(lower_998 as float) as funnel_lower_998,
    cast(upper_998 as float) as funnel_upper_998,
    cast(z_unadjusted as float) as funnel_z_unadjusted,
    cast(z_adjusted as float) as funnel_z,
    cast(p_value as float) as funnel_p,
    cast(q_value as float) as funnel_q,
    place as funnel_place_unadjusted,
    case
        when abs(z_adjusted) <= {{ z_of_level(95) }} then 'within'
        else
            case
                when improvement = 0 and z_adjusted > 0 then 'higher'
                when improvement = 0 then 'lower'
                when z_adjusted * improvement > 0 then 'better'
                else 'worse'
            end || case when abs(z_adjusted) > {{ z_of_level(99.8) }} then '_998' else '_95' end
    end as funnel_state
from limited
