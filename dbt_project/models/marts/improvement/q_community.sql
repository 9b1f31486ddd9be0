with members as (select * from {{ ref('int_q_members__protected') }})

select
    cast(year as integer) as year,
    area_kind,
    area,
    case when area_kind = 'organisation' then area end as organisation_code,
    counted_on,
    cast(members as bigint) as members,
    members_status,
    cast(published_members as integer) as published_members,
    published_source,
    is_synthetic,
    'q_community' as dataset,
    release_sha256
from members
