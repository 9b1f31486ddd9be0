with projects as (select * from {{ ref('int_qi_projects__known') }}),

sites as (select * from {{ ref('int_qi_sites__selected') }}),

outcomes as (select * from {{ ref('outcome_trends') }}),

-- one row per project and organisation, whatever its roles: a second role is no second project
memberships as (
    select
        project_key,
        organisation_code,
        case when count(joined_on) = count(*) then min(joined_on) end as joined_on,
        case when count(left_on) = count(*) then max(left_on) end as left_on,
        bool_or(is_synthetic) as is_synthetic
    from sites
    group by project_key, organisation_code
),

dated as (
    select
        projects.project_key,
        projects.project_group_key,
        projects.register,
        projects.activity_type,
        projects.method,
        projects.targeting,
        projects.clinical_topic,
        projects.end_date_basis,
        projects.ended_on,
        projects.deleted_on,
        coalesce(';' || projects.flags || ';' like '%;date_in_future;%', false) as is_dated_ahead,
        case
            when projects.implemented_on is not null then 'implemented'
            when projects.testing_started_on is not null then 'testing_started'
            else 'registered'
        end as date_role,
        coalesce(projects.implemented_on, projects.testing_started_on, projects.registered_on) as started_on,
        case
            when projects.implemented_on is not null then projects.implemented_precision
            when projects.testing_started_on is not null then projects.testing_started_precision
            else projects.registered_precision
        end as started_precision
    from projects
),

exposures as (
    select
        dated.project_key,
        dated.project_group_key,
        dated.register,
        memberships.organisation_code,
        dated.activity_type,
        dated.method,
        dated.targeting,
        dated.clinical_topic,
        dated.date_role,
        dated.is_dated_ahead,
        greatest(dated.started_on, coalesce(memberships.joined_on, dated.started_on)) as started_on,
        coalesce(dated.started_precision, 'unknown') not in ('day', 'month') as is_coarsely_dated,
        -- what a register no longer names is known until it left, not longer
        nullif(
            least(
                coalesce(dated.ended_on, cast('9999-12-31' as date)),
                coalesce(memberships.left_on, cast('9999-12-31' as date)),
                coalesce(dated.deleted_on, cast('9999-12-31' as date))
            ),
            cast('9999-12-31' as date)
        ) as ended_on,
        dated.end_date_basis,
        memberships.is_synthetic
    from memberships
    inner join dated on memberships.project_key = dated.project_key
    where dated.started_on is not null
),

-- time ends with the newest observation or the newest date known to have happened; a planned end has not
latest_outcome as (
    select max(period_end) as seen_on from outcomes
    where value_status = 'value'
),

latest_log as (
    select
        max(
            case
                when end_date_basis in ('actual', 'imputed_last_activity') and ended_on > started_on then ended_on
                else started_on
            end
        ) as seen_on
    from exposures
    where not is_dated_ahead
),

horizon as (
    select greatest(latest_log.seen_on, coalesce(latest_outcome.seen_on, latest_log.seen_on)) as seen_on
    from latest_log
    cross join latest_outcome
)

-- an ongoing project is cut off at the horizon, not ended by it
select
    exposures.project_key,
    exposures.project_group_key,
    exposures.register,
    exposures.organisation_code,
    exposures.activity_type,
    exposures.method,
    exposures.targeting,
    exposures.clinical_topic,
    exposures.date_role,
    exposures.started_on,
    exposures.ended_on,
    least(coalesce(exposures.ended_on, horizon.seen_on), horizon.seen_on) as active_until,
    exposures.is_coarsely_dated,
    exposures.ended_on is null as is_without_end,
    horizon.seen_on as horizon_on,
    exposures.is_synthetic
from exposures
cross join horizon
where
    exposures.started_on <= horizon.seen_on
    and (exposures.ended_on is null or exposures.ended_on >= exposures.started_on)
