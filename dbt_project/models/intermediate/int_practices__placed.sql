{%- set so_far = 'over (partition by practice_code order by valid_from rows unbounded preceding)' -%}

with practices as (select * from {{ ref('stg_gp_practices__practices') }}),

register as (
    select * from {{ ref('stg_gp_practices__register') }}
    where is_general_practice
),

members as (select * from {{ ref('stg_gp_practices__network_members') }}),

extracts as (
    select
        extract_on,
        lead(extract_on) over (order by extract_on) as next_extract_on
    from practices
    group by extract_on
),

register_day as (select max(snapshot_on) as snapshot_on from register),

newest_register as (
    select register.*
    from register
    inner join register_day on register.snapshot_on = register_day.snapshot_on
),

members_day as (select max(snapshot_on) as snapshot_on from members),

newest_members as (
    select members.*
    from members
    inner join members_day on members.snapshot_on = members_day.snapshot_on
),

-- an extract places a practice whole
mapped as (
    select
        practice_code,
        extract_on as valid_from,
        coalesce(pcn_code, 'none') as pcn_code,
        sub_icb_code,
        icb_code,
        region_code,
        '1' as is_open,
        'practice_map' as source
    from practices
),

-- a practice that the next extract does not name has no patients any more
vanished as (
    select
        practices.practice_code,
        extracts.next_extract_on as valid_from,
        cast(null as string) as pcn_code,
        cast(null as string) as sub_icb_code,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        '0' as is_open,
        'practice_map' as source
    from practices
    inner join extracts on practices.extract_on = extracts.extract_on
    left join practices as later
        on practices.practice_code = later.practice_code and extracts.next_extract_on = later.extract_on
    where extracts.next_extract_on is not null and later.practice_code is null
),

registered as (
    select
        organisation_code as practice_code,
        coalesce(joined_on, opened_on) as valid_from,
        cast(null as string) as pcn_code,
        sub_icb_code,
        icb_code,
        region_code,
        '1' as is_open,
        'practice_register' as source
    from newest_register
),

closed as (
    select
        organisation_code as practice_code,
        cast(closed_on + interval '1' day as date) as valid_from,
        cast(null as string) as pcn_code,
        cast(null as string) as sub_icb_code,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        '0' as is_open,
        'practice_register' as source
    from newest_register
    where closed_on is not null
),

joined as (
    select
        practice_code,
        joined_on as valid_from,
        pcn_code,
        cast(null as string) as sub_icb_code,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        cast(null as string) as is_open,
        'network_register' as source
    from newest_members
),

left_behind as (
    select
        practice_code,
        cast(left_on + interval '1' day as date) as valid_from,
        'none' as pcn_code,
        cast(null as string) as sub_icb_code,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        cast(null as string) as is_open,
        'network_register' as source
    from newest_members
    where left_on is not null
),

events as (
    select * from mapped
    union all
    select * from vanished
    union all
    select * from registered
    union all
    select * from closed
    union all
    select * from joined
    union all
    select * from left_behind
),

-- on one day the mapping stands before the registers, and joining a network before leaving another
days as (
    select
        practice_code,
        valid_from,
        coalesce(
            max(case when source = 'practice_map' then pcn_code end),
            max(case when pcn_code <> 'none' then pcn_code end),
            max(pcn_code)
        ) as pcn_code,
        {% for place in ['sub_icb_code', 'icb_code', 'region_code'] %}
        coalesce(max(case when source = 'practice_map' then {{ place }} end), max({{ place }})) as {{ place }},
        {% endfor %}
        max(is_open) as is_open,
        concat_ws(
            ' and ',
            max(case when source = 'practice_map' then source end),
            max(case when source = 'practice_register' then source end),
            max(case when source = 'network_register' then source end)
        ) as source
    from events
    group by practice_code, valid_from
),

dated as (
    select
        practice_code,
        valid_from,
        source,
        case when pcn_code is not null then concat(cast(valid_from as string), pcn_code) end as pcn_code,
        case when sub_icb_code is not null then concat(cast(valid_from as string), sub_icb_code) end as sub_icb_code,
        case when icb_code is not null then concat(cast(valid_from as string), icb_code) end as icb_code,
        case when region_code is not null then concat(cast(valid_from as string), region_code) end as region_code,
        case when is_open is not null then concat(cast(valid_from as string), is_open) end as is_open
    from days
),

-- what no event of a day says stays as the last one said: the latest date with a statement, and the statement behind it
stated as (
    select
        practice_code,
        valid_from,
        source,
        max(pcn_code) {{ so_far }} as pcn_code,
        max(sub_icb_code) {{ so_far }} as sub_icb_code,
        max(icb_code) {{ so_far }} as icb_code,
        max(region_code) {{ so_far }} as region_code,
        max(is_open) {{ so_far }} as is_open
    from dated
),

placed as (
    select
        practice_code,
        valid_from,
        source,
        nullif(substr(pcn_code, 11), 'none') as pcn_code,
        substr(sub_icb_code, 11) as sub_icb_code,
        substr(icb_code, 11) as icb_code,
        substr(region_code, 11) as region_code,
        coalesce(substr(is_open, 11), '1') as is_open
    from stated
),

described as (
    select
        placed.*,
        concat_ws(
            '|', coalesce(pcn_code, '-'), coalesce(sub_icb_code, '-'), coalesce(icb_code, '-'),
            coalesce(region_code, '-'), is_open
        ) as description
    from placed
),

compared as (
    select
        described.*,
        lag(description) over (partition by practice_code order by valid_from) as description_before
    from described
),

changes as (
    select
        compared.*,
        lead(valid_from) over (partition by practice_code order by valid_from) as next_valid_from
    from compared
    where description_before is null or description_before <> description
)

select
    practice_code,
    valid_from,
    cast(next_valid_from - interval '1' day as date) as valid_to,
    pcn_code,
    sub_icb_code,
    icb_code,
    region_code,
    source
from changes
where is_open = '1' and (pcn_code is not null or sub_icb_code is not null)
