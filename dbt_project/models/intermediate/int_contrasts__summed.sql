{% set family = [
    'measure_id', 'stratum_dimension', 'stratum_scheme', 'population', 'adjustment', 'period_kind',
    'organisation_scheme', 'organisation_code', 'organisation_level', 'period_start', 'period_end',
] %}
with strata as (
    select
        *,
        case
            when numerator is not null and denominator is not null and value is not null then 'shown'
            when value_status = 'suppressed' then 'suppressed'
            else 'missing'
        end as state
    from {{ ref('outcome_trends') }}
    where
        organisation_view = 'as_now'
        and observation_kind = 'rate_within_stratum'
        and stratum_dimension <> 'all'
        and stratum <> 'unknown'
),

families as (
    select
        {{ family | join(', ') }},
        max(organisation_name) as organisation_name,
        max(stratum_basis) as stratum_basis,
        max(rounding) as rounding,
        max(dataset) as dataset,
        bool_or(is_synthetic) as is_synthetic,
        count(*) as strata_needed,
        sum(case when state = 'shown' then 1 else 0 end) as strata_shown,
        sum(case when state = 'suppressed' then 1 else 0 end) as strata_suppressed,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from strata
    group by {{ family | join(', ') }}
),

-- how many fifths or tenths a scheme has: an organisation that lacks the last one has no other last one
ordered_schemes as (
    select
        measure_id,
        stratum_dimension,
        stratum_scheme,
        max(stratum_order) as last_stratum
    from strata
    where stratum_dimension = 'deprivation'
    group by measure_id, stratum_dimension, stratum_scheme
    having max(stratum_order) in (5, 10)
),

ordered_strata as (
    select
        {{ qualified('strata', family) }},
        strata.stratum_order,
        strata.state,
        strata.numerator,
        strata.denominator,
        ordered_schemes.last_stratum,
        5 * strata.stratum_order <= ordered_schemes.last_stratum as is_core20
    from strata
    inner join ordered_schemes
        on
            strata.measure_id = ordered_schemes.measure_id
            and strata.stratum_dimension = ordered_schemes.stratum_dimension
            and strata.stratum_scheme = ordered_schemes.stratum_scheme
),

{% set ends = 'stratum_order in (1, last_stratum)' %}
most_v_least as (
    select
        {{ family | join(', ') }},
        'most_v_least_deprived' as contrast,
        '1' as group_stratum,
        cast(max(last_stratum) as string) as comparator_stratum,
        2 as strata_needed,
        sum(case when {{ ends }} and state = 'shown' then 1 else 0 end) as strata_shown,
        sum(case when {{ ends }} and state = 'suppressed' then 1 else 0 end) as strata_suppressed,
        sum(case when stratum_order = 1 then numerator end) as group_numerator,
        sum(case when stratum_order = 1 then denominator end) as group_denominator,
        sum(case when stratum_order = last_stratum then numerator end) as comparator_numerator,
        sum(case when stratum_order = last_stratum then denominator end) as comparator_denominator
    from ordered_strata
    group by {{ family | join(', ') }}
),

core20_v_rest as (
    select
        {{ family | join(', ') }},
        'core20_v_rest' as contrast,
        case max(last_stratum) when 10 then '1 and 2' else '1' end as group_stratum,
        'all other known groups' as comparator_stratum,
        max(last_stratum) as strata_needed,
        sum(case when state = 'shown' then 1 else 0 end) as strata_shown,
        sum(case when state = 'suppressed' then 1 else 0 end) as strata_suppressed,
        sum(case when is_core20 then numerator end) as group_numerator,
        sum(case when is_core20 then denominator end) as group_denominator,
        sum(case when not is_core20 then numerator end) as comparator_numerator,
        sum(case when not is_core20 then denominator end) as comparator_denominator
    from ordered_strata
    group by {{ family | join(', ') }}
),

group_v_rest as (
    select
        {{ qualified('families', family) }},
        'group_v_rest' as contrast,
        strata.stratum as group_stratum,
        'all other known groups' as comparator_stratum,
        families.strata_needed,
        families.strata_shown,
        families.strata_suppressed,
        strata.numerator as group_numerator,
        strata.denominator as group_denominator,
        families.numerator - strata.numerator as comparator_numerator,
        families.denominator - strata.denominator as comparator_denominator
    from families
    inner join strata on {{ matching('families', 'strata', family) }}
    where families.stratum_dimension <> 'deprivation' and families.strata_needed >= 2
),

contrasts as (
    select * from most_v_least
    union all
    select * from core20_v_rest
    union all
    select * from group_v_rest
),

judged as (
    select
        *,
        case
            when strata_suppressed > 0 then 'suppressed'
            when strata_shown < strata_needed then 'missing'
            when group_denominator > 0 and comparator_denominator > 0 then 'shown'
            else 'missing'
        end as state
    from contrasts
)

-- the parts of a contrast with a hidden stratum are not there either: their difference could tell what is hidden
select
    {{ qualified('judged', family) }},
    families.organisation_name,
    families.stratum_basis,
    families.rounding,
    families.dataset,
    families.is_synthetic,
    judged.contrast,
    judged.group_stratum,
    judged.comparator_stratum,
    cast(judged.strata_needed as bigint) as strata_needed,
    judged.state,
    case when judged.state = 'shown' then judged.group_numerator end as group_numerator,
    case when judged.state = 'shown' then judged.group_denominator end as group_denominator,
    case when judged.state = 'shown' then judged.comparator_numerator end as comparator_numerator,
    case when judged.state = 'shown' then judged.comparator_denominator end as comparator_denominator
from judged
inner join families on {{ matching('judged', 'families', family) }}
