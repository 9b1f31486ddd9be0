with memberships as (
    select
        *,
        -- a comparator was looked at, not exposed
        role <> 'comparator' as is_exposure
    from {{ ref('int_improvement_programmes__selected') }}
),

successions as (select * from {{ ref('int_organisations__succeeded') }}),

-- an organisation that was split has no single successor
successors as (
    select
        old_code,
        count(distinct current_code) as successor_count,
        max(current_code) as current_code
    from successions
    group by old_code
),

-- of several first exposures of one day the one known least exactly counts
ranked_exposures as (
    select
        organisation_code,
        programme,
        joined_on,
        joined_precision,
        row_number() over (
            partition by organisation_code, programme
            order by
                joined_on,
                case joined_precision
                    when 'unknown' then 1
                    when 'financial_year' then 2
                    when 'calendar_year' then 3
                    when 'season' then 4
                    when 'quarter' then 5
                    when 'month' then 6
                    else 7
                end
        ) as place
    from memberships
    where is_exposure and joined_on is not null
),

first_exposures as (
    select * from ranked_exposures
    where place = 1
),

pairs as (
    select
        organisation_code,
        programme,
        bool_or(is_exposure) as is_exposed,
        bool_or(not is_exposure) as is_comparator,
        count(case when is_exposure then 1 end) as exposures,
        count(case when is_exposure and joined_on is null then 1 end) as undated_exposures,
        -- who takes part still has not left
        case
            when count(case when is_exposure and left_on is null then 1 end) = 0
                then max(case when is_exposure then left_on end)
        end as last_left_on,
        min(release_sha256) as release_sha256,
        bool_or(is_synthetic) as is_synthetic
    from memberships
    group by organisation_code, programme
)

select
    pairs.organisation_code,
    pairs.programme,
    case
        when successors.old_code is null then pairs.organisation_code
        when successors.successor_count = 1 then successors.current_code
    end as organisation_code_as_now,
    pairs.is_exposed,
    pairs.is_comparator,
    first_exposures.joined_on as first_exposed_on,
    coalesce(first_exposures.joined_precision, 'unknown') as first_exposed_precision,
    case
        when not pairs.is_exposed then 'not_applicable'
        when first_exposures.joined_on is null then 'missing_at_source'
        else 'value'
    end as first_exposed_status,
    pairs.last_left_on,
    pairs.exposures,
    pairs.undated_exposures,
    pairs.is_synthetic,
    'improvement_programmes' as dataset,
    pairs.release_sha256
from pairs
left join first_exposures
    on pairs.organisation_code = first_exposures.organisation_code and pairs.programme = first_exposures.programme
left join successors on pairs.organisation_code = successors.old_code
