with projects as (select * from {{ ref('stg_qi_projects__projects') }}),

-- the newest log that names a project says what it is
newest as (
    select
        project_ref,
        max(release_rank) as release_rank
    from projects
    group by project_ref
)

select
    projects.project_ref,
    projects.activity_type,
    projects.status,
    projects.method,
    projects.scope,
    projects.setting,
    projects.specialty,
    projects.clinical_topic,
    projects.registered_on,
    projects.implemented_on,
    projects.implemented_precision,
    projects.ended_on,
    projects.ended_precision,
    projects.end_date_basis,
    projects.equity_mode,
    projects.targeting,
    projects.target_groups,
    projects.core20plus5_area,
    projects.stream,
    projects.agency_demand,
    projects.digital_dependency,
    projects.incentive_or_target_driven,
    projects.disaggregated_baseline,
    projects.disaggregated_monitoring,
    projects.patient_involvement,
    projects.expected_gap_direction,
    projects.classification_source,
    projects.self_reported_result,
    projects.publication,
    projects.is_synthetic,
    projects.release_sha256
from projects
inner join newest
    on projects.project_ref = newest.project_ref and projects.release_rank = newest.release_rank
