with measures as (select * from {{ ref('stg_ascof__measures') }})

select distinct
    organisation_code,
    organisation_scheme,
    organisation_name,
    period_start
from measures
where organisation_code is not null
