with organisation_aliases as (select * from {{ lake('qi_reviews', 'organisation_aliases') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    organisation_aliases.alias,
    organisation_aliases.organisation_code,
    organisation_aliases.valid_from,
    organisation_aliases.valid_to,
    organisation_aliases.reviewed_on,
    organisation_aliases.reviewer,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    organisation_aliases.release_sha256
from organisation_aliases
inner join releases
    on organisation_aliases.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_reviews'
