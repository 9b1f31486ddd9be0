with ranked as (
    select
        *,
        max(release_rank) over (partition by register) as newest_rank
    from {{ ref('stg_qi_registers__registers') }}
)

-- the newest declaration of a register replaces what older ones said of it
select
    register,
    organisation_code,
    covers_from,
    covers_to,
    received_on,
    expected_projects_per_year,
    expected_basis,
    clinical_topics,
    staff_wte,
    is_synthetic,
    release_sha256
from ranked
where release_rank = newest_rank
