with trust as (select * from {{ lake('shmi', 'trust') }})

select
    release_sha256,
    period_start,
    period_end,
    counts_are_rounded,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    spells,
    spells_status,
    observed,
    observed_status,
    expected,
    expected_status,
    shmi_value,
    shmi_value_status,
    shmi_banding,
    shmi_banding_status,
    po_lower,
    po_upper,
    od_lower,
    od_upper,
    po_banding
from trust
