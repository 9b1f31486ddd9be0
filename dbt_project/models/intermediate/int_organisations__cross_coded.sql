with sighted as (
    select * from {{ ref('int_areas__sighted') }}
    where organisation_scheme = 'ods' and twin_code is not null
),

reviewed as (select * from {{ ref('reviewed_successions') }}),

pairs as (
    select
        organisation_code as ods_code,
        twin_code as gss_code,
        min(organisation_level) as organisation_level,
        min(seen_on) as first_seen_on,
        max(seen_on) as last_seen_on
    from sighted
    group by organisation_code, twin_code
),

followed as (
    select
        pairs.*,
        lag(gss_code) over (partition by ods_code order by first_seen_on, gss_code) as gss_code_before
    from pairs
),

-- the first pair holds for all time before it; a later one from its reviewed day, else from the day it was first seen
dated as (
    select
        followed.*,
        case
            when followed.gss_code_before is not null then coalesce(reviewed.effective_on, followed.first_seen_on)
        end as valid_from
    from followed
    left join reviewed
        on followed.gss_code_before = reviewed.old_code and followed.gss_code = reviewed.new_code
)

select
    ods_code,
    gss_code,
    gss_code_before,
    organisation_level,
    valid_from,
    cast(
        lead(valid_from) over (partition by ods_code order by first_seen_on, gss_code) - interval '1' day as date
    ) as valid_to,
    first_seen_on,
    last_seen_on
from dated
