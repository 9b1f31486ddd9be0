with specialty_beds as (select * from {{ lake('kh03_beds', 'specialty_beds') }})

select
    release_sha256,
    period_start,
    period_end,
    case when organisation_type = 'England' then 'england' else 'provider' end as organisation_level,
    case when organisation_type = 'England' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_type = 'England' then 'gss' else 'ods' end as organisation_scheme,
    specialty,
    occupied
from specialty_beds
