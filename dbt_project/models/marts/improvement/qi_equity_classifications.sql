with collected as (select * from {{ ref('int_qi_classifications__collected') }}),

projects as (select * from {{ ref('int_qi_projects__known') }})

select
    collected.project_key,
    projects.register,
    projects.project_ref,
    collected.field,
    collected.source,
    collected.coder,
    collected.value,
    collected.is_decisive,
    collected.coded_on,
    collected.rule_id,
    collected.evidence_field,
    collected.evidence_words,
    collected.confidence,
    collected.classifier_version,
    projects.publication,
    collected.is_synthetic
from collected
inner join projects on collected.project_key = projects.project_key
