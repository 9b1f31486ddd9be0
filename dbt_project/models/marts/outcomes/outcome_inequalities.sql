with trends as (
    select * from {{ ref('outcome_trends') }}
    where observation_kind = 'rate_within_stratum' and stratum_dimension <> 'all'
),

measures as (select * from {{ ref('int_measures__known') }}),

{% set family = [
    'measure_id', 'organisation_view', 'organisation_scheme', 'organisation_code', 'period_start', 'period_end',
    'period_kind', 'population', 'stratum_dimension', 'stratum_scheme', 'adjustment',
] %}
-- all strata of one organisation, period and scheme
families as (
    select
        {{ family | join(', ') }},
        sum(case when stratum <> 'unknown' then numerator end) as known_numerator,
        sum(case when stratum <> 'unknown' then denominator end) as known_denominator,
        sum(case when stratum = 'unknown' then denominator end) as unknown_denominator,
        sum(case when stratum <> 'unknown' and value is null then 1 else 0 end) as hidden_strata,
        sum(case when stratum = 'unknown' and value_status = 'suppressed' then 1 else 0 end) as hidden_unknown,
        sum(case when stratum <> 'unknown' then 1 else 0 end) as known_strata,
        max(case when stratum_dimension = 'deprivation' and stratum <> 'unknown' then stratum_order end) as last_stratum
    from trends
    group by {{ family | join(', ') }}
),

-- an ordered dimension: most against least deprived
ordered_contrasts as (
    select
        {{ qualified('families', family) }},
        'most_v_least_deprived' as contrast,
        most.stratum as group_stratum,
        least.stratum as comparator_stratum,
        most.numerator as group_numerator,
        most.denominator as group_denominator,
        least.numerator as comparator_numerator,
        least.denominator as comparator_denominator,
        case
            when most.value_status = 'suppressed' or least.value_status = 'suppressed'
                then 'not_computed:suppressed_stratum'
            when most.value is null or least.value is null then 'not_computed:missing_stratum'
            else 'computed'
        end as status
    from families
    inner join trends as most
        on {{ matching('families', 'most', family) }} and most.stratum = '1'
    inner join trends as least
        on
            {{ matching('families', 'least', family) }}
            and least.stratum_order = families.last_stratum and least.stratum <> 'unknown'
    where families.stratum_dimension = 'deprivation' and families.last_stratum in (5, 10)
),

-- an unordered dimension: each group against all others together, never best against worst
unordered_contrasts as (
    select
        {{ qualified('families', family) }},
        'group_v_rest' as contrast,
        trends.stratum as group_stratum,
        'all other known groups' as comparator_stratum,
        trends.numerator as group_numerator,
        trends.denominator as group_denominator,
        families.known_numerator - trends.numerator as comparator_numerator,
        families.known_denominator - trends.denominator as comparator_denominator,
        case
            when families.hidden_strata > 0 then 'not_computed:suppressed_stratum'
            when trends.value is null or families.known_denominator - trends.denominator <= 0
                then 'not_computed:missing_stratum'
            else 'computed'
        end as status
    from families
    inner join trends
        on
            {{ matching('families', 'trends', family) }}
            and trends.stratum <> 'unknown'
    where families.stratum_dimension <> 'deprivation' and families.known_strata >= 2
),

contrasts as (
    select * from ordered_contrasts
    union all
    select * from unordered_contrasts
),

-- parts of a contrast that is not computed are not shown either: they could undo a suppression
rates as (
    select
        {{ qualified('contrasts', family) }},
        contrasts.contrast,
        contrasts.group_stratum,
        contrasts.comparator_stratum,
        contrasts.status,
        measures.multiplier,
        measures.interval as interval_rule,
        measures.direction,
        case when contrasts.status = 'computed' then contrasts.group_numerator end as x1,
        case when contrasts.status = 'computed' then contrasts.group_denominator end as n1,
        case when contrasts.status = 'computed' then contrasts.comparator_numerator end as x2,
        case when contrasts.status = 'computed' then contrasts.comparator_denominator end as n2
    from contrasts
    inner join measures on contrasts.measure_id = measures.measure_id
),

limits as (
    select
        *,
        multiplier * x1 / n1 as p1,
        multiplier * x2 / n2 as p2,
        case
            when interval_rule = 'wilson' then {{ wilson_lower('x1', 'n1', 'multiplier') }}
            when interval_rule = 'byar' then {{ rate_lower('x1', 'n1', 'multiplier') }}
        end as l1,
        case
            when interval_rule = 'wilson' then {{ wilson_upper('x1', 'n1', 'multiplier') }}
            when interval_rule = 'byar' then {{ rate_upper('x1', 'n1', 'multiplier') }}
        end as u1,
        case
            when interval_rule = 'wilson' then {{ wilson_lower('x2', 'n2', 'multiplier') }}
            when interval_rule = 'byar' then {{ rate_lower('x2', 'n2', 'multiplier') }}
        end as l2,
        case
            when interval_rule = 'wilson' then {{ wilson_upper('x2', 'n2', 'multiplier') }}
            when interval_rule = 'byar' then {{ rate_upper('x2', 'n2', 'multiplier') }}
        end as u2,
        case
            when x1 > 0 and x2 > 0 and interval_rule = 'wilson' then sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
            when x1 > 0 and x2 > 0 then sqrt(1 / x1 + 1 / x2)
        end as log_ratio_se
    from rates
),

gaps as (
    select
        *,
        p1 - p2 as gap,
        (p1 - p2) - sqrt(power(p1 - l1, 2) + power(u2 - p2, 2)) as gap_lower_95,
        (p1 - p2) + sqrt(power(u1 - p1, 2) + power(p2 - l2, 2)) as gap_upper_95,
        case when p2 > 0 then p1 / p2 end as ratio,
        case when p1 > 0 and p2 > 0 then exp(ln(p1 / p2) - 1.959963984540054 * log_ratio_se) end as ratio_lower_95,
        case when p1 > 0 and p2 > 0 then exp(ln(p1 / p2) + 1.959963984540054 * log_ratio_se) end as ratio_upper_95
    from limits
),

names as (
    select
        {{ family | join(', ') }},
        max(measure_title) as measure_title,
        max(unit) as unit,
        max(organisation_name) as organisation_name,
        max(organisation_level) as organisation_level,
        max(stratum_basis) as stratum_basis,
        max(dataset) as dataset,
        bool_or(is_synthetic) as is_synthetic
    from trends
    group by {{ family | join(', ') }}
)

select
    gaps.measure_id,
    names.measure_title,
    names.unit,
    gaps.direction,
    gaps.organisation_code,
    gaps.organisation_scheme,
    names.organisation_name,
    names.organisation_level,
    gaps.organisation_view,
    gaps.period_start,
    gaps.period_end,
    gaps.period_kind,
    gaps.population,
    gaps.adjustment,
    gaps.stratum_dimension,
    gaps.stratum_scheme,
    names.stratum_basis,
    gaps.contrast,
    gaps.group_stratum as disadvantaged_stratum,
    gaps.comparator_stratum,
    gaps.gap,
    gaps.gap_lower_95,
    gaps.gap_upper_95,
    gaps.ratio,
    gaps.ratio_lower_95,
    gaps.ratio_upper_95,
    case
        when gaps.gap is null or gaps.direction not in ('higher', 'lower') then 'not_applicable'
        when gaps.gap = 0 then 'neither'
        when (gaps.direction = 'higher' and gaps.gap < 0) or (gaps.direction = 'lower' and gaps.gap > 0)
            then gaps.group_stratum
        else gaps.comparator_stratum
    end as gap_against,
    case
        when gaps.gap is null then 'none'
        when gaps.interval_rule = 'wilson' then 'difference: newcombe hybrid score; ratio: katz log'
        else 'difference: mover on byar; ratio: log normal'
    end as method,
    case
        when families.hidden_unknown > 0 or families.hidden_strata > 0 then null
        else coalesce(families.unknown_denominator, 0.0)
            / nullif(families.known_denominator + coalesce(families.unknown_denominator, 0.0), 0.0)
    end as unknown_share,
    cast(families.hidden_strata as bigint) as hidden_strata,
    gaps.status,
    names.dataset,
    names.is_synthetic
from gaps
inner join families
    on {{ matching('gaps', 'families', family) }}
inner join names
    on {{ matching('gaps', 'names', family) }}
