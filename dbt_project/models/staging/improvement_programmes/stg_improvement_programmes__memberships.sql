with memberships as (select * from {{ lake('improvement_programmes', 'memberships') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    memberships.organisation_code,
    memberships.programme,
    memberships.cohort,
    memberships.role,
    memberships.joined_on,
    memberships.joined_precision,
    memberships.left_on,
    memberships.left_precision,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    memberships.release_sha256
from memberships
inner join releases
    on memberships.release_sha256 = releases.release_sha256 and releases.dataset = 'improvement_programmes'
