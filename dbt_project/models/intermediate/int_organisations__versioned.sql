with trusts as (
    select
        organisations.organisation_code,
        'ods' as organisation_scheme,
        'provider' as organisation_level,
        organisations.organisation_name as name,
        organisations.opened_on,
        organisations.closed_on,
        organisations.icb_code,
        organisations.region_code,
        organisations.snapshot_on as seen_on,
        organisations.release_sha256,
        'ods_trusts' as source_dataset
    from {{ ref('stg_ods_trusts__organisations') }} as organisations
),

practices as (select * from {{ ref('stg_gp_practices__practices') }}),

boards_by_edition as (select * from {{ ref('stg_geography_lookups__sub_icb_icb') }}),

boards_newest as (select * from {{ ref('stg_geography_lookups__icb_codes') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

general_practices as (
    select
        practice_code as organisation_code,
        'practice' as organisation_level,
        practice_name as name,
        icb_code,
        region_code,
        extract_on as seen_on,
        release_sha256,
        'gp_practices' as source_dataset
    from practices
),

networks as (
    select
        pcn_code as organisation_code,
        'pcn' as organisation_level,
        min(pcn_name) as name,
        min(icb_code) as icb_code,
        min(region_code) as region_code,
        extract_on as seen_on,
        min(release_sha256) as release_sha256,
        'gp_practices' as source_dataset
    from practices
    where pcn_code is not null
    group by pcn_code, extract_on
),

places as (
    select
        sub_icb_code as organisation_code,
        'sub_icb' as organisation_level,
        min(sub_icb_name) as name,
        min(icb_code) as icb_code,
        min(region_code) as region_code,
        extract_on as seen_on,
        min(release_sha256) as release_sha256,
        'gp_practices' as source_dataset
    from practices
    group by sub_icb_code, extract_on
    union all
    select
        sub_icb_ods_code as organisation_code,
        'sub_icb' as organisation_level,
        sub_icb_name as name,
        icb_ods_code as icb_code,
        region_ods_code as region_code,
        make_date(edition, 7, 1) as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from boards_by_edition
),

-- the list of boards names no region; a board keeps the one that the lookup gave it
board_regions as (
    select
        icb_ods_code,
        max(region_ods_code) as region_code
    from boards_by_edition
    group by icb_ods_code
),

boards as (
    select
        icb_code as organisation_code,
        'icb' as organisation_level,
        min(icb_name) as name,
        icb_code,
        min(region_code) as region_code,
        extract_on as seen_on,
        min(release_sha256) as release_sha256,
        'gp_practices' as source_dataset
    from practices
    group by icb_code, extract_on
    union all
    select
        icb_ods_code as organisation_code,
        'icb' as organisation_level,
        min(icb_name) as name,
        icb_ods_code as icb_code,
        min(region_ods_code) as region_code,
        make_date(edition, 7, 1) as seen_on,
        min(release_sha256) as release_sha256,
        'geography_lookups' as source_dataset
    from boards_by_edition
    group by icb_ods_code, edition
    union all
    select
        boards_newest.icb_ods_code as organisation_code,
        'icb' as organisation_level,
        boards_newest.icb_name as name,
        boards_newest.icb_ods_code as icb_code,
        board_regions.region_code,
        make_date(boards_newest.edition, 12, 1) as seen_on,
        boards_newest.release_sha256,
        'geography_lookups' as source_dataset
    from boards_newest
    left join board_regions on boards_newest.icb_ods_code = board_regions.icb_ods_code
),

regions as (
    select
        region_code as organisation_code,
        'region' as organisation_level,
        min(region_name) as name,
        cast(null as string) as icb_code,
        region_code,
        extract_on as seen_on,
        min(release_sha256) as release_sha256,
        'gp_practices' as source_dataset
    from practices
    group by region_code, extract_on
),

sightings as (
    select * from trusts
    {% for source in ['general_practices', 'networks', 'places', 'boards', 'regions'] %}
    union all
    select
        organisation_code,
        'ods' as organisation_scheme,
        organisation_level,
        name,
        cast(null as date) as opened_on,
        cast(null as date) as closed_on,
        icb_code,
        region_code,
        seen_on,
        release_sha256,
        source_dataset
    from {{ source }}
    {% endfor %}
),

-- one sighting per day: two snapshots of a day say the same or the later release wins
ranked as (
    select
        sightings.*,
        releases.origin = 'synthetic' as is_synthetic,
        row_number() over (
            partition by sightings.organisation_code, sightings.organisation_scheme, sightings.seen_on
            order by releases.release_rank desc, sightings.source_dataset, sightings.organisation_level
        ) as place
    from sightings
    inner join releases
        on sightings.source_dataset = releases.dataset and sightings.release_sha256 = releases.release_sha256
),

compared as (
    select
        ranked.*,
        concat_ws(
            '|', organisation_level, name, coalesce(icb_code, '-'), coalesce(region_code, '-'),
            coalesce(cast(opened_on as string), '-'), coalesce(cast(closed_on as string), '-')
        ) as description
    from ranked
    where place = 1
),

changed as (
    select
        compared.*,
        lag(description)
            over (partition by organisation_code, organisation_scheme order by seen_on)
            as description_before
    from compared
),

-- a version begins when the description of an organisation differs from the sighting before; a closure that a later
-- snapshot shows began on the legal day
versions as (
    select
        changed.*,
        row_number() over (partition by organisation_code, organisation_scheme order by seen_on) as version,
        case
            when description_before is null then coalesce(opened_on, seen_on)
            when closed_on < seen_on then closed_on
            else seen_on
        end as valid_from
    from changed
    where description_before is null or description_before <> description
),

bounded as (
    select
        versions.*,
        lead(valid_from) over (partition by organisation_code, organisation_scheme order by version) as next_valid_from
    from versions
)

select
    organisation_code,
    organisation_scheme,
    version,
    name,
    organisation_level,
    opened_on,
    closed_on,
    valid_from,
    coalesce(cast(next_valid_from - interval '1' day as date), closed_on) as valid_to,
    seen_on as first_seen_on,
    icb_code,
    region_code,
    source_dataset,
    is_synthetic
from bounded
