with answers as (select * from {{ lake('research_indicators', 'answers') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    answers.organisation_code,
    answers.framework_version,
    answers.indicator,
    answers.answer,
    answers.evidence,
    answers.assessed_on,
    answers.assessed_precision,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    answers.release_sha256
from answers
inner join releases
    on answers.release_sha256 = releases.release_sha256 and releases.dataset = 'research_indicators'
