with measures as (select * from {{ ref('int_measures__known') }}),

positions as (
    {% for position in range(1, 9) -%}
    select {{ position }} as position{{ ' union all' if not loop.last }}
    {% endfor %}
),

linked as (
    select
        measures.*,
        {{ dbt.split_part('measures.linked_qi_topics', "','", 'positions.position') }} as topic
    from measures
    cross join positions
    where positions.position = 1 or measures.linked_qi_topics like '%,%'
)

select
    case when topic = '' or topic is null then 'none' else topic end as topic,
    measure_id,
    title as measure_title,
    dataset,
    direction,
    role,
    nature,
    observation_kind,
    case when topic = '' or topic is null then 'not_linked' else 'measure_document' end as basis,
    true as is_reviewed
from linked
where topic <> '' or linked_qi_topics = '' or linked_qi_topics is null
