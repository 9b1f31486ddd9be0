with projects as (select * from {{ ref('int_qi_projects__known') }})

select
    project_key,
    register,
    project_ref,
    generation,
    project_group_key,
    case when publication = 'public' then title end as title,
    {% for column in qi_project_columns() -%}
    {{ column }},
    {% endfor -%}
    classification_basis,
    classified_fields,
    fields_by_rules,
    expected_gap_locked_on,
    expected_gap_changed_later,
    first_seen_on,
    last_seen_on,
    versions,
    is_deleted,
    deleted_on,
    deleted_reason,
    is_ref_reused,
    implemented_on is null as is_start_unknown,
    is_synthetic,
    'qi_projects' as dataset,
    release_sha256
from projects
