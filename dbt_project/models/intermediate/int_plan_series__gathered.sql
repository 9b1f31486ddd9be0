-- series for which a team may plan: bodies that run projects, codes as now, everybody of the measure
with outcomes as (
    select * from {{ ref('outcome_trends') }}
    where
        organisation_view = 'as_now'
        and population = 'all'
        and stratum_dimension = 'all'
        and organisation_level in ('provider', 'icb', 'sub_icb', 'local_authority')
        and value is not null
        and period_kind <> 'rolling'
),

gaps as (
    select * from {{ ref('outcome_inequalities') }}
    where
        organisation_view = 'as_now'
        and population = 'all'
        and organisation_level in ('provider', 'icb', 'sub_icb', 'local_authority')
        and contrast in ('most_v_least_deprived', 'group_v_rest')
        and comparator_stratum <> 'all other shown groups'
        and gap is not null
        and period_kind <> 'rolling'
)

select
    measure_id,
    organisation_scheme,
    organisation_code,
    'all' as stratum_dimension,
    'none' as stratum_scheme,
    'all' as group_stratum,
    adjustment,
    period_kind,
    period_start,
    period_end,
    value
from outcomes
union all
select
    measure_id,
    organisation_scheme,
    organisation_code,
    stratum_dimension,
    stratum_scheme,
    disadvantaged_stratum as group_stratum,
    adjustment,
    period_kind,
    period_start,
    period_end,
    gap as value
from gaps
