{% set series = ['measure_id', 'stratum_dimension', 'stratum_scheme', 'population', 'adjustment', 'period_kind'] %}
{% set unit = series + ['organisation_scheme', 'organisation_code'] %}
{% set comparison = unit + ['period_start', 'period_end'] %}
{% set contrast = ['contrast', 'group_stratum'] %}
{% set sides = ['group', 'comparator'] %}
{% set moments = ['before', 'after'] %}
with sums as (select * from {{ ref('int_contrasts__summed') }}),

compared as (select * from {{ ref('int_contrasts__compared') }}),

breaks as (select * from {{ ref('breaks') }}),

versions as (select * from {{ ref('int_organisations__versioned') }}),

current_codes as (select * from {{ ref('int_organisations__current') }}),

comparisons as (
    select distinct
        {{ comparison | join(', ') }},
        before_start,
        before_end
    from compared
    where has_one_scheme
),

moments as (
    select
        {{ comparison | join(', ') }},
        'before' as moment,
        before_start as moment_start,
        before_end as moment_end
    from comparisons
    union all
    select
        {{ comparison | join(', ') }},
        'after' as moment,
        period_start as moment_start,
        period_end as moment_end
    from comparisons
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
        {% for side in sides -%}{% for moment in moments -%}
        sum(case when moment = '{{ moment }}' then {{ side }}_numerator end) as {{ side }}_events_{{ moment }},
        sum(case when moment = '{{ moment }}' then {{ side }}_denominator end) as {{ side }}_people_{{ moment }},
        {% endfor %}{% endfor -%}
        sum(case when state = 'missing' then 1 else 0 end) as missing_periods
    from members
    group by
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level,
        constituent_scheme,
        constituent_code
),

broken as (
    select distinct
        {{ qualified('constituents', comparison) }},
        constituents.constituent_code
    from constituents
    inner join comparisons on {{ matching('constituents', 'comparisons', comparison) }}
    inner join breaks
        on
            constituents.measure_id = breaks.measure_id
            and {{ concerns_dimension('breaks', 'constituents.stratum_dimension') }}
            and {{ is_listed('constituents.constituent_code', 'breaks.organisation_codes') }}
            and {{ is_series_break('breaks', 'comparisons') }}
),

-- a constituent counts when all that the contrast needs is shown in both periods
states as (
    select
        constituents.*,
        case
            when broken.constituent_code is not null then 'break'
            when constituents.suppressed_periods > 0 then 'suppressed'
            when constituents.periods < 2 then 'one_period'
            when constituents.missing_periods > 0 then 'missing'
            when
                constituents.rows_found <> 2
                or constituents.fewest_strata <> compared.strata_needed
                or constituents.most_strata <> compared.strata_needed
                then 'missing'
            else 'used'
        end as state
    from constituents
    inner join compared
        on
            {{ matching('constituents', 'compared', comparison) }}
            and {{ matching('constituents', 'compared', contrast) }}
    left join broken
        on
            {{ matching('constituents', 'broken', comparison) }}
            and constituents.constituent_code = broken.constituent_code
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
        {% for moment, number in [('before', 0), ('after', 1)] -%}
        states.group_people_{{ moment }} / pooled.group_people_{{ moment }} as wa{{ number }},
        states.comparator_people_{{ moment }} / pooled.comparator_people_{{ moment }} as wb{{ number }},
        states.group_events_{{ moment }} / states.group_people_{{ moment }} as ra{{ number }},
        states.comparator_events_{{ moment }} / states.comparator_people_{{ moment }} as rb{{ number }},
        {% endfor -%}
        states.constituent_level
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
        {{ steady_sum('wa0 * ra0 - wb0 * rb0') }} as pooled_gap_before,
        {{ steady_sum('wa1 * ra1 - wb1 * rb1') }} as pooled_gap_after,
        {{ steady_sum(gap_within_units(*before)) }} as within_gap_before,
        {{ steady_sum(gap_between_units(*before)) }} as between_gap_before,
        {{ steady_sum(gap_within_units(*after)) }} as within_gap_after,
        {{ steady_sum(gap_between_units(*after)) }} as between_gap_after,
        {{ steady_sum(change_within_units(*(before + after))) }} as within_change,
        {{ steady_sum(change_between_units(*(before + after))) }} as between_change,
        {{ steady_sum(change_by_unequal_units(*(before + after))) }} as composition_of_within_change,
        {{ steady_sum(change_by_sorting(*(before + after))) }} as composition_of_between_change
    from shares
    group by
        {{ comparison | join(', ') }},
        {{ contrast | join(', ') }},
        constituent_level
)

select
    pooled.*,
    split.pooled_gap_before,
    split.pooled_gap_after,
    split.within_gap_before,
    split.between_gap_before,
    split.within_gap_after,
    split.between_gap_after,
    split.within_change,
    split.between_change,
    split.composition_of_within_change,
    split.composition_of_between_change
from pooled
left join split
    on
        {{ matching('pooled', 'split', comparison) }}
        and {{ matching('pooled', 'split', contrast) }}
        and pooled.constituent_level = split.constituent_level
