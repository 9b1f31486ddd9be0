with profiles as (select * from {{ lake('inpatient_survey', 'profiles') }})

select
    release_sha256,
    period_start,
    period_end,
    case when organisation_code = 'England' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_code = 'England' then 'gss' else 'ods' end as organisation_scheme,
    organisation_name,
    characteristic,
    value
from profiles
