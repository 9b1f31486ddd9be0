{% set body = ['measure_id', 'organisation_scheme', 'organisation_code'] %}
{% set series = body + ['stratum_dimension', 'stratum_scheme', 'adjustment', 'period_kind'] %}
with trends as (
    select * from {{ ref('outcome_trends') }}
    where
        organisation_view = 'as_now'
        and population = 'all'
        and organisation_level in ('provider', 'icb', 'sub_icb', 'local_authority')
),

listed as (
    select
        {{ series | join(', ') }},
        max(observation_kind) as observation_kind,
        max(stratum_basis) as stratum_basis,
        max(organisation_level) as organisation_level,
        max(organisation_name) as organisation_name,
        max(dataset) as dataset,
        bool_or(is_synthetic) as is_synthetic,
        max(case when value_status = 'value' then period_end end) as baseline_to,
        count(distinct period_end) as periods,
        count(distinct stratum) as strata
    from trends
    group by {{ series | join(', ') }}
),

-- a dimension may have been published in several ways: of those that go on, the one with the fewest and largest groups
ranked as (
    select
        *,
        row_number() over (
            partition by {{ body | join(', ') }}, stratum_dimension
            order by baseline_to desc, strata, periods desc, stratum_scheme, adjustment, period_kind
        ) as place
    from listed
    where baseline_to is not null
),

chosen as (
    select
        *,
        case when period_kind in ('month', 'quarter') then -11 else 0 end as baseline_months
    from ranked
    where place = 1
)

-- twelve months of a monthly or quarterly series, else its newest period
select
    {{ qualified('chosen', series) }},
    trends.stratum,
    max(chosen.observation_kind) as observation_kind,
    max(chosen.stratum_basis) as stratum_basis,
    max(chosen.organisation_level) as organisation_level,
    max(chosen.organisation_name) as organisation_name,
    max(chosen.dataset) as dataset,
    bool_or(chosen.is_synthetic) as is_synthetic,
    max(chosen.baseline_to) as baseline_to,
    max(trends.stratum_order) as stratum_order,
    min(trends.period_start) as baseline_from,
    count(*) as baseline_periods,
    count(case when trends.value_status <> 'value' then 1 end) as hidden_periods,
    sum(trends.numerator) as numerator,
    sum(trends.denominator) as denominator,
    max(case when trends.period_end = chosen.baseline_to then trends.value end) as newest_value
from chosen
inner join trends on {{ matching('chosen', 'trends', series) }}
where
    trends.period_end = chosen.baseline_to
    or (
        chosen.baseline_months < 0
        and trends.period_end <= chosen.baseline_to
        and trends.period_start >= {{ dbt.dateadd(
            'month', 'chosen.baseline_months', dbt.date_trunc('month', 'chosen.baseline_to')
        ) }}
    )
group by {{ qualified('chosen', series) }}, trends.stratum
