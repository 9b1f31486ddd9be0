{% set series = ['measure_id', 'stratum_dimension', 'stratum_scheme', 'population', 'adjustment', 'period_kind'] %}
{% set unit = series + ['organisation_scheme', 'organisation_code'] %}
{% set comparison = unit + ['period_start', 'period_end'] %}
{% set contrast = ['contrast', 'group_stratum'] %}
{% set sides = ['group', 'comparator'] %}
{% set moments = ['before', 'after'] %}
with sums as (select * from {{ ref('int_contrasts__summed') }}),

measures as (select * from {{ ref('int_measures__known') }}),

breaks as (select * from {{ ref('breaks') }}),

versions as (select * from {{ ref('int_organisations__versioned') }}),

current_codes as (select * from {{ ref('int_organisations__current') }}),

unit_periods as (
    select distinct
        {{ comparison | join(', ') }},
        organisation_level
    from sums
    where organisation_level in ('england', 'icb')
),

-- the newest period of the same series that ended before this one began: windows that overlap are not compared
ended_before as (
    select
        {{ qualified('later', comparison) }},
        max(earlier.period_end) as before_end
    from unit_periods as later
    inner join unit_periods as earlier
        on {{ matching('later', 'earlier', unit) }} and later.period_start > earlier.period_end
    group by {{ qualified('later', comparison) }}
),

same_scheme as (
    select
        {{ qualified('ended_before', comparison) }},
        max(earlier.period_start) as before_start,
        max(earlier.period_end) as before_end
    from ended_before
    inner join unit_periods as earlier
        on {{ matching('ended_before', 'earlier', unit) }} and ended_before.before_end = earlier.period_end
    group by {{ qualified('ended_before', comparison) }}
),

scheme_ends as (
    select
        {{ unit | join(', ') }},
        max(period_start) as before_start,
        max(period_end) as before_end
    from unit_periods
    group by {{ unit | join(', ') }}
),

-- a series that begins where one of the same dimension in other groups has ended
other_scheme as (
    select
        {{ qualified('unit_periods', comparison) }},
        max(scheme_ends.before_start) as before_start,
        max(scheme_ends.before_end) as before_end
    from unit_periods
    left join ended_before on {{ matching('unit_periods', 'ended_before', comparison) }}
    inner join scheme_ends
        on
            {{ matching('unit_periods', 'scheme_ends', unit | reject('equalto', 'stratum_scheme') | list) }}
            and unit_periods.stratum_scheme <> scheme_ends.stratum_scheme
            and unit_periods.period_start > scheme_ends.before_end
    where ended_before.before_end is null
    group by {{ qualified('unit_periods', comparison) }}
),

comparisons as (
    select
        *,
        true as has_one_scheme
    from same_scheme
    union all
    select
        *,
        false as has_one_scheme
    from other_scheme
),

-- the gap of the unit itself, as outcome_inequalities has it
unit_contrasts as (
    select
        {{ qualified('comparisons', comparison) }},
        comparisons.before_start,
        comparisons.before_end,
        comparisons.has_one_scheme,
        later.organisation_level,
        later.organisation_name,
        later.stratum_basis,
        later.contrast,
        later.group_stratum,
        later.comparator_stratum,
        later.strata_needed,
        later.dataset,
        later.is_synthetic or coalesce(earlier.is_synthetic, false) as is_synthetic,
        earlier.state as before_state,
        later.state as after_state,
        {% for side in sides -%}
        earlier.{{ side }}_numerator as {{ side }}_numerator_before,
        earlier.{{ side }}_denominator as {{ side }}_denominator_before,
        later.{{ side }}_numerator as {{ side }}_numerator_after,
        later.{{ side }}_denominator as {{ side }}_denominator_after,
        {% endfor -%}
        -- each group of an unordered dimension is a row: the groups are the same when every row finds its own
        case
            when later.contrast = 'group_v_rest'
                then
                    later.strata_needed = earlier.strata_needed
                    and later.strata_needed = count(earlier.group_stratum) over (
                        partition by {{ qualified('comparisons', comparison) }}, later.contrast
                    )
            else earlier.group_stratum is not null
        end as has_same_groups
    from comparisons
    inner join sums as later on {{ matching('comparisons', 'later', comparison) }}
    left join sums as earlier
        on
            {{ matching('comparisons', 'earlier', unit) }}
            and comparisons.before_start = earlier.period_start
            and comparisons.before_end = earlier.period_end
            and comparisons.has_one_scheme
            and {{ matching('later', 'earlier', contrast) }}
    where later.organisation_level in ('england', 'icb')
),

moments as (
    select
        {{ comparison | join(', ') }},
        'before' as moment,
        before_start as moment_start,
        before_end as moment_end
    from comparisons
    where has_one_scheme
    union all
    select
        {{ comparison | join(', ') }},
        'after' as moment,
        period_start as moment_start,
        period_end as moment_end
    from comparisons
    where has_one_scheme
),

-- the board of a provider, practice or part of a board, as its register says on the last day of the later period
boards as (
    select distinct
        bodies.organisation_scheme,
        bodies.organisation_code,
        bodies.organisation_level,
        days.period_end,
        coalesce(current_codes.current_code, versions.icb_code) as icb_code
    from (
        select distinct
            organisation_scheme,
            organisation_code,
            organisation_level
        from sums
        where organisation_level not in ('england', 'region', 'icb')
    ) as bodies
    cross join (select distinct period_end from comparisons) as days
    inner join versions
        on
            bodies.organisation_scheme = versions.organisation_scheme
            and bodies.organisation_code = versions.organisation_code
            and days.period_end between versions.found_from and versions.found_to
    left join current_codes
        on versions.icb_code = current_codes.organisation_code and current_codes.organisation_scheme = 'ods'
    where versions.icb_code is not null
),

members as (
    select
        {{ qualified('moments', comparison) }},
        moments.moment,
        parts.organisation_level as constituent_level,
        parts.organisation_scheme as constituent_scheme,
        parts.organisation_code as constituent_code,
        {{ qualified('parts', contrast) }},
        parts.state,
        parts.strata_needed,
        parts.rounding,
        parts.group_numerator,
        parts.group_denominator,
        parts.comparator_numerator,
        parts.comparator_denominator
    from moments
    inner join sums as parts
        on
            {{ matching('moments', 'parts', series) }}
            and moments.moment_start = parts.period_start
            and moments.moment_end = parts.period_end
            and parts.organisation_level <> 'england'
    left join boards
        on
            parts.organisation_scheme = boards.organisation_scheme
            and parts.organisation_code = boards.organisation_code
            and parts.organisation_level = boards.organisation_level
            and moments.period_end = boards.period_end
    where
        moments.organisation_code = 'E92000001'
        or (moments.organisation_scheme = 'ods' and moments.organisation_code = boards.icb_code)
),

constituents as (
    select
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level,
        constituent_scheme,
        constituent_code,
        min(rounding) as smallest_rounding,
        max(rounding) as largest_rounding,
        count(distinct moment) as periods,
        count(*) as rows_found,
        min(strata_needed) as fewest_strata,
        max(strata_needed) as most_strata,
        sum(case when state = 'suppressed' then 1 else 0 end) as suppressed_periods,
        sum(case when state = 'missing' then 1 else 0 end) as missing_periods
        {%- for side in sides %}{% for moment in moments %},
        sum(case when moment = '{{ moment }}' then {{ side }}_numerator end)
            / nullif(sum(case when moment = '{{ moment }}' then {{ side }}_denominator end), 0)
            as {{ side }}_rate_{{ moment }},
        sum(case when moment = '{{ moment }}' then {{ side }}_denominator end) as {{ side }}_people_{{ moment }}
        {%- endfor %}{% endfor %}
    from members
    group by
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level,
        constituent_scheme,
        constituent_code
),

breaks_between as (
    select distinct
        {{ qualified('comparisons', comparison) }},
        breaks.organisation_codes
    from comparisons
    inner join breaks
        on
            comparisons.measure_id = breaks.measure_id
            and breaks.handling in ('split', 'splice_refused')
            and (
                coalesce(breaks.stratum_dimensions, '') = ''
                or {{ is_listed('comparisons.stratum_dimension', 'breaks.stratum_dimensions') }}
            )
            and (
                (breaks.starts_on > comparisons.before_start and breaks.starts_on <= comparisons.period_end)
                or (breaks.ends_on >= comparisons.before_start and breaks.ends_on < comparisons.period_end)
            )
),

broken_units as (
    select distinct {{ comparison | join(', ') }}
    from breaks_between
    where
        coalesce(organisation_codes, '') = ''
        or {{ is_listed('organisation_code', 'organisation_codes') }}
),

broken_constituents as (
    select distinct
        {{ qualified('constituents', comparison) }},
        constituents.constituent_code
    from constituents
    inner join breaks_between
        on
            {{ matching('constituents', 'breaks_between', comparison) }}
            and {{ is_listed('constituents.constituent_code', 'breaks_between.organisation_codes') }}
),

masked_units as (
    select distinct {{ qualified('comparisons', comparison) }}
    from comparisons
    inner join breaks
        on
            comparisons.measure_id = breaks.measure_id
            and breaks.handling = 'mask'
            and (
                coalesce(breaks.stratum_dimensions, '') = ''
                or {{ is_listed('comparisons.stratum_dimension', 'breaks.stratum_dimensions') }}
            )
            and (
                coalesce(breaks.organisation_codes, '') = ''
                or {{ is_listed('comparisons.organisation_code', 'breaks.organisation_codes') }}
            )
            and breaks.starts_on <= comparisons.period_end
            and coalesce(breaks.ends_on, breaks.starts_on) >= comparisons.before_start
            and (
                breaks.starts_on <= comparisons.before_end
                or coalesce(breaks.ends_on, breaks.starts_on) >= comparisons.period_start
            )
),

-- a constituent counts when all that the contrast needs is shown in both periods
states as (
    select
        constituents.*,
        case
            when broken_constituents.constituent_code is not null then 'break'
            when constituents.suppressed_periods > 0 then 'suppressed'
            when constituents.periods < 2 then 'one_period'
            when constituents.missing_periods > 0 then 'missing'
            when
                constituents.rows_found <> 2
                or constituents.fewest_strata <> unit_contrasts.strata_needed
                or constituents.most_strata <> unit_contrasts.strata_needed
                then 'missing'
            else 'used'
        end as state
    from constituents
    inner join unit_contrasts
        on
            {{ matching('constituents', 'unit_contrasts', comparison) }}
            and {{ matching('constituents', 'unit_contrasts', contrast) }}
    left join broken_constituents
        on
            {{ matching('constituents', 'broken_constituents', comparison) }}
            and constituents.constituent_code = broken_constituents.constituent_code
),

pooled as (
    select
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level,
        count(*) as constituents_known
        {%- for state in ['used', 'suppressed', 'missing', 'one_period', 'break'] %},
        sum(case when state = '{{ state }}' then 1 else 0 end) as constituents_{{ state }}
        {%- endfor %},
        min(case when state = 'used' then smallest_rounding end) as smallest_rounding,
        max(case when state = 'used' then largest_rounding end) as largest_rounding
        {%- for side in sides %}{% for moment in moments %},
        sum(case when state = 'used' then {{ side }}_people_{{ moment }} end) as {{ side }}_people_{{ moment }}
        {%- endfor %}{% endfor %}
    from states
    group by
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level
),

shares as (
    select
        {{ qualified('states', comparison) }},
        {{ qualified('states', contrast) }},
        states.constituent_level
        {%- for moment, number in [('before', 0), ('after', 1)] %},
        states.group_people_{{ moment }} / pooled.group_people_{{ moment }} as wa{{ number }},
        states.comparator_people_{{ moment }} / pooled.comparator_people_{{ moment }} as wb{{ number }},
        states.group_rate_{{ moment }} as ra{{ number }},
        states.comparator_rate_{{ moment }} as rb{{ number }}
        {%- endfor %}
    from states
    inner join pooled
        on
            {{ matching('states', 'pooled', comparison) }}
            and {{ matching('states', 'pooled', contrast) }}
            and states.constituent_level = pooled.constituent_level
    where states.state = 'used'
),

{% set before = ['wa0', 'wb0', 'ra0', 'rb0'] %}
{% set after = ['wa1', 'wb1', 'ra1', 'rb1'] %}
split as (
    select
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level,
        sum(wa0 * ra0 - wb0 * rb0) as pooled_gap_before,
        sum(wa1 * ra1 - wb1 * rb1) as pooled_gap_after,
        sum({{ gap_within_units(*before) }}) as within_gap_before,
        sum({{ gap_between_units(*before) }}) as between_gap_before,
        sum({{ gap_within_units(*after) }}) as within_gap_after,
        sum({{ gap_between_units(*after) }}) as between_gap_after,
        sum({{ change_within_units(*(before + after)) }}) as within_change,
        sum({{ change_between_units(*(before + after)) }}) as between_change,
        sum({{ change_by_unequal_units(*(before + after)) }}) as composition_of_within_change,
        sum({{ change_by_sorting(*(before + after)) }}) as composition_of_between_change
    from shares
    group by
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level
),

measured as (
    select
        unit_contrasts.*,
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
            / unit_contrasts.{{ side }}_denominator_{{ moment }}{{ "," if not (loop.last and side == 'comparator') }}
            {%- endfor %}{% endfor %}
        ) as {{ which }}_coverage,
        {% endfor -%}
        {% for moment in moments -%}
        unit_contrasts.group_numerator_{{ moment }} / unit_contrasts.group_denominator_{{ moment }}
        - unit_contrasts.comparator_numerator_{{ moment }} / unit_contrasts.comparator_denominator_{{ moment }}
            as gap_{{ moment }},
        {% endfor -%}
        split.pooled_gap_before,
        split.pooled_gap_after,
        split.within_gap_before,
        split.between_gap_before,
        split.within_gap_after,
        split.between_gap_after,
        split.within_change,
        split.between_change,
        split.composition_of_within_change,
        split.composition_of_between_change,
        masked_units.measure_id is not null as is_masked,
        broken_units.measure_id is not null as has_break
    from unit_contrasts
    inner join measures on unit_contrasts.measure_id = measures.measure_id
    left join pooled
        on
            {{ matching('unit_contrasts', 'pooled', comparison) }}
            and {{ matching('unit_contrasts', 'pooled', contrast) }}
    left join split
        on
            {{ matching('pooled', 'split', comparison) }}
            and {{ matching('pooled', 'split', contrast) }}
            and pooled.constituent_level = split.constituent_level
    left join masked_units on {{ matching('unit_contrasts', 'masked_units', comparison) }}
    left join broken_units on {{ matching('unit_contrasts', 'broken_units', comparison) }}
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
    case when constituents_known > 0 then floor(100 * least_coverage) end as coverage_pct,
    cast(constituents_used as bigint) as constituents_used,
    cast(constituents_suppressed as bigint) as constituents_suppressed,
    cast(constituents_missing as bigint) as constituents_missing,
    cast(constituents_one_period as bigint) as constituents_in_one_period,
    cast(constituents_break as bigint) as constituents_with_break,
    case when status = 'computed' then rounding end as rounding,
    is_masked,
    case when status = 'computed' then 'kitagawa 1955, means of both periods and groups as weights' else 'none' end as method,
    status,
    dataset,
    is_synthetic
from judged
