-- every measure that marts may show: the catalogue's and those that teams describe themselves
{% set columns = [
    'measure_id', 'dataset', 'title', 'numerator', 'denominator', 'unit', 'multiplier', 'interval', 'direction', 'role',
    'nature', 'quality_theme', 'observation_kind', 'adjustment', 'margin_overall', 'margin_absolute_gap',
    'margin_relative_gap', 'disclosure_rule', 'disclosure_suppression', 'disclosure_evidence', 'revision_tolerance',
    'linked_qi_topics', 'notes',
] %}
with catalogue as (select * from {{ ref('stg_platform__measures') }}),

local_measures as (select * from {{ ref('int_measures__local') }})

select
    {{ columns | join(',\n    ') }},
    false as is_local
from catalogue
union all
select
    {{ columns | join(',\n    ') }},
    true as is_local
from local_measures
