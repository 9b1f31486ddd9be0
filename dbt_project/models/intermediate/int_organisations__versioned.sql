with trusts as (
    select
        organisations.organisation_code,
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

areas as (select * from {{ ref('int_areas__sighted') }}),

cross_coded as (select * from {{ ref('int_organisations__cross_coded') }}),

practices as (select * from {{ ref('stg_gp_practices__practices') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

ranked_register as (
    select
        register.*,
        row_number() over (
            partition by organisation_code
            order by is_general_practice desc, snapshot_on desc, release_sha256
        ) as place
    from {{ ref('stg_gp_practices__register') }} as register
),

registered as (
    select * from ranked_register
    where place = 1
),

-- legal dates are those of the newest register, for every sighting of a practice, so that they never flip
general_practices as (
    select
        practices.practice_code as organisation_code,
        'practice' as organisation_level,
        practices.practice_name as name,
        registered.opened_on,
        registered.closed_on,
        practices.icb_code,
        practices.region_code,
        practices.extract_on as seen_on,
        practices.release_sha256,
        'gp_practices' as source_dataset
    from practices
    left join registered on practices.practice_code = registered.organisation_code
    union all
    select
        organisation_code,
        'practice' as organisation_level,
        organisation_name as name,
        opened_on,
        closed_on,
        icb_code,
        region_code,
        snapshot_on as seen_on,
        release_sha256,
        'gp_practices' as source_dataset
    from registered
    where is_general_practice
),

networks as (
    select
        pcn_code as organisation_code,
        'pcn' as organisation_level,
        min(pcn_name) as name,
        cast(null as date) as opened_on,
        cast(null as date) as closed_on,
        min(icb_code) as icb_code,
        min(region_code) as region_code,
        extract_on as seen_on,
        min(release_sha256) as release_sha256,
        'gp_practices' as source_dataset
    from practices
    where pcn_code is not null
    group by pcn_code, extract_on
),

sightings as (
    select
        organisation_code,
        organisation_scheme,
        organisation_level,
        name,
        cast(null as date) as opened_on,
        cast(null as date) as closed_on,
        icb_code,
        region_code,
        twin_code,
        seen_on,
        release_sha256,
        source_dataset
    from areas
    {% for source in ['trusts', 'general_practices', 'networks'] %}
    union all
    select
        organisation_code,
        'ods' as organisation_scheme,
        organisation_level,
        name,
        opened_on,
        closed_on,
        icb_code,
        region_code,
        cast(null as string) as twin_code,
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
            coalesce(cast(opened_on as string), '-'), coalesce(cast(closed_on as string), '-'),
            coalesce(twin_code, '-')
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

-- days on which a GSS code began and ceased to stand for its body
recoded as (
    select
        gss_code,
        min(valid_from) as recoded_on,
        max(valid_to) as recoded_until
    from cross_coded
    group by gss_code
),

-- a version begins when the description of an organisation differs from the sighting before; a closure that a later
-- snapshot shows began on the legal day
versions as (
    select
        changed.*,
        recoded.recoded_until,
        row_number() over (
            partition by changed.organisation_code, changed.organisation_scheme
            order by changed.seen_on
        ) as version,
        case
            when changed.description_before is null
                then coalesce(changed.opened_on, recoded.recoded_on, changed.seen_on)
            when changed.closed_on < changed.seen_on then changed.closed_on
            else changed.seen_on
        end as valid_from
    from changed
    left join recoded on changed.organisation_scheme = 'gss' and changed.organisation_code = recoded.gss_code
    where changed.description_before is null or changed.description_before <> changed.description
),

-- as of a day exactly one version is found: the first one for all days before it, the last one for all days after it,
-- and a version that a later snapshot dates back no earlier than the ones before it
found as (
    select
        versions.*,
        max(valid_from)
            over (
                partition by organisation_code, organisation_scheme
                order by version
                rows between unbounded preceding and current row
            )
            as found_from
    from versions
),

bounded as (
    select
        found.*,
        lead(valid_from) over (partition by organisation_code, organisation_scheme order by version) as next_valid_from,
        lead(found_from) over (partition by organisation_code, organisation_scheme order by version) as next_found_from
    from found
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
    coalesce(cast(next_valid_from - interval '1' day as date), closed_on, recoded_until) as valid_to,
    seen_on as first_seen_on,
    icb_code,
    region_code,
    case when organisation_scheme = 'ods' then organisation_code else twin_code end as ods_code,
    case when organisation_scheme = 'gss' then organisation_code else twin_code end as gss_code,
    case when version = 1 then cast('1900-01-01' as date) else found_from end as found_from,
    coalesce(cast(next_found_from - interval '1' day as date), cast('9999-12-31' as date)) as found_to,
    source_dataset,
    is_synthetic
from bounded
