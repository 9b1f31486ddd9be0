with memberships as (select * from {{ ref('stg_improvement_programmes__memberships') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

publishable as (
    select memberships.*
    from memberships
    inner join releases
        on
            memberships.release_sha256 = releases.release_sha256
            and releases.dataset = 'improvement_programmes'
            and releases.is_publishable
),

-- the newest file that names an organisation and programme gives all memberships of the two
newest as (
    select
        organisation_code,
        programme,
        max(release_rank) as release_rank
    from publishable
    group by organisation_code, programme
)

select
    publishable.organisation_code,
    publishable.programme,
    publishable.cohort,
    publishable.role,
    publishable.joined_on,
    publishable.joined_precision,
    publishable.left_on,
    publishable.left_precision,
    publishable.is_synthetic,
    publishable.release_sha256
from publishable
inner join newest
    on
        publishable.organisation_code = newest.organisation_code
        and publishable.programme = newest.programme
        and publishable.release_rank = newest.release_rank
