with first_attendances as (select * from {{ lake('cancer_waits', 'first_attendances') }})

select
    release_sha256,
    period_start,
    period_end,
    referral,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    lower(suspected_cancer) as suspected_cancer,
    seen,
    within_14_days
from first_attendances
