{% set body = ['measure_id', 'organisation_scheme', 'organisation_code'] %}
{% set series = body + ['stratum_dimension', 'stratum_scheme', 'adjustment', 'period_kind'] %}
with strata as (select * from {{ ref('int_plan_strata__pooled') }}),

catalogue as (select * from {{ ref('int_measures__known') }}),

estimates as (select * from {{ ref('int_plan_series__estimated') }}),

dimensions as (
    select
        {{ series | join(', ') }},
        min(baseline_from) as baseline_from,
        max(baseline_periods) as baseline_periods,
        max(observation_kind) as observation_kind,
        max(stratum_basis) as stratum_basis,
        max(organisation_level) as organisation_level,
        max(organisation_name) as organisation_name,
        max(dataset) as dataset,
        bool_or(is_synthetic) as is_synthetic,
        max(baseline_to) as baseline_to,
        count(case when stratum <> 'unknown' then 1 end) as known_strata,
        count(case when stratum <> 'unknown' and hidden_periods > 0 then 1 end) as hidden_strata,
        count(case when stratum = 'unknown' and hidden_periods > 0 then 1 end) as hidden_unknown,
        sum(case when stratum <> 'unknown' then numerator end) as known_numerator,
        sum(case when stratum <> 'unknown' then denominator end) as known_denominator,
        sum(case when stratum = 'unknown' then denominator end) as unknown_denominator,
        max(case when stratum <> 'unknown' then stratum_order end) as last_stratum
    from strata
    group by {{ series | join(', ') }}
),

described as (
    select
        *,
        case
            when stratum_dimension = 'all' or hidden_strata + hidden_unknown > 0 then null
            else coalesce(unknown_denominator, 0.0)
                / nullif(known_denominator + coalesce(unknown_denominator, 0.0), 0.0)
        end as unknown_share
    from dimensions
),

everybody as (
    select
        {{ qualified('described', body) }},
        described.organisation_level,
        described.period_kind,
        described.adjustment,
        described.baseline_from,
        described.baseline_to,
        described.baseline_periods,
        described.observation_kind,
        strata.numerator,
        strata.denominator,
        catalogue.unit,
        catalogue.multiplier,
        catalogue.interval as interval_rule,
        case
            when described.observation_kind = 'score' then strata.newest_value
            when
                described.observation_kind = 'rate_within_stratum'
                and strata.hidden_periods = 0
                and strata.denominator > 0
                then catalogue.multiplier * strata.numerator / strata.denominator
        end as value
    from described
    inner join strata on {{ matching('described', 'strata', series) }}
    inner join catalogue on described.measure_id = catalogue.measure_id
    where described.stratum_dimension = 'all'
),

-- organisations of the same kind and the same months, in the order of their size
sized as (
    select
        *,
        ln(denominator) as size,
        row_number() over (
            partition by measure_id, organisation_scheme, organisation_level, period_kind, adjustment, baseline_to
            order by denominator, organisation_code
        ) as place
    from everybody
    where denominator > 0 and value is not null
),

neighbours as (
    select
        {{ qualified('sized', body) }},
        others.organisation_code as peer_code,
        others.value as peer_value,
        row_number() over (
            partition by {{ qualified('sized', body) }}
            order by abs(others.size - sized.size), others.organisation_code
        ) as nearness
    from sized
    inner join sized as others
        on
            sized.measure_id = others.measure_id
            and sized.organisation_scheme = others.organisation_scheme
            and sized.organisation_level = others.organisation_level
            and sized.period_kind = others.period_kind
            and sized.adjustment = others.adjustment
            and sized.baseline_to = others.baseline_to
            and others.place between sized.place - 10 and sized.place + 10
            and others.place <> sized.place
),

peers as (
    select * from neighbours
    where nearness <= 10
),

peer_values as (
    select
        {{ body | join(', ') }},
        count(*) as peers,
        {{ quartile(1, 'peer_value') }} as peer_value_lower_quartile,
        {{ quartile(2, 'peer_value') }} as peer_value_median,
        {{ quartile(3, 'peer_value') }} as peer_value_upper_quartile
    from peers
    group by {{ body | join(', ') }}
),

-- most against least deprived; of unordered groups each against all others together
contrasts as (
    select
        {{ qualified('described', series) }},
        strata.stratum as group_stratum,
        case
            when described.stratum_dimension = 'deprivation' then least_deprived.stratum
            else 'all other known groups'
        end as comparator_stratum,
        case
            when strata.hidden_periods = 0 and strata.denominator > 0
                then catalogue.multiplier * strata.numerator / strata.denominator
        end as group_value,
        case
            when described.stratum_dimension = 'deprivation' and least_deprived.hidden_periods = 0
                then catalogue.multiplier * least_deprived.numerator / nullif(least_deprived.denominator, 0)
            when
                described.stratum_dimension <> 'deprivation'
                and described.hidden_strata = 0
                and described.known_denominator > strata.denominator
                then
                    catalogue.multiplier * (described.known_numerator - strata.numerator)
                    / (described.known_denominator - strata.denominator)
        end as comparator_value
    from described
    inner join catalogue on described.measure_id = catalogue.measure_id
    inner join strata on {{ matching('described', 'strata', series) }}
    left join strata as least_deprived
        on
            {{ matching('described', 'least_deprived', series) }}
            and described.stratum_dimension = 'deprivation'
            and described.last_stratum = least_deprived.stratum_order
            and least_deprived.stratum <> 'unknown'
    where
        described.observation_kind = 'rate_within_stratum'
        and strata.stratum <> 'unknown'
        and described.known_strata >= 2
        and (
            described.stratum_dimension not in ('all', 'deprivation')
            or (
                described.stratum_dimension = 'deprivation'
                and described.last_stratum in (5, 10)
                and strata.stratum_order = 1
            )
        )
),

peer_gaps as (
    select
        {{ qualified('peers', body) }},
        contrasts.stratum_dimension,
        contrasts.stratum_scheme,
        contrasts.group_stratum,
        count(*) as peers_with_gap,
        {{ quartile(1, 'contrasts.group_value - contrasts.comparator_value') }} as peer_gap_lower_quartile,
        {{ quartile(2, 'contrasts.group_value - contrasts.comparator_value') }} as peer_gap_median,
        {{ quartile(3, 'contrasts.group_value - contrasts.comparator_value') }} as peer_gap_upper_quartile
    from peers
    inner join contrasts
        on
            peers.measure_id = contrasts.measure_id
            and peers.organisation_scheme = contrasts.organisation_scheme
            and peers.peer_code = contrasts.organisation_code
    where contrasts.group_value is not null and contrasts.comparator_value is not null
    group by
        {{ qualified('peers', body) }}, contrasts.stratum_dimension, contrasts.stratum_scheme, contrasts.group_stratum
),

-- a series is never steadier than the numbers of people in it allow
spreads as (
    select
        estimates.*,
        case
            when
                estimates.stratum_dimension = 'all'
                and everybody.interval_rule = 'wilson'
                and everybody.value between 0 and everybody.multiplier
                and everybody.denominator > 0
                then greatest(
                        estimates.residual_sd,
                        sqrt(
                            everybody.value * (everybody.multiplier - everybody.value)
                            * everybody.baseline_periods / everybody.denominator
                        )
                    )
            else estimates.residual_sd
        end as spread
    from estimates
    left join everybody on {{ matching('estimates', 'everybody', body) }}
),

rows_to_show as (
    select
        described.*,
        coalesce(contrasts.group_stratum, case when described.stratum_dimension = 'all' then 'all' else 'none' end)
            as group_stratum,
        contrasts.comparator_stratum,
        contrasts.group_value,
        contrasts.comparator_value,
        contrasts.group_value - contrasts.comparator_value as baseline_gap
    from described
    left join contrasts on {{ matching('described', 'contrasts', series) }}
),

margined as (
    select
        rows_to_show.*,
        catalogue.title as measure_title,
        catalogue.unit,
        catalogue.direction,
        catalogue.margin_overall,
        greatest(catalogue.margin_absolute_gap, 0.2 * abs(rows_to_show.baseline_gap)) as margin_gap,
        everybody.value as baseline_value,
        everybody.numerator as baseline_numerator,
        everybody.denominator as baseline_denominator,
        spreads.points,
        spreads.step_months,
        spreads.spread,
        spreads.autocorrelation,
        gap_spreads.points as gap_points,
        gap_spreads.spread as gap_spread,
        gap_spreads.autocorrelation as gap_autocorrelation
    from rows_to_show
    inner join catalogue on rows_to_show.measure_id = catalogue.measure_id
    left join everybody on {{ matching('rows_to_show', 'everybody', body) }}
    left join spreads
        on
            {{ matching('rows_to_show', 'spreads', body) }}
            and spreads.stratum_dimension = 'all'
            and everybody.period_kind = spreads.period_kind
            and everybody.adjustment = spreads.adjustment
    left join spreads as gap_spreads
        on
            {{ matching('rows_to_show', 'gap_spreads', series) }}
            and rows_to_show.group_stratum = gap_spreads.group_stratum
            and gap_spreads.stratum_dimension <> 'all'
),

-- twelve points to either side at least, ten years at most
window_lengths as (
    {% for periods in range(12, 121) -%}
    select {{ periods }} as periods{{ ' union all' if not loop.last }}
    {% endfor %}
),

-- each spread and margin once, however many rows share them
questions as (
    select distinct
        spread,
        autocorrelation,
        step_months,
        margin_overall as margin
    from margined
    where spread is not null
    union
    select distinct
        gap_spread,
        gap_autocorrelation,
        case period_kind when 'month' then 1 when 'quarter' then 3 else 12 end,
        margin_gap
    from margined
    where gap_spread is not null
),

-- with a long memory two short windows differ less than two longer ones: long enough is what stays so
tried as (
    select
        questions.spread,
        questions.autocorrelation,
        questions.step_months,
        questions.margin,
        min(window_lengths.periods) as shortest,
        max(window_lengths.periods) as longest,
        max(
            case
                when
                    {{ detectable_change(
                        'questions.spread', 'questions.autocorrelation', 'window_lengths.periods'
                    ) }} > questions.margin
                    then window_lengths.periods
            end
        ) as last_too_short
    from questions
    inner join window_lengths on window_lengths.periods * questions.step_months <= 120
    group by questions.spread, questions.autocorrelation, questions.step_months, questions.margin
),

answers as (
    select
        spread,
        autocorrelation,
        step_months,
        margin,
        case
            when last_too_short is null then shortest * step_months
            when last_too_short < longest then (last_too_short + 1) * step_months
        end as months_needed
    from tried
),

answered as (
    select
        margined.*,
        {{ detectable_change('margined.spread', 'margined.autocorrelation', '12') }} as change_12,
        {{ detectable_change('margined.spread', 'margined.autocorrelation', '24') }} as change_24,
        {{ detectable_change('margined.gap_spread', 'margined.gap_autocorrelation', '12') }} as gap_change_12,
        {{ detectable_change('margined.gap_spread', 'margined.gap_autocorrelation', '24') }} as gap_change_24,
        answers.months_needed,
        gap_answers.months_needed as gap_months_needed
    from margined
    left join answers
        on
            margined.spread = answers.spread
            and margined.autocorrelation = answers.autocorrelation
            and margined.step_months = answers.step_months
            and margined.margin_overall = answers.margin
    left join answers as gap_answers
        on
            margined.gap_spread = gap_answers.spread
            and margined.gap_autocorrelation = gap_answers.autocorrelation
            and margined.margin_gap = gap_answers.margin
            and case margined.period_kind when 'month' then 1 when 'quarter' then 3 else 12 end
            = gap_answers.step_months
),

judged as (
    select
        answered.*,
        case
            when observation_kind = 'stratum_distribution' then 'distribution_not_rate'
            when direction = 'none' then 'direction_none'
            when stratum_dimension <> 'all' and stratum_basis = 'organisation_profile' then 'stratum_not_within_unit'
            when stratum_dimension <> 'all' and observation_kind = 'score' then 'score_not_pooled'
            when period_kind = 'rolling' then 'rolling_windows_overlap'
            when stratum_dimension = 'all' and baseline_value is null then 'no_baseline'
            when stratum_dimension <> 'all' and baseline_gap is null and hidden_strata > 0 then 'suppressed_stratum'
            when stratum_dimension <> 'all' and baseline_gap is null then 'no_baseline'
            when stratum_dimension = 'all' and spread is null then 'too_few_points'
            when stratum_dimension <> 'all' and gap_spread is null then 'too_few_points'
            when stratum_dimension = 'all' and months_needed is null then 'not_within_ten_years'
            when stratum_dimension <> 'all' and gap_months_needed is null then 'not_within_ten_years'
        end as not_plannable_because,
        -- without a baseline or a better direction there is nothing that a change could be read from
        baseline_value is not null
        and direction <> 'none'
        and observation_kind <> 'stratum_distribution' as is_measurable
    from answered
)

select
    judged.measure_id,
    judged.measure_title,
    judged.unit,
    judged.direction,
    judged.organisation_code,
    judged.organisation_scheme,
    judged.organisation_name,
    judged.organisation_level,
    judged.stratum_dimension,
    judged.group_stratum,
    judged.comparator_stratum,
    judged.stratum_scheme,
    judged.stratum_basis,
    judged.adjustment,
    judged.period_kind,
    judged.baseline_from,
    judged.baseline_to,
    cast(judged.baseline_periods as bigint) as baseline_periods,
    judged.baseline_numerator,
    judged.baseline_denominator,
    judged.baseline_value,
    judged.group_value,
    judged.comparator_value,
    judged.baseline_gap,
    coalesce(peer_values.peers, 0) as peers,
    peer_values.peer_value_lower_quartile,
    peer_values.peer_value_median,
    peer_values.peer_value_upper_quartile,
    coalesce(peer_gaps.peers_with_gap, 0) as peers_with_gap,
    peer_gaps.peer_gap_lower_quartile,
    peer_gaps.peer_gap_median,
    peer_gaps.peer_gap_upper_quartile,
    judged.unknown_share,
    cast(judged.hidden_strata as bigint) as hidden_strata,
    judged.points,
    judged.spread as residual_sd,
    judged.autocorrelation as lag_1_autocorrelation,
    case when judged.is_measurable then judged.change_12 end as detectable_change_12_periods,
    case when judged.is_measurable then judged.change_24 end as detectable_change_24_periods,
    judged.margin_overall as margin,
    case when judged.is_measurable then cast(judged.months_needed as bigint) end as months_needed,
    judged.gap_points,
    judged.gap_spread as gap_residual_sd,
    judged.gap_autocorrelation as gap_lag_1_autocorrelation,
    case when judged.is_measurable and judged.baseline_gap is not null then judged.gap_change_12 end
        as gap_detectable_change_12_periods,
    case when judged.is_measurable and judged.baseline_gap is not null then judged.gap_change_24 end
        as gap_detectable_change_24_periods,
    judged.margin_gap as gap_margin,
    case when judged.is_measurable and judged.baseline_gap is not null then cast(judged.gap_months_needed as bigint) end
        as gap_months_needed,
    judged.not_plannable_because,
    {{ planning_note('judged.not_plannable_because', 'judged.stratum_dimension') }} as note,
    judged.dataset,
    judged.is_synthetic
from judged
left join peer_values on {{ matching('judged', 'peer_values', body) }}
left join peer_gaps
    on
        {{ matching('judged', 'peer_gaps', body) }}
        and judged.stratum_dimension = peer_gaps.stratum_dimension
        and judged.stratum_scheme = peer_gaps.stratum_scheme
        and judged.group_stratum = peer_gaps.group_stratum
