with duplicate_decisions as (select * from {{ lake('qi_reviews', 'duplicate_decisions') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    duplicate_decisions.register_a,
    duplicate_decisions.project_ref_a,
    'p'
    || substr(md5(duplicate_decisions.register_a || '|' || duplicate_decisions.project_ref_a), 1, 15) as project_key_a,
    duplicate_decisions.register_b,
    duplicate_decisions.project_ref_b,
    'p'
    || substr(md5(duplicate_decisions.register_b || '|' || duplicate_decisions.project_ref_b), 1, 15) as project_key_b,
    duplicate_decisions.decision,
    duplicate_decisions.reviewed_on,
    duplicate_decisions.reviewer,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    duplicate_decisions.release_sha256
from duplicate_decisions
inner join releases
    on duplicate_decisions.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_reviews'
