with versions as (select * from {{ ref('int_organisations__versioned') }}),

current_codes as (select * from {{ ref('int_organisations__current') }}),

observations as (select * from {{ ref('int_observations__combined') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where is_publishable
),

published_names as (select * from {{ ref('int_organisations__named') }}),

known as (
    select distinct
        organisation_code,
        organisation_scheme
    from versions
),

-- codes that publications use and no register names
published as (
    select
        observations.organisation_code,
        observations.organisation_scheme,
        min(observations.organisation_level) as organisation_level,
        min(observations.period_start) as first_seen_on,
        min(observations.dataset) as source_dataset,
        min(case when releases.origin = 'synthetic' then 1 else 0 end) = 1 as is_synthetic
    from observations
    inner join releases
        on observations.dataset = releases.dataset and observations.release_sha256 = releases.release_sha256
    left join known
        on
            observations.organisation_code = known.organisation_code
            and observations.organisation_scheme = known.organisation_scheme
    where known.organisation_code is null and observations.organisation_code <> 'E92000001'
    group by observations.organisation_code, observations.organisation_scheme
),

-- codes that carry a known organisation on "as now" and that nothing at hand has shown yet
heirs as (
    select
        current_codes.current_code as organisation_code,
        current_codes.current_scheme as organisation_scheme,
        min(versions.organisation_level) as organisation_level,
        min(case when versions.is_synthetic then 1 else 0 end) = 1 as is_synthetic
    from current_codes
    inner join versions
        on
            current_codes.organisation_code = versions.organisation_code
            and current_codes.organisation_scheme = versions.organisation_scheme
    left join known
        on
            current_codes.current_code = known.organisation_code
            and current_codes.current_scheme = known.organisation_scheme
    left join published
        on
            current_codes.current_code = published.organisation_code
            and current_codes.current_scheme = published.organisation_scheme
    where known.organisation_code is null and published.organisation_code is null
    group by current_codes.current_code, current_codes.current_scheme
),

england as (select 'E92000001' as organisation_code),

everyone as (
    select
        organisation_code,
        organisation_scheme,
        version,
        name,
        organisation_level,
        opened_on,
        closed_on,
        valid_from,
        valid_to,
        first_seen_on,
        icb_code,
        region_code,
        ods_code,
        gss_code,
        source_dataset,
        is_synthetic,
        true as is_registered
    from versions
    union all
    select
        published.organisation_code,
        published.organisation_scheme,
        1 as version,
        published_names.name,
        published.organisation_level,
        cast(null as date) as opened_on,
        cast(null as date) as closed_on,
        published.first_seen_on as valid_from,
        cast(null as date) as valid_to,
        published.first_seen_on,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        case when published.organisation_scheme = 'ods' then published.organisation_code end as ods_code,
        case when published.organisation_scheme = 'gss' then published.organisation_code end as gss_code,
        published.source_dataset,
        published.is_synthetic,
        false as is_registered
    from published
    left join published_names
        on
            published.organisation_code = published_names.organisation_code
            and published.organisation_scheme = published_names.organisation_scheme
    union all
    select
        heirs.organisation_code,
        heirs.organisation_scheme,
        1 as version,
        published_names.name,
        heirs.organisation_level,
        cast(null as date) as opened_on,
        cast(null as date) as closed_on,
        published_names.seen_on as valid_from,
        cast(null as date) as valid_to,
        cast(null as date) as first_seen_on,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        case when heirs.organisation_scheme = 'ods' then heirs.organisation_code end as ods_code,
        case when heirs.organisation_scheme = 'gss' then heirs.organisation_code end as gss_code,
        'catalogue' as source_dataset,
        heirs.is_synthetic,
        false as is_registered
    from heirs
    left join published_names
        on
            heirs.organisation_code = published_names.organisation_code
            and heirs.organisation_scheme = published_names.organisation_scheme
    union all
    select
        organisation_code,
        'gss' as organisation_scheme,
        1 as version,
        'England' as name,
        'england' as organisation_level,
        cast(null as date) as opened_on,
        cast(null as date) as closed_on,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as date) as first_seen_on,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        cast(null as string) as ods_code,
        organisation_code as gss_code,
        'catalogue' as source_dataset,
        false as is_synthetic,
        true as is_registered
    from england
)

select
    everyone.organisation_code,
    everyone.organisation_scheme,
    cast(everyone.version as integer) as version,
    everyone.name,
    everyone.organisation_level,
    everyone.opened_on,
    everyone.closed_on,
    everyone.valid_from,
    everyone.valid_to,
    everyone.first_seen_on,
    everyone.icb_code,
    everyone.region_code,
    everyone.ods_code,
    everyone.gss_code,
    coalesce(current_codes.current_code, everyone.organisation_code) as current_code,
    coalesce(current_codes.current_scheme, everyone.organisation_scheme) as current_scheme,
    everyone.is_registered,
    everyone.source_dataset,
    everyone.is_synthetic
from everyone
left join current_codes
    on
        everyone.organisation_code = current_codes.organisation_code
        and everyone.organisation_scheme = current_codes.organisation_scheme
