{% set series = ['measure_id', 'stratum_dimension', 'stratum_scheme', 'population', 'adjustment', 'period_kind'] %}
{% set unit = series + ['organisation_scheme', 'organisation_code'] %}
{% set comparison = unit + ['period_start', 'period_end'] %}
{% set contrast = ['contrast', 'group_stratum'] %}
{% set sides = ['group', 'comparator'] %}
{% set moments = ['before', 'after'] %}
with sums as (select * from {{ ref('int_contrasts__summed') }}),

breaks as (select * from {{ ref('breaks') }}),

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

concerned as (
    select
        {{ qualified('comparisons', comparison) }},
        bool_or({{ is_series_break('breaks', 'comparisons') }}) as has_break,
        bool_or({{ is_masked_by('breaks', 'comparisons') }}) as is_masked
    from comparisons
    inner join breaks
        on
            comparisons.measure_id = breaks.measure_id
            and {{ concerns_dimension('breaks', 'comparisons.stratum_dimension') }}
            and (
                coalesce(breaks.organisation_codes, '') = ''
                or {{ is_listed('comparisons.organisation_code', 'breaks.organisation_codes') }}
            )
    group by {{ qualified('comparisons', comparison) }}
)

select
    {{ qualified('comparisons', comparison) }},
    comparisons.before_start,
    comparisons.before_end,
    comparisons.has_one_scheme,
    coalesce(concerned.has_break, false) as has_break,
    coalesce(concerned.is_masked, false) as is_masked,
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
left join concerned on {{ matching('comparisons', 'concerned', comparison) }}
inner join sums as later on {{ matching('comparisons', 'later', comparison) }}
left join sums as earlier
    on
        {{ matching('comparisons', 'earlier', unit) }}
        and comparisons.before_start = earlier.period_start
        and comparisons.before_end = earlier.period_end
        and comparisons.has_one_scheme
        and {{ matching('later', 'earlier', contrast) }}
where later.organisation_level in ('england', 'icb')
