with members as (select * from {{ ref('stg_q_community__members') }}),

reference_members as (select * from {{ ref('q_reference_members') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- simulated and printed figures are never shown together
simulated as (
    select count(*) as releases
    from releases
    where origin = 'synthetic'
),

supplied as (
    select
        year,
        case
            when region is null then 'organisation'
            when region = 'united_kingdom' then 'united_kingdom'
            when region in ('england', 'scotland', 'wales', 'northern_ireland') then 'nation'
            else 'nhs_region'
        end as area_kind,
        coalesce(region, organisation_code) as area,
        members,
        counted_on,
        release_rank,
        is_synthetic,
        release_sha256
    from members
),

newest as (
    select
        year,
        area_kind,
        area,
        max(release_rank) as release_rank
    from supplied
    group by year, area_kind, area
),

everywhere as (
    select
        supplied.year,
        supplied.area_kind,
        supplied.area,
        supplied.counted_on,
        supplied.members,
        cast(null as integer) as published_members,
        cast(null as string) as published_source,
        supplied.is_synthetic,
        supplied.release_sha256
    from supplied
    inner join newest on {{ matching('supplied', 'newest', ['year', 'area_kind', 'area', 'release_rank']) }}
    left join reference_members
        on
            supplied.year = reference_members.year
            and supplied.area_kind = reference_members.area_kind
            and supplied.area = reference_members.area
            and not supplied.is_synthetic
    where reference_members.year is null
    union all
    select
        reference_members.year,
        reference_members.area_kind,
        reference_members.area,
        reference_members.counted_on,
        reference_members.members,
        reference_members.members as published_members,
        reference_members.source as published_source,
        false as is_synthetic,
        cast(null as string) as release_sha256
    from reference_members
    cross join simulated
    where simulated.releases = 0
),

-- nations are the whole of the United Kingdom, regions of England; a printed number cannot be hidden any more
judged as (
    select
        *,
        case when {{ is_hidden_count('members') }} then 1 else 0 end as is_small,
        case when members > 7 and published_members is null and area <> 'england' then 1 else 0 end as may_hide
    from everywhere
),

stated as (
    {{ release_states('judged', ['year'], ['area_kind'], 'area', "area_kind = 'united_kingdom'", ['members']) }}
),

-- organisations are nobody's whole: each is judged by itself
shown as (
    select
        *,
        case when area_kind = 'organisation' then is_small = 0 else release_state = 'shown' end as is_shown
    from stated
)

select
    year,
    area_kind,
    area,
    counted_on,
    {{ stated_count('members', 'is_shown') }} as members,
    case when is_shown then 'value' else 'suppressed' end as members_status,
    published_members,
    published_source,
    is_synthetic,
    release_sha256
from shown
