-- trusts and sites of treatment with their names as published
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name,
    period_start
from {{ ref('stg_shmi__trust') }}
union
select distinct
    site_code as organisation_code,
    'ods' as organisation_scheme,
    site_name as organisation_name,
    period_start
from {{ ref('stg_shmi__site') }}
where site_code <> '.'
