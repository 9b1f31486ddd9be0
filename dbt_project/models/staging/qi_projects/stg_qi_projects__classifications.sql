with classifications as (select * from {{ lake('qi_projects', 'classifications') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    {{ qi_project_key('classifications.register', 'classifications.project_ref') }} as project_key,
    classifications.register,
    classifications.project_ref,
    classifications.field,
    classifications.value,
    classifications.coder,
    classifications.classifier_version,
    classifications.rule_id,
    classifications.evidence_field,
    classifications.evidence_words,
    classifications.confidence,
    releases.release_rank,
    coalesce(releases.published_on, releases.first_seen_on) as seen_on,
    releases.origin = 'synthetic' as is_synthetic,
    classifications.release_sha256
from classifications
inner join releases
    on classifications.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_projects'
