with waits as (select * from {{ lake('community_waits', 'waits') }})

select
    release_sha256,
    period_start,
    period_end,
    case organisation_type
        when 'National' then 'england'
        when 'Region' then 'region'
        when 'ICB' then 'icb'
        when 'Provider' then 'provider'
    end as organisation_level,
    case when organisation_type = 'National' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_type = 'National' then 'gss' else 'ods' end as organisation_scheme,
    organisation_name,
    service,
    case
        when service in ('England', 'Adult services', 'CYP services') then 'total'
        else 'service'
    end as row_kind,
    case
        when service = 'Adult services' or service like '(A)%' then 'adults'
        when service = 'CYP services' or service like '(CYP)%' then 'children and young people'
        else 'all'
    end as age_group,
    waiting_list,
    waiting_0_to_1_weeks,
    waiting_1_to_2_weeks,
    waiting_2_to_4_weeks,
    waiting_4_to_12_weeks,
    waiting_12_to_18_weeks,
    waiting_18_to_52_weeks,
    waiting_over_52_weeks
from waits
