with registers as (select * from {{ lake('qi_registers', 'registers') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

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
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    registers.release_sha256
from registers
inner join releases
    on registers.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_registers'
