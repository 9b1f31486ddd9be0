with time_series as (select * from {{ lake('proms', 'time_series') }})

select
    release_sha256,
    period_start,
    period_end,
    case when organisation_code = 'England' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_code = 'England' then 'gss' else 'ods' end as organisation_scheme,
    organisation_name,
    procedure,
    measure,
    modelled_records,
    modelled_records_status,
    adjusted_health_gain,
    adjusted_health_gain_status,
    outlier_status
from time_series
