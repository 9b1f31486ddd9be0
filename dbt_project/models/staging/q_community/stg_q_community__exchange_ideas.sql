with exchange_ideas as (select * from {{ lake('q_community', 'exchange_ideas') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    exchange_ideas.idea_ref,
    exchange_ideas.year,
    exchange_ideas.organisation_code,
    exchange_ideas.theme,
    exchange_ideas.shortlisted,
    exchange_ideas.funded,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    exchange_ideas.release_sha256
from exchange_ideas
inner join releases
    on exchange_ideas.release_sha256 = releases.release_sha256 and releases.dataset = 'q_community'
