with answers as (select * from {{ ref('stg_research_indicators__answers') }}),

questions as (select * from {{ ref('research_questions') }}),

successions as (select * from {{ ref('int_organisations__succeeded') }}),

-- the newest file that tells of an organisation's answers of a day gives all of them
newest as (
    select
        organisation_code,
        framework_version,
        assessed_on,
        max(release_rank) as release_rank
    from answers
    group by organisation_code, framework_version, assessed_on
)

select
    answers.organisation_code,
    coalesce(successions.current_code, answers.organisation_code) as organisation_code_as_now,
    answers.framework_version,
    answers.indicator,
    questions.label as indicator_label,
    answers.assessed_on,
    answers.assessed_precision,
    answers.answer,
    answers.evidence is not null as has_evidence,
    answers.is_synthetic,
    'research_indicators' as dataset,
    answers.release_sha256
from answers
inner join newest
    on
        {{ matching(
            'answers', 'newest', ['organisation_code', 'framework_version', 'assessed_on', 'release_rank']
        ) }}
left join questions
    on answers.framework_version = questions.framework_version and answers.indicator = questions.indicator
left join successions on answers.organisation_code = successions.old_code
