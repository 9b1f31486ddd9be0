with providers as (select * from {{ lake('rtt', 'providers') }}),

commissioners as (select * from {{ lake('rtt', 'commissioners') }})

select distinct
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    period_start
from providers
where organisation_name is not null
union
select distinct
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    period_start
from commissioners
where organisation_name is not null
