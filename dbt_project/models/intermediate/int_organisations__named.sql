with mentioned as (select * from {{ ref('int_organisations__mentioned') }}),

reviewed as (select * from {{ ref('reviewed_successions') }}),

published as (
    select
        organisation_code,
        organisation_scheme,
        name,
        seen_on
    from mentioned
    union all
    select
        new_code as organisation_code,
        case when length(new_code) = 9 then 'gss' else 'ods' end as organisation_scheme,
        new_name as name,
        effective_on as seen_on
    from reviewed
    where new_name is not null
),

ranked as (
    select
        published.*,
        row_number() over (
            partition by organisation_code, organisation_scheme
            order by seen_on desc, name
        ) as place
    from published
    where name is not null
)

select
    organisation_code,
    organisation_scheme,
    name,
    seen_on
from ranked
where place = 1
