{%- set minimum_coverage = 0.9 -%}

with classified as (
    select * from {{ ref('int_fingertips__classified') }}
    where organisation_level = 'practice' and stratum_dimension = 'all'
),

assigned as (select * from {{ ref('int_practices__assigned') }}),

measures as (select * from {{ ref('stg_platform__measures') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'fingertips'
),

practices as (
    select
        classified.release_sha256,
        classified.measure_id,
        classified.period_start,
        classified.period_end,
        classified.period_kind,
        classified.rounding,
        classified.numerator,
        classified.denominator,
        classified.value_status = 'value' and classified.numerator is not null and classified.denominator is not null
            as is_counted,
        classified.value_status = 'suppressed' as is_suppressed,
        coalesce(assigned.quintile, 'unknown') as quintile,
        assigned.icb_code
    from classified
    left join assigned on classified.organisation_code = assigned.practice_code
),

within_organisations as (
    select
        *,
        'E92000001' as pool_code,
        'gss' as pool_scheme,
        'england' as pool_level
    from practices
    union all
    select
        *,
        icb_code as pool_code,
        'ods' as pool_scheme,
        'icb' as pool_level
    from practices
    where icb_code is not null
),

mapped as (
    select
        'E92000001' as pool_code,
        count(*) as practices_mapped
    from assigned
    where icb_code is not null
    union all
    select
        icb_code as pool_code,
        count(*) as practices_mapped
    from assigned
    where icb_code is not null
    group by icb_code
),

-- a download of a few practices says nothing about England or a board
coverage as (
    select
        within_organisations.release_sha256,
        within_organisations.measure_id,
        within_organisations.period_start,
        within_organisations.period_end,
        within_organisations.pool_code
    from within_organisations
    inner join mapped on within_organisations.pool_code = mapped.pool_code
    group by 1, 2, 3, 4, 5
    having count(*) >= {{ minimum_coverage }} * max(mapped.practices_mapped)
),

strata as (
    select
        *,
        'deprivation' as stratum_dimension,
        quintile as stratum
    from within_organisations
    union all
    select
        *,
        'all' as stratum_dimension,
        'all' as stratum
    from within_organisations
),

-- practices without a published count are left out of numerator and denominator alike; nothing counts as zero
pooled as (
    select
        release_sha256,
        measure_id,
        period_start,
        period_end,
        period_kind,
        pool_code,
        pool_scheme,
        pool_level,
        stratum_dimension,
        stratum,
        rounding,
        sum(case when is_counted then 1 else 0 end) as practices_counted,
        max(case when is_suppressed then 1 else 0 end) as any_suppressed,
        sum(case when is_counted then numerator end) as numerator,
        sum(case when is_counted then greatest(numerator - case when rounding = 'nearest_5' then 2.5 else 0 end, 0) end)
            as numerator_lower,
        sum(case when is_counted then numerator + case when rounding = 'nearest_5' then 2.5 else 0 end end)
            as numerator_upper,
        sum(case when is_counted then denominator end) as denominator
    from strata
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
),

judged as (
    select
        pooled.*,
        measures.multiplier,
        releases.release_status,
        case
            when pooled.practices_counted = 0 and pooled.any_suppressed = 1 then 'suppressed'
            when pooled.practices_counted = 0 then 'missing_at_source'
            when pooled.denominator = 0 then 'not_applicable'
            else 'value'
        end as value_status
    from pooled
    inner join coverage
        on
            pooled.release_sha256 = coverage.release_sha256
            and pooled.measure_id = coverage.measure_id
            and pooled.period_start = coverage.period_start
            and pooled.period_end = coverage.period_end
            and pooled.pool_code = coverage.pool_code
    inner join measures on pooled.measure_id = measures.measure_id
    inner join releases on pooled.release_sha256 = releases.release_sha256
)

select
    measure_id,
    pool_code as organisation_code,
    pool_scheme as organisation_scheme,
    pool_level as organisation_level,
    period_start,
    period_end,
    period_kind,
    'registered patients of practices with a published count' as population,
    stratum_dimension,
    stratum,
    case stratum_dimension when 'deprivation' then 'imd2019_practice_list_weighted_quintile' else 'none' end
        as stratum_scheme,
    case stratum_dimension when 'deprivation' then 'practice_population_area' else 'none' end as stratum_basis,
    case stratum_dimension when 'deprivation' then cast('2019-01-01' as date) end as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast(numerator as double) as numerator,
    cast(numerator_lower as double) as numerator_lower,
    cast(numerator_upper as double) as numerator_upper,
    cast(denominator as double) as denominator,
    cast(denominator as double) as denominator_lower,
    cast(denominator as double) as denominator_upper,
    case when value_status = 'value' then multiplier * numerator / denominator end as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    rounding,
    value_status,
    release_status,
    'pooled practices' as release_scope,
    'fingertips' as dataset,
    release_sha256
from judged
