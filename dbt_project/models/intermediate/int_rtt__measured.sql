{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('rtt') }}"
) }}

{%- set columns = rtt_weeks() + ['weeks_over_52', 'total_known'] %}
{%- set unit = ['release_sha256', 'period_start', 'period_end', 'part_type', 'population', 'organisation_code',
    'organisation_scheme', 'organisation_level'] %}

with providers as (
    select * from {{ ref('stg_rtt__providers') }}
    where {{ only_new_releases('release_sha256') }} and part_type in ('Part_1A', 'Part_1B', 'Part_2')
),

commissioners as (
    select * from {{ ref('stg_rtt__commissioners') }}
    where {{ only_new_releases('release_sha256') }} and part_type in ('Part_1A', 'Part_1B', 'Part_2')
),

releases as (select * from {{ ref('stg_platform__releases') }}),

loads as (select * from {{ ref('stg_platform__loads') }}),

-- a release with rows in quarantine lacks part of the country: it gives no figure for England
partial_releases as (
    select release_sha256
    from loads
    where dataset = 'rtt' and entity = 'providers' and rows_quarantined > 0
),

-- the file has no row for England: it is the sum of all providers, whoever commissions
england as (
    select
        release_sha256,
        period_start,
        period_end,
        part_type,
        population,
        {%- for band in rtt_weeks() %}
        sum({{ band }}) as {{ band }},
        {%- endfor %}
        sum(weeks_over_52) as weeks_over_52,
        sum(total_known) as total_known
    from providers
    where release_sha256 not in (select partial_releases.release_sha256 from partial_releases)
    group by 1, 2, 3, 4, 5
),

units as (
    {%- for source, code, scheme, level in [
        ('england', "'E92000001'", 'gss', 'england'),
        ('commissioners', 'organisation_code', 'ods', 'icb'),
        ('providers', 'organisation_code', 'ods', 'provider'),
    ] %}
    select
        release_sha256,
        period_start,
        period_end,
        part_type,
        population,
        {{ code }} as organisation_code,
        '{{ scheme }}' as organisation_scheme,
        '{{ level }}' as organisation_level,
        {{ columns | join(',\n        ') }}
    from {{ source }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

shares as (
    select
        {{ unit | join(',\n        ') }},
        case part_type
            when 'Part_1A' then 'rtt_admitted_within_18_weeks'
            when 'Part_1B' then 'rtt_non_admitted_within_18_weeks'
            else 'rtt_incomplete_within_18_weeks'
        end as measure_id,
        coalesce({{ rtt_weeks(18) | join(', 0) + coalesce(') }}, 0) as numerator,
        total_known
    from units
    union all
    select
        {{ unit | join(',\n        ') }},
        'rtt_incomplete_over_52_weeks' as measure_id,
        weeks_over_52 as numerator,
        total_known
    from units
    where part_type = 'Part_2'
),

incomplete as (
    select * from units
    where part_type = 'Part_2' and total_known > 0
),

-- only sums of rows become long, and weeks without a pathway hold no percentile
by_week as (
    {%- for band in rtt_weeks() %}
    select
        {{ unit | join(',\n        ') }},
        total_known,
        {{ loop.index }} as week,
        {{ band }} as pathways
    from incomplete
    where {{ band }} > 0
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

cumulated as (
    select
        *,
        sum(pathways) over (partition by {{ unit | join(', ') }} order by week) as up_to_week
    from by_week
),

wanted as (
    select
        'rtt_incomplete_median_wait' as measure_id,
        0.5 as share
    union all
    select
        'rtt_incomplete_92nd_percentile_wait' as measure_id,
        0.92 as share
),

-- linear interpolation within the week that holds the percentile, as NHS England does
percentiles as (
    select
        {{ qualified('cumulated', unit) }},
        wanted.measure_id,
        cumulated.week - 1
        + (wanted.share * cumulated.total_known - (cumulated.up_to_week - cumulated.pathways))
        / cumulated.pathways as weeks_waited
    from cumulated
    cross join wanted
    where
        cumulated.up_to_week >= wanted.share * cumulated.total_known
        and cumulated.up_to_week - cumulated.pathways < wanted.share * cumulated.total_known
),

-- a percentile in the open band at the top is not known
scores as (
    select
        {{ qualified('incomplete', unit) }},
        wanted.measure_id,
        percentiles.weeks_waited,
        incomplete.total_known
    from incomplete
    cross join wanted
    left join percentiles
        on
            wanted.measure_id = percentiles.measure_id
            and {{ matching('incomplete', 'percentiles', unit) }}
),

measured as (
    select
        measure_id,
        release_sha256,
        period_start,
        period_end,
        organisation_code,
        organisation_scheme,
        organisation_level,
        population,
        'rate_within_stratum' as observation_kind,
        numerator,
        total_known as denominator,
        case when total_known > 0 then 100.0 * numerator / total_known end as value
    from shares
    union all
    select
        measure_id,
        release_sha256,
        period_start,
        period_end,
        organisation_code,
        organisation_scheme,
        organisation_level,
        population,
        'score' as observation_kind,
        null as numerator,
        total_known as denominator,
        weeks_waited as value
    from scores
)

select
    measured.measure_id,
    measured.organisation_code,
    measured.organisation_scheme,
    measured.organisation_level,
    measured.period_start,
    measured.period_end,
    'month' as period_kind,
    measured.population,
    {{ unstratified() }},
    measured.observation_kind,
    'crude' as adjustment,
    {{ exact_parts('measured.numerator', 'measured.denominator') }},
    cast(measured.value as double) as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'none' as rounding,
    case when measured.value is null then 'not_applicable' else 'value' end as value_status,
    releases.release_status,
    'month' as release_scope,
    'rtt' as dataset,
    measured.release_sha256
from measured
inner join releases on measured.release_sha256 = releases.release_sha256 and releases.dataset = 'rtt'
