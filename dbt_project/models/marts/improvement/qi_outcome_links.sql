with candidates as (select * from {{ ref('int_qi_links__listed') }}),

catalogue as (select * from {{ ref('int_measures__known') }}),

outcomes as (select * from {{ ref('outcome_trends') }}),

controls as (select * from {{ ref('int_qi_controls__counted') }}),

contaminations as (select * from {{ ref('int_qi_sites__overlapped') }}),

{% set series = [
    'project_key', 'measure_id', 'organisation_code', 'organisation_view', 'period_kind', 'population',
    'stratum_dimension', 'stratum', 'stratum_scheme', 'observation_kind', 'adjustment',
] %}
-- the period in which the change came into use belongs to neither half
halved as (
    select
        candidates.project_key,
        candidates.measure_id,
        candidates.organisation_code,
        candidates.organisation_view,
        outcomes.organisation_level,
        outcomes.period_kind,
        outcomes.population,
        outcomes.stratum_dimension,
        outcomes.stratum,
        outcomes.stratum_scheme,
        outcomes.stratum_basis,
        outcomes.observation_kind,
        outcomes.adjustment,
        outcomes.period_start,
        outcomes.period_end,
        outcomes.numerator,
        outcomes.denominator,
        outcomes.is_synthetic,
        outcomes.value_status = 'value' as is_shown,
        case
            when outcomes.period_end < candidates.before_until then 'before'
            when outcomes.period_start >= candidates.after_from then 'after'
            else 'during'
        end as half
    from candidates
    inner join outcomes
        on
            candidates.measure_id = outcomes.measure_id
            and candidates.organisation_view = outcomes.organisation_view
            and candidates.series_organisation_code = outcomes.organisation_code
),

-- parts are added up, percentages are never averaged
pooled as (
    select
        {{ series | join(', ') }},
        max(organisation_level) as organisation_level,
        max(stratum_basis) as stratum_basis,
        bool_or(is_synthetic) as is_synthetic,
        min(period_start) as first_period_start,
        max(period_end) as last_period_end,
        count(case when is_shown and half = 'before' then 1 end) as points_before,
        count(case when is_shown and half = 'after' then 1 end) as points_after,
        count(case when not is_shown then 1 end) as points_without_value,
        count(case when not is_shown and half = 'before' then 1 end) as hidden_before,
        count(case when not is_shown and half = 'after' then 1 end) as hidden_after,
        sum(case when is_shown and half = 'before' then numerator end) as numerator_before,
        sum(case when is_shown and half = 'before' then denominator end) as denominator_before,
        sum(case when is_shown and half = 'after' then numerator end) as numerator_after,
        sum(case when is_shown and half = 'after' then denominator end) as denominator_after
    from halved
    group by {{ series | join(', ') }}
),

joined as (
    select
        candidates.project_key,
        candidates.measure_id,
        candidates.link_basis,
        candidates.measure_role,
        candidates.is_primary,
        candidates.publication,
        candidates.organisation_code,
        candidates.organisation_view,
        candidates.series_organisation_code,
        candidates.reach_share,
        candidates.reach_basis,
        candidates.date_role,
        candidates.blurred_months,
        candidates.is_start_unknown,
        candidates.is_synthetic or coalesce(pooled.is_synthetic, false) as is_synthetic,
        candidates.before_until,
        candidates.after_from,
        pooled.period_kind,
        pooled.population,
        pooled.stratum_dimension,
        pooled.stratum,
        pooled.stratum_scheme,
        pooled.stratum_basis,
        pooled.observation_kind,
        pooled.adjustment,
        pooled.first_period_start,
        pooled.last_period_end,
        pooled.points_before,
        pooled.points_after,
        pooled.points_without_value,
        pooled.hidden_before,
        pooled.hidden_after,
        pooled.numerator_before,
        pooled.denominator_before,
        pooled.numerator_after,
        pooled.denominator_after,
        catalogue.unit,
        catalogue.multiplier,
        catalogue.direction,
        catalogue.margin_overall,
        coalesce(controls.logged_comparators, 0) as logged_comparators,
        coalesce(controls.unlogged_comparators, 0) as unlogged_comparators,
        coalesce(contaminations.overlapping_projects, 0) as overlapping_projects,
        coalesce(contaminations.is_contaminated, false) as is_contaminated,
        catalogue.measure_id is null as is_measure_unknown,
        pooled.project_key is not null as has_series,
        coalesce(pooled.observation_kind = 'score' or catalogue.unit = 'score', false) as is_score,
        coalesce(pooled.observation_kind = 'stratum_distribution', false) as is_distribution,
        not candidates.is_start_unknown and (
            candidates.blurred_months is null
            or candidates.blurred_months
            > case pooled.period_kind when 'month' then 1 when 'quarter' then 3 else 12 end
        ) as is_coarsely_dated
    from candidates
    left join catalogue on candidates.measure_id = catalogue.measure_id
    left join pooled
        on
            candidates.project_key = pooled.project_key
            and candidates.measure_id = pooled.measure_id
            and candidates.organisation_code = pooled.organisation_code
            and candidates.organisation_view = pooled.organisation_view
    left join controls
        on
            candidates.measure_id = controls.measure_id
            and pooled.organisation_level = controls.organisation_level
            and cast({{ dbt.date_trunc('month', 'candidates.before_until') }} as date) = controls.before_month
            and cast({{ dbt.date_trunc('month', 'candidates.after_from') }} as date) = controls.after_month
    left join contaminations
        on
            candidates.project_key = contaminations.project_key
            and candidates.organisation_code = contaminations.organisation_code
),

{# What stands in the way of a verdict, worst first; the first that applies is the status. -#}
{% set refusals = {
    'measure_unknown': 'is_measure_unknown',
    'no_outcome_series': 'not is_measure_unknown and not has_series',
    'distribution_not_rate': 'is_distribution',
    'score_not_pooled': 'is_score and not is_distribution',
    'direction_none': "direction = 'none'",
    'stratum_not_within_unit': "stratum_dimension <> 'all' and stratum_basis = 'organisation_profile'",
    'reach_unknown': "reach_share is null or reach_basis = 'unknown'",
    'reach_below_20pct': "reach_share < 0.2 and reach_basis <> 'unknown'",
    'start_unknown': 'is_start_unknown',
    'date_too_coarse': 'has_series and is_coarsely_dated',
    'no_points_before': 'has_series and not is_start_unknown and not is_coarsely_dated and points_before = 0',
    'no_points_after': 'has_series and not is_start_unknown and not is_coarsely_dated and points_after = 0',
    'no_log_control': 'has_series and not is_start_unknown and logged_comparators = 0',
    'contaminated': 'is_contaminated',
} -%}
judged as (
    select
        joined.*,
        case
            {%- for status, condition in refusals.items() %}
            when {{ condition }} then '{{ status }}'
            {%- endfor %}
            else 'linked'
        end as status,
        {% for status, condition in refusals.items() -%}
        case when {{ condition }} then ';{{ status }}' else '' end{{ ' ||' if not loop.last }}
        {% endfor %} as listed_statuses,
        -- only a rate that may be split at the start has two halves
        has_series
        and not is_measure_unknown
        and not is_distribution
        and not is_score
        and not is_start_unknown
        and not is_coarsely_dated as is_split
    from joined
),

rated as (
    select
        judged.*,
        is_split and stratum_dimension <> 'all' and stratum <> 'unknown' as is_group,
        case when is_split and denominator_before > 0 then multiplier * numerator_before / denominator_before end
            as value_before,
        case when is_split and denominator_after > 0 then multiplier * numerator_after / denominator_after end
            as value_after
    from judged
),

{% set links = [
    'project_key', 'measure_id', 'organisation_code', 'organisation_view', 'period_kind', 'population', 'adjustment',
] %}
-- all groups of one dimension together, where each shows the same periods and none is hidden
families as (
    select
        {{ links | join(', ') }},
        stratum_dimension,
        stratum_scheme,
        {% for half in ('before', 'after') -%}
        sum(case when stratum <> 'unknown' then numerator_{{ half }} end) as known_numerator_{{ half }},
        sum(case when stratum <> 'unknown' then denominator_{{ half }} end) as known_denominator_{{ half }},
        sum(numerator_{{ half }}) as total_numerator_{{ half }},
        sum(denominator_{{ half }}) as total_denominator_{{ half }},
        count(case when stratum <> 'unknown' then 1 end) >= 2
        and min(case when stratum <> 'unknown' then points_{{ half }} end)
        = max(case when stratum <> 'unknown' then points_{{ half }} end)
        and sum(case when stratum <> 'unknown' then hidden_{{ half }} else 0 end) = 0 as is_complete_{{ half }},
        sum(hidden_{{ half }}) = 0 and min(points_{{ half }}) = max(points_{{ half }}) as is_whole_{{ half }},
        {% endfor -%}
        max(multiplier) as multiplier
    from rated
    where is_split and stratum_dimension <> 'all'
    group by {{ links | join(', ') }}, stratum_dimension, stratum_scheme
),

everybody as (
    select * from rated
    where is_split and stratum_dimension = 'all'
),

compared as (
    select
        rated.*,
        {% for half in ('before', 'after') -%}
        case
            when
                rated.is_group
                and families.is_complete_{{ half }}
                and families.known_denominator_{{ half }} > rated.denominator_{{ half }}
                then
                    rated.value_{{ half }}
                    - rated.multiplier * (families.known_numerator_{{ half }} - rated.numerator_{{ half }})
                    / (families.known_denominator_{{ half }} - rated.denominator_{{ half }})
        end as difference_from_others_{{ half }},
        {% endfor -%}
        -- the published total where it shows the same periods, else the sum of all groups
        case
            when not rated.is_split then 'none'
            when rated.stratum_dimension = 'all' then 'published_total'
            when rated.points_before = everybody.points_before and rated.points_after = everybody.points_after
                then 'published_total'
            when
                families.is_complete_before
                and families.is_complete_after
                and families.is_whole_before
                and families.is_whole_after
                then 'sum_of_strata'
            else 'none'
        end as overall_basis,
        everybody.value_before as total_before,
        everybody.value_after as total_after,
        case
            when families.total_denominator_before > 0
                then rated.multiplier * families.total_numerator_before / families.total_denominator_before
        end as summed_before,
        case
            when families.total_denominator_after > 0
                then rated.multiplier * families.total_numerator_after / families.total_denominator_after
        end as summed_after,
        case
            when not rated.is_group or rated.direction = 'none' then null
            when rated.direction = 'higher' then rated.value_after - rated.value_before < -rated.margin_overall
            when rated.direction = 'lower' then rated.value_after - rated.value_before > rated.margin_overall
        end as group_worse
    from rated
    left join families
        on
            {{ matching('rated', 'families', links) }}
            and rated.stratum_dimension = families.stratum_dimension
            and rated.stratum_scheme = families.stratum_scheme
    left join everybody
        on {{ matching('rated', 'everybody', links) }}
),

overall as (
    select
        compared.*,
        case overall_basis when 'published_total' then total_before when 'sum_of_strata' then summed_before end
            as overall_before,
        case overall_basis when 'published_total' then total_after when 'sum_of_strata' then summed_after end
            as overall_after,
        bool_or(group_worse) over (partition by {{ links | join(', ') }}) as any_group_worse
    from compared
)

select
    project_key,
    measure_id,
    organisation_code,
    organisation_view,
    coalesce(period_kind, 'none') as period_kind,
    coalesce(population, 'none') as population,
    coalesce(stratum_dimension, 'none') as stratum_dimension,
    coalesce(stratum, 'none') as stratum,
    coalesce(stratum_scheme, 'none') as stratum_scheme,
    coalesce(adjustment, 'none') as adjustment,
    coalesce(observation_kind, 'none') as observation_kind,
    series_organisation_code,
    link_basis,
    measure_role,
    is_primary,
    publication,
    direction,
    unit,
    date_role,
    before_until,
    after_from,
    first_period_start,
    last_period_end,
    case when is_split then points_before end as points_before,
    case when is_split then points_after end as points_after,
    coalesce(points_without_value, 0) as points_without_value,
    case when is_split then numerator_before end as numerator_before,
    case when is_split then denominator_before end as denominator_before,
    value_before,
    case when is_split then numerator_after end as numerator_after,
    case when is_split then denominator_after end as denominator_after,
    value_after,
    value_after - value_before as change,
    -- without what arithmetic leaves behind the tenth digit
    round(difference_from_others_before, 10) as difference_from_others_before,
    round(difference_from_others_after, 10) as difference_from_others_after,
    round(difference_from_others_after - difference_from_others_before, 10) as difference_from_others_change,
    round(overall_before, 10) as overall_before,
    round(overall_after, 10) as overall_after,
    round(overall_after - overall_before, 10) as overall_change,
    overall_basis,
    group_worse,
    any_group_worse,
    round(reach_share, 2) as reach_share,
    reach_basis,
    logged_comparators,
    unlogged_comparators,
    overlapping_projects,
    status,
    case when status = 'linked' then 'linked' else substr(listed_statuses, 2) end as statuses,
    'association' as claim,
    is_synthetic
from overall
