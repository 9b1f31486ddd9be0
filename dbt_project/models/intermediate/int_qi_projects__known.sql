with traced as (select * from {{ ref('int_qi_projects__traced') }}),

projects as (select * from {{ ref('stg_qi_projects__projects') }}),

decided as (select * from {{ ref('int_qi_classifications__decided') }}),

project_groups as (select * from {{ ref('int_qi_projects__grouped') }})

select
    traced.project_key,
    traced.register,
    traced.project_ref,
    traced.generation,
    project_groups.project_group_key,
    projects.title,
    {% for column in qi_project_columns() -%}
    {%- if column in qi_equity_fields() -%}
    coalesce(decided.{{ column }}, 'unknown') as {{ column }},
    {% elif column == 'expected_gap_direction' -%}
    traced.expected_gap_direction,
    {% else -%}
    projects.{{ column }},
    {% endif -%}
    {%- endfor -%}
    coalesce(decided.classification_basis, 'none') as classification_basis,
    coalesce(decided.classified_fields, 0) as classified_fields,
    coalesce(decided.fields_by_rules, 0) as fields_by_rules,
    traced.expected_gap_locked_on,
    traced.expected_gap_changed_later,
    traced.first_seen_on,
    traced.last_seen_on,
    traced.versions,
    traced.is_deleted,
    traced.deleted_on,
    traced.deleted_reason,
    traced.is_ref_reused,
    projects.is_synthetic,
    projects.release_sha256
from traced
inner join projects
    on
        traced.register = projects.register
        and traced.project_ref = projects.project_ref
        and traced.content_release_sha256 = projects.release_sha256
left join decided on traced.project_key = decided.project_key
left join project_groups on traced.project_key = project_groups.project_key
