with waits as (select * from {{ ref('stg_cancer_waits__waits') }}),

first_attendances as (select * from {{ ref('stg_cancer_waits__first_attendances') }})

select distinct
    organisation_code,
    organisation_scheme,
    organisation_name,
    period_start
from waits
where organisation_name is not null
union
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name,
    period_start
from first_attendances
