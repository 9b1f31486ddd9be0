with versions as (select * from {{ ref('int_organisations__versioned') }}),

successors as (select * from {{ ref('int_organisations__succeeded') }}),

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
    case
        when everyone.organisation_scheme = 'ods' then coalesce(successors.current_code, everyone.organisation_code)
        else everyone.organisation_code
    end as current_code,
    everyone.is_registered,
    everyone.source_dataset,
    everyone.is_synthetic
from everyone
left join successors
    on everyone.organisation_code = successors.old_code and everyone.organisation_scheme = 'ods'
