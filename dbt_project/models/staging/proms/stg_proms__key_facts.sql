with key_facts as (select * from {{ lake('proms', 'key_facts') }})

select
    release_sha256,
    period_start,
    period_end,
    procedure,
    case organisation_type
        when 'England' then 'england'
        when 'Provider' then 'provider'
        when 'CCG of GP Practice' then 'sub_icb'
    end as organisation_level,
    case when organisation_type = 'England' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_type = 'England' then 'gss' else 'ods' end as organisation_scheme,
    -- the code stands in brackets after the name
    trim(replace(organisation_name, concat('(', organisation_code, ')'), '')) as organisation_name,
    measure,
    improved,
    improved_status,
    total,
    total_status,
    improved_percentage,
    improved_percentage_status
from key_facts
