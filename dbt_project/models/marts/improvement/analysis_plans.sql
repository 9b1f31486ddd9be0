with recorded as (select * from {{ ref('int_qi_plans__recorded') }}),

projects as (select * from {{ ref('int_qi_projects__selected') }}),

catalogue as (select * from {{ ref('int_measures__known') }}),

-- the first complete version is the plan, whatever is wished later
locks as (
    select
        project_key,
        min(release_rank) as release_rank
    from recorded
    where is_complete
    group by project_key
),

locked as (
    select recorded.*
    from recorded
    inner join locks on recorded.project_key = locks.project_key and recorded.release_rank = locks.release_rank
),

newest as (
    select * from recorded
    where is_newest
),

-- while nothing is locked, the newest version shows what is still missing
stated as (
    select
        newest.project_key,
        locked.project_key is not null as is_locked,
        locked.seen_on as locked_on,
        coalesce(locked.measure_id, newest.measure_id) as measure_id,
        coalesce(locked.primary_dimension, newest.primary_dimension) as primary_dimension,
        case when locked.project_key is null then newest.declared_direction else locked.declared_direction end
            as declared_direction,
        case when locked.project_key is null then newest.expected_gap_direction else locked.expected_gap_direction end
            as expected_gap_direction,
        coalesce(locked.implemented_on, newest.implemented_on) as implemented_on,
        case when locked.project_key is null then newest.implemented_precision else locked.implemented_precision end
            as implemented_precision,
        case when newest.measure_id is null then ';primary_measure' else '' end
        || case when newest.primary_dimension is null then ';primary_dimension' else '' end
        || case when newest.implemented_on is null then ';implemented_on' else '' end as missing_parts,
        {% for name, column in [
            ('primary_measure', 'measure_id'), ('declared_direction', 'declared_direction'),
            ('primary_dimension', 'primary_dimension'), ('expected_gap_direction', 'expected_gap_direction'),
            ('implemented_on', 'implemented_on'), ('implemented_precision', 'implemented_precision'),
        ] -%}
        case
            when coalesce(cast(locked.{{ column }} as {{ dbt.type_string() }}), 'none')
                = coalesce(cast(newest.{{ column }} as {{ dbt.type_string() }}), 'none') then ''
            else ';{{ name }}=' || coalesce(cast(newest.{{ column }} as {{ dbt.type_string() }}), 'none')
        end{{ ' ||' if not loop.last }}
        {% endfor -%}
            as changed_parts
    from newest
    left join locked on newest.project_key = locked.project_key
),

looks as (
    select 12 as look_months
    union all
    select 24 as look_months
),

dated as (
    select
        stated.*,
        looks.look_months,
        -- a blurred start counts from the first day on which the change was in use for certain
        cast({{ dbt.dateadd(
            'month',
            'looks.look_months + ' ~ blurred_months('stated.implemented_precision'),
            first_possible_day('stated.implemented_on', 'stated.implemented_precision')
        ) }} as date) as look_on
    from stated
    cross join looks
)

select
    dated.project_key,
    dated.look_months,
    projects.publication,
    case
        when not dated.is_locked then 'incomplete'
        when dated.changed_parts <> '' then 'changed_after_lock'
        else 'locked'
    end as status,
    case when not dated.is_locked then substr(dated.missing_parts, 2) end as missing,
    dated.measure_id as primary_measure,
    catalogue.measure_id is not null as is_measure_known,
    dated.primary_dimension,
    catalogue.direction,
    dated.declared_direction,
    dated.expected_gap_direction,
    dated.implemented_on,
    dated.implemented_precision,
    dated.look_on,
    dated.locked_on,
    case when dated.is_locked then dated.locked_on < dated.look_on end as registered_before_outcomes,
    case when dated.is_locked then md5(
                dated.project_key || '|' || dated.measure_id || '|' || dated.primary_dimension
                || '|'
                || coalesce(dated.declared_direction, 'none')
                || '|'
                || coalesce(dated.expected_gap_direction, 'none')
                || '|' || cast(dated.implemented_on as {{ dbt.type_string() }}) || '|' || dated.implemented_precision
                || '|' || cast(dated.look_months as {{ dbt.type_string() }})
            )
    end as plan_hash,
    case when dated.is_locked and dated.changed_parts <> '' then substr(dated.changed_parts, 2) end as later_change,
    projects.is_synthetic
from dated
inner join projects on dated.project_key = projects.project_key
left join catalogue on dated.measure_id = catalogue.measure_id
