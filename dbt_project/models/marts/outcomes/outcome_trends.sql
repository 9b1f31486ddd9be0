with viewed as (select * from {{ ref('int_observations__viewed') }}),

measures as (select * from {{ ref('int_measures__known') }}),

organisations as (select * from {{ ref('int_organisations__versioned') }}),

published_names as (select * from {{ ref('int_organisations__named') }}),

named as (
    select
        viewed.*,
        measures.title as measure_title,
        measures.unit,
        measures.direction,
        measures.multiplier,
        measures.interval as interval_rule,
        coalesce(organisations.name, published_names.name) as organisation_name
    from viewed
    inner join measures on viewed.measure_id = measures.measure_id
    left join organisations
        on
            viewed.organisation_code = organisations.organisation_code
            and viewed.organisation_scheme = organisations.organisation_scheme
            and viewed.period_end between organisations.found_from and organisations.found_to
    left join published_names
        on
            viewed.organisation_code = published_names.organisation_code
            and viewed.organisation_scheme = published_names.organisation_scheme
),

with_intervals as (
    select
        *,
        case
            when value is null then null
            when interval_rule = 'wilson' then {{ wilson_lower('numerator', 'denominator', 'multiplier') }}
            when interval_rule = 'byar' then {{ rate_lower('numerator', 'denominator', 'multiplier') }}
            when interval_rule = 'published' then published_lower
        end as lower_95,
        case
            when value is null then null
            when interval_rule = 'wilson' then {{ wilson_upper('numerator', 'denominator', 'multiplier') }}
            when interval_rule = 'byar' then {{ rate_upper('numerator', 'denominator', 'multiplier') }}
            when interval_rule = 'published' then published_upper
        end as upper_95,
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
    from named
)

select
    measure_id,
    measure_title,
    unit,
    direction,
    organisation_code,
    organisation_scheme,
    case when organisation_level = 'england' then 'England' else organisation_name end as organisation_name,
    organisation_level,
    organisation_view,
    period_start,
    period_end,
    period_kind,
    population,
    stratum_dimension,
    stratum,
    coalesce(try_cast(stratum as integer), case when stratum = 'unknown' then 99 else 50 end) as stratum_order,
    stratum_scheme,
    stratum_basis,
    stratum_assigned_on,
    observation_kind,
    adjustment,
    numerator,
    numerator_lower,
    numerator_upper,
    denominator,
    denominator_lower,
    denominator_upper,
    value,
    lower_95,
    upper_95,
    case when lower_95 is null then 'none' else interval_rule end as interval_method,
    value_lower,
    value_upper,
    published_value,
    published_lower,
    published_upper,
    rounding,
    value_status,
    release_status,
    dataset,
    release_sha256,
    origin = 'synthetic' as is_synthetic
from with_intervals
