{%- set edition_day = "make_date(edition, case when edition = 2022 then 7 else 4 end, 1)" -%}

-- an edition names its year only: it holds from 1 April, that of 2022 (the first of integrated care boards) from 1 July
with practices as (select * from {{ ref('stg_gp_practices__practices') }}),

sub_icb_icb as (select * from {{ ref('stg_geography_lookups__sub_icb_icb') }}),

lsoa_sub_icb as (select * from {{ ref('stg_geography_lookups__lsoa_sub_icb') }}),

ccg_stp as (select * from {{ ref('stg_geography_lookups__ccg_stp') }}),

lsoa_ccg as (select * from {{ ref('stg_geography_lookups__lsoa_ccg') }}),

icb_codes as (select * from {{ ref('stg_geography_lookups__icb_codes') }}),

lad_region as (select * from {{ ref('stg_geography_lookups__lad_region') }}),

lsoa_changes as (select * from {{ ref('stg_geography_lookups__lsoa_changes') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- what each source says of an area; an area without an ODS code has a GSS code only
stated as (
    {%- for level, at in [('sub_icb', 'sub_icb'), ('icb', 'icb'), ('region', 'region')] %}
    select
        '{{ level }}' as organisation_level,
        {{ at }}_code as ods_code,
        {{ at }}_gss_code as gss_code,
        {{ at }}_name as name,
        {{ "icb_code" if level != 'region' else "cast(null as string)" }} as icb_code,
        region_code,
        extract_on as seen_on,
        release_sha256,
        'gp_practices' as source_dataset
    from practices
    union all
    {%- endfor %}
    {%- for source in ['sub_icb_icb', 'lsoa_sub_icb'] %}
    {%- for level in ['sub_icb', 'icb', 'region'] %}
    select distinct
        '{{ level }}' as organisation_level,
        {{ level }}_ods_code as ods_code,
        {{ level }}_code as gss_code,
        {{ level }}_name as name,
        {{ "icb_ods_code" if level != 'region' else "cast(null as string)" }} as icb_code,
        region_ods_code as region_code,
        {{ edition_day }} as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from {{ source }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for level, at in [('sub_icb', 'ccg'), ('icb', 'stp')] %}
    select distinct
        '{{ level }}' as organisation_level,
        {{ at }}_ods_code as ods_code,
        {{ at }}_code as gss_code,
        {{ at }}_name as name,
        stp_ods_code as icb_code,
        cast(null as string) as region_code,
        {{ edition_day }} as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from ccg_stp
    union all
    {%- endfor %}
    select distinct
        'sub_icb' as organisation_level,
        ccg_ods_code as ods_code,
        ccg_code as gss_code,
        ccg_name as name,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        {{ edition_day }} as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from lsoa_ccg
    union all
    select
        'icb' as organisation_level,
        icb_ods_code as ods_code,
        icb_code as gss_code,
        icb_name as name,
        icb_ods_code as icb_code,
        cast(null as string) as region_code,
        {{ edition_day }} as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from icb_codes
    {%- for source in ['lad_region', 'lsoa_ccg', 'lsoa_changes', 'lsoa_sub_icb'] %}
    union all
    select distinct
        'local_authority' as organisation_level,
        cast(null as string) as ods_code,
        lad_code as gss_code,
        lad_name as name,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        {{ edition_day }} as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from {{ source }}
    where lad_code like 'E%'
    {%- endfor %}
    union all
    select distinct
        'region' as organisation_level,
        cast(null as string) as ods_code,
        region_code as gss_code,
        region_name as name,
        cast(null as string) as icb_code,
        cast(null as string) as region_code,
        {{ edition_day }} as seen_on,
        release_sha256,
        'geography_lookups' as source_dataset
    from lad_region
),

-- an area stands under each of its codes, the other one beside it
coded as (
    {%- for scheme, own, twin in [('ods', 'ods_code', 'gss_code'), ('gss', 'gss_code', 'ods_code')] %}
    select
        {{ own }} as organisation_code,
        '{{ scheme }}' as organisation_scheme,
        organisation_level,
        name,
        icb_code,
        region_code,
        {{ twin }} as twin_code,
        seen_on,
        release_sha256,
        source_dataset
    from stated
    where {{ own }} is not null
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

-- one sighting per day: the source that says most, then the later release
ranked as (
    select
        coded.*,
        releases.origin = 'synthetic' as is_synthetic,
        row_number() over (
            partition by coded.organisation_code, coded.organisation_scheme, coded.seen_on
            order by
                case when coded.icb_code is null then 1 else 0 end,
                case when coded.region_code is null then 1 else 0 end,
                releases.release_rank desc, coded.source_dataset, coded.name
        ) as place
    from coded
    inner join releases
        on coded.source_dataset = releases.dataset and coded.release_sha256 = releases.release_sha256
),

-- a source that is silent on board, region or twin changes nothing: what was last known goes on
numbered as (
    select
        *,
        count(icb_code) over (partition by organisation_code, organisation_scheme order by seen_on) as icb_number,
        count(region_code) over (partition by organisation_code, organisation_scheme order by seen_on) as region_number,
        count(twin_code) over (partition by organisation_code, organisation_scheme order by seen_on) as twin_number
    from ranked
    where place = 1
)

select
    organisation_code,
    organisation_scheme,
    organisation_level,
    name,
    {%- for column in ['icb', 'region', 'twin'] %}
    coalesce(
        max({{ column }}_code) over (partition by organisation_code, organisation_scheme, {{ column }}_number),
        min(case when {{ column }}_number = 1 then {{ column }}_code end)
            over (partition by organisation_code, organisation_scheme)
    ) as {{ column }}_code,
    {%- endfor %}
    seen_on,
    release_sha256,
    source_dataset,
    is_synthetic
from numbered
