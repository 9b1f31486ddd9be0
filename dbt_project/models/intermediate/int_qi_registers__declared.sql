with registers as (select * from {{ ref('stg_qi_registers__registers') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

ranked as (
    select
        registers.register,
        registers.organisation_code,
        registers.covers_from,
        registers.covers_to,
        registers.received_on,
        registers.expected_projects_per_year,
        registers.expected_basis,
        registers.clinical_topics,
        registers.staff_wte,
        registers.release_sha256,
        releases.origin = 'synthetic' as is_synthetic,
        releases.release_rank,
        max(releases.release_rank) over (partition by registers.register) as newest_rank
    from registers
    inner join releases on registers.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_registers'
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
