with counts as (select * from {{ lake('maternity_msms', 'counts') }})

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
    dimension,
    lower(measure) as measure,
    count_of,
    value as count_published,
    value_status as count_status,
    case
        when value = 0 then 0
        when value = 5 then 1
        else value - 2
    end as count_lower,
    case
        when value = 0 then 0
        else value + 2
    end as count_upper
from counts
