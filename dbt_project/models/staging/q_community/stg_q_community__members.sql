with members as (select * from {{ lake('q_community', 'members') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    members.year,
    members.region,
    members.organisation_code,
    members.members,
    members.counted_on,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    members.release_sha256
from members
inner join releases
    on members.release_sha256 = releases.release_sha256 and releases.dataset = 'q_community'
