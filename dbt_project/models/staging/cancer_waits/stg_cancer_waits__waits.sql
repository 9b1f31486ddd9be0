with waits as (select * from {{ lake('cancer_waits', 'waits') }})

select
    release_sha256,
    period_start,
    period_end,
    standard,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    lower(stage_or_route) as stage_or_route,
    lower(treatment_modality) as treatment_modality,
    replace(lower(cancer_type), ' (a)', '') as cancer_type,
    treated,
    within_standard,
    breaches,
    100.0 * share_within as percent_within
from waits
