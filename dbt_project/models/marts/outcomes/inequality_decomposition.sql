{% set series = ['measure_id', 'stratum_dimension', 'stratum_scheme', 'population', 'adjustment', 'period_kind'] %}
{% set unit = series + ['organisation_scheme', 'organisation_code'] %}
{% set comparison = unit + ['period_start', 'period_end'] %}
{% set contrast = ['contrast', 'group_stratum'] %}
{% set sides = ['group', 'comparator'] %}
{% set moments = ['before', 'after'] %}
with compared as (select * from {{ ref('int_contrasts__compared') }}),

pooled as (select * from {{ ref('int_constituents__pooled') }}),

measures as (select * from {{ ref('int_measures__known') }}),

measured as (
    select
        compared.*,
        measures.title as measure_title,
        measures.unit,
        measures.multiplier,
        measures.direction,
        coalesce(pooled.constituent_level, 'none') as constituent_level,
        coalesce(pooled.constituents_known, 0) as constituents_known
        {%- for state in ['used', 'suppressed', 'missing', 'one_period', 'break'] %},
        coalesce(pooled.constituents_{{ state }}, 0) as constituents_{{ state }}
        {%- endfor %},
        case when pooled.smallest_rounding = pooled.largest_rounding then pooled.largest_rounding else 'mixed' end
            as rounding,
        {% for which in ['least', 'greatest'] -%}
        {{ which }}(
            {%- for side in sides %}{% for moment in moments %}
            coalesce(pooled.{{ side }}_people_{{ moment }}, 0)
            / compared.{{ side }}_denominator_{{ moment }}{{ "," if not (loop.last and side == 'comparator') }}
            {%- endfor %}{% endfor %}
        ) as {{ which }}_coverage,
        {% endfor -%}
        {% for moment in moments -%}
        compared.group_numerator_{{ moment }} / compared.group_denominator_{{ moment }}
        - compared.comparator_numerator_{{ moment }} / compared.comparator_denominator_{{ moment }}
            as gap_{{ moment }},
        {% endfor -%}
        pooled.pooled_gap_before,
        pooled.pooled_gap_after,
        pooled.within_gap_before,
        pooled.between_gap_before,
        pooled.within_gap_after,
        pooled.between_gap_after,
        pooled.within_change,
        pooled.between_change,
        pooled.composition_of_within_change,
        pooled.composition_of_between_change
    from compared
    inner join measures on compared.measure_id = measures.measure_id
    left join pooled
        on
            {{ matching('compared', 'pooled', comparison) }}
            and {{ matching('compared', 'pooled', contrast) }}
),

judged as (
    select
        *,
        case
            when not has_one_scheme then 'not_computed:scheme_changed'
            when stratum_basis = 'organisation_profile' then 'not_computed:stratum_not_within_unit'
            when adjustment <> 'crude' then 'not_computed:adjusted_rates'
            when has_break then 'not_computed:break_between'
            when not has_same_groups then 'not_computed:groups_changed'
            when 'suppressed' in (before_state, after_state) then 'not_computed:suppressed_stratum'
            when 'missing' in (before_state, after_state) then 'not_computed:missing_stratum'
            when constituents_known = 0 then 'not_computed:no_constituent_known'
            when least_coverage < {{ var('decomposition_minimum_coverage') }} then 'not_computed:coverage_too_low'
            when greatest_coverage > 1 / {{ var('decomposition_minimum_coverage') }}
                then 'not_computed:constituents_exceed_unit'
            when constituents_used < 2 then 'not_computed:one_constituent'
            else 'computed'
        end as status
    from measured
)

select
    measure_id,
    measure_title,
    unit,
    direction,
    organisation_code,
    organisation_scheme,
    organisation_name,
    organisation_level,
    'as_now' as organisation_view,
    constituent_level,
    before_start as period_before_start,
    before_end as period_before_end,
    period_start,
    period_end,
    period_kind,
    population,
    adjustment,
    stratum_dimension,
    stratum_scheme,
    stratum_basis,
    contrast,
    group_stratum as disadvantaged_stratum,
    comparator_stratum,
    multiplier * gap_before as gap_before,
    multiplier * gap_after as gap_after,
    multiplier * (gap_after - gap_before) as gap_change
    {%- for part in [
        'within_gap_before', 'between_gap_before', 'within_gap_after', 'between_gap_after', 'within_change',
        'between_change', 'composition_of_within_change', 'composition_of_between_change',
    ] %},
    case when status = 'computed' then multiplier * {{ part }} end as {{ part }}
    {%- endfor %},
    case
        when status = 'computed' then multiplier * (composition_of_within_change + composition_of_between_change)
    end as composition_change,
    case when status = 'computed' then multiplier * (pooled_gap_after - pooled_gap_before) end as pooled_gap_change,
    case
        when status = 'computed'
            then multiplier * ((gap_after - gap_before) - (pooled_gap_after - pooled_gap_before))
    end as residual_change,
    -- whole percents: a finer share would give the size of what is left out
    case
        when constituents_known > 0 and before_state = 'shown' and after_state = 'shown'
            then cast(floor(100 * least_coverage + 1e-9) as double)
    end as coverage_pct,
    cast(constituents_used as bigint) as constituents_used,
    cast(constituents_suppressed as bigint) as constituents_suppressed,
    cast(constituents_missing as bigint) as constituents_missing,
    cast(constituents_one_period as bigint) as constituents_in_one_period,
    cast(constituents_break as bigint) as constituents_with_break,
    case when status = 'computed' then rounding end as rounding,
    is_masked,
    case
        when status = 'computed' then 'kitagawa 1955, means of both periods and groups as weights' else 'none'
    end as method,
    status,
    dataset,
    is_synthetic
from judged
