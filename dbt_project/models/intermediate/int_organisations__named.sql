with published as (select * from {{ ref('int_organisations__mentioned') }}),

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
