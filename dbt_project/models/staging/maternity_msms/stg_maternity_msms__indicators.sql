with indicators as (select * from {{ lake('maternity_msms', 'indicators') }})

select
    release_sha256,
    period_start,
    period_end,
    status,
    case organisation_level
        when 'National' then 'england'
        when 'NHS England (Region)' then 'region'
        when 'Region' then 'region'
        when 'Provider' then 'provider'
        else 'sub_icb'
    end as organisation_level,
    case when organisation_level = 'National' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_level = 'National' then 'gss' else 'ods' end as organisation_scheme,
    organisation_name,
    indicator,
    case currency
        when 'Numerator' then 'numerator'
        when 'Denominator' then 'denominator'
        when 'Result' then 'result'
        else 'rate'
    end as part,
    value as value_published,
    value_status,
    mark
from indicators
