-- every observation of both views with its measure's rules, its limits, and what rounding leaves open
with viewed as (select * from {{ ref('int_observations__viewed') }}),

measures as (select * from {{ ref('int_measures__known') }}),

described as (
    select
        viewed.*,
        measures.title as measure_title,
        measures.unit,
        measures.direction,
        measures.multiplier,
        measures.interval as interval_rule,
        {{ has_rounded_parts(
            'viewed.numerator_lower', 'viewed.numerator_upper', 'viewed.denominator_lower', 'viewed.denominator_upper'
        ) }} and viewed.value is not null as is_rounded
    from viewed
    inner join measures on viewed.measure_id = measures.measure_id
)

select
    *,
    case
        when value is null then null
        when interval_rule = 'wilson' then {{ proportion_lower('numerator', 'denominator', 'multiplier', 95) }}
        when interval_rule = 'byar' then {{ rate_lower('numerator', 'denominator', 'multiplier', 95) }}
        when interval_rule = 'published' then published_lower
    end as lower_95,
    case
        when value is null then null
        when interval_rule = 'wilson' then {{ proportion_upper('numerator', 'denominator', 'multiplier', 95) }}
        when interval_rule = 'byar' then {{ rate_upper('numerator', 'denominator', 'multiplier', 95) }}
        when interval_rule = 'published' then published_upper
    end as upper_95,
    case
        when value is null then null
        when interval_rule = 'wilson' then {{ proportion_lower('numerator', 'denominator', 'multiplier', 99.8) }}
        when interval_rule = 'byar' then {{ rate_lower('numerator', 'denominator', 'multiplier', 99.8) }}
    end as lower_998,
    case
        when value is null then null
        when interval_rule = 'wilson' then {{ proportion_upper('numerator', 'denominator', 'multiplier', 99.8) }}
        when interval_rule = 'byar' then {{ rate_upper('numerator', 'denominator', 'multiplier', 99.8) }}
    end as upper_998,
    case when is_rounded then {{ interval_lower_if_rounded(
        'interval_rule', 'numerator_lower', 'denominator_upper', 'multiplier'
    ) }} end as lower_95_if_rounded,
    case when is_rounded then {{ interval_upper_if_rounded(
        'interval_rule', 'numerator_upper', 'denominator_lower', 'multiplier'
    ) }} end as upper_95_if_rounded,
    case
        when value is not null and observation_kind <> 'score' and denominator_upper > 0
            then multiplier * greatest(0.0, numerator_lower) / denominator_upper
    end as value_lower,
    case
        when value is null or observation_kind = 'score' then null
        when denominator_lower > 0 and unit = 'percent'
            then least(multiplier, multiplier * numerator_upper / denominator_lower)
        when denominator_lower > 0 then multiplier * numerator_upper / denominator_lower
    end as value_upper
from described
