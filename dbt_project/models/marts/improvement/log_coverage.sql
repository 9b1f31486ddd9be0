with declared as (select * from {{ ref('int_qi_registers__declared') }}),

traced as (select * from {{ ref('int_qi_projects__versioned') }}),

exposures as (select * from {{ ref('int_qi_sites__exposed') }}),

captured as (select * from {{ ref('int_qi_registers__captured') }}),

months as (select * from {{ ref('int_months__counted') }}),

received as (
    select
        register,
        max(seen_on) as seen_on
    from traced
    group by register
),

declared_registers as (select distinct register from declared),

horizon as (
    select coalesce(logged.seen_on, declarations.seen_on) as seen_on
    from (select max(horizon_on) as seen_on from exposures) as logged
    cross join (select max(coalesce(received_on, covers_to)) as seen_on from declared) as declarations
),

active as (
    select
        exposures.register,
        exposures.organisation_code,
        months.month_start,
        count(distinct exposures.project_key) as logged_projects,
        bool_or(exposures.is_synthetic) as is_synthetic
    from exposures
    inner join months
        on exposures.started_on < months.next_month_start and exposures.active_until >= months.month_start
    group by exposures.register, exposures.organisation_code, months.month_start
),

-- a month counts as received only when the declaration covers it whole and the log came in after it
declared_months as (
    select
        declared.register,
        declared.organisation_code,
        months.month_start,
        max(
            case
                when
                    received.register is not null
                    and declared.covers_from <= months.month_start
                    and (
                        declared.covers_to is null
                        or months.next_month_start <= {{ dbt.dateadd('day', 1, 'declared.covers_to') }}
                    )
                    and months.next_month_start
                    <= {{ dbt.dateadd('day', 1, 'coalesce(declared.received_on, received.seen_on)') }}
                    then 1
                else 0
            end
        ) as is_received,
        sum(declared.expected_projects_per_year) / 12.0 as expected_projects,
        min(declared.expected_basis) as expected_basis,
        case
            when max(case when declared.clinical_topics = 'all' then 1 else 0 end) = 1 then 'all'
            else {{ words_together('declared.clinical_topics') }}
        end as clinical_topics,
        max(declared.staff_wte) as staff_wte,
        bool_or(declared.is_synthetic) as is_synthetic
    from declared
    inner join months
        on
            declared.covers_from < months.next_month_start
            and (declared.covers_to is null or declared.covers_to >= months.month_start)
    cross join horizon
    left join received on declared.register = received.register
    where months.month_start <= horizon.seen_on
    group by declared.register, declared.organisation_code, months.month_start
),

-- a register that nobody declared covers what it names, from the first to the last date, and no more than that
spans as (
    select
        exposures.register,
        exposures.organisation_code,
        min(exposures.started_on) as first_day,
        max(exposures.active_until) as last_day,
        bool_or(exposures.is_synthetic) as is_synthetic
    from exposures
    left join declared_registers on exposures.register = declared_registers.register
    where declared_registers.register is null
    group by exposures.register, exposures.organisation_code
),

covered as (
    select
        register,
        organisation_code,
        month_start,
        case when is_received = 1 then 'received' else 'declared_only' end as coverage,
        expected_projects,
        expected_basis,
        clinical_topics,
        staff_wte,
        is_synthetic
    from declared_months
    union all
    select
        spans.register,
        spans.organisation_code,
        months.month_start,
        'inferred' as coverage,
        cast(null as double) as expected_projects,
        cast(null as string) as expected_basis,
        cast(null as string) as clinical_topics,
        cast(null as double) as staff_wte,
        spans.is_synthetic
    from spans
    inner join months on spans.first_day < months.next_month_start and spans.last_day >= months.month_start
    union all
    select
        active.register,
        active.organisation_code,
        active.month_start,
        'none' as coverage,
        cast(null as double) as expected_projects,
        cast(null as string) as expected_basis,
        cast(null as string) as clinical_topics,
        cast(null as double) as staff_wte,
        active.is_synthetic
    from active
    inner join declared_registers on active.register = declared_registers.register
    left join declared_months
        on {{ matching('active', 'declared_months', ['register', 'organisation_code', 'month_start']) }}
    where declared_months.register is null
)

select
    covered.register,
    covered.organisation_code,
    covered.month_start,
    covered.coverage,
    covered.coverage = 'received' as is_control_licensed,
    coalesce(active.logged_projects, 0) as logged_projects,
    cast(covered.expected_projects as double) as expected_projects,
    covered.expected_basis,
    covered.clinical_topics,
    cast(covered.staff_wte as double) as staff_wte,
    cast(captured.estimated_projects as double) as estimated_projects,
    cast(captured.captured_share as double) as captured_share,
    captured.other_register as estimated_with_register,
    covered.is_synthetic or coalesce(active.is_synthetic, false) as is_synthetic
from covered
left join active on {{ matching('covered', 'active', ['register', 'organisation_code', 'month_start']) }}
left join captured
    on covered.register = captured.register and covered.organisation_code = captured.organisation_code
