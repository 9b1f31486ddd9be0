with classified as (
    select * from {{ ref('int_fingertips__classified') }}
    where stratum_dimension = 'all'
),

england as (
    select
        release_sha256,
        measure_id,
        period_start,
        period_end,
        numerator,
        denominator
    from classified
    where organisation_level = 'england'
),

pooled as (
    select * from {{ ref('int_fingertips_practices__measured') }}
    where organisation_level = 'england' and stratum_dimension = 'all'
),

hidden as (
    select
        release_sha256,
        measure_id,
        period_start,
        period_end,
        count(*) as practices_published,
        sum(case when value_status <> 'value' then 1 else 0 end) as practices_without_count
    from classified
    where organisation_level = 'practice'
    group by 1, 2, 3, 4
)

select
    pooled.release_sha256,
    pooled.measure_id,
    pooled.period_start,
    pooled.period_end,
    england.numerator as england_numerator,
    pooled.numerator as pooled_numerator,
    england.numerator - pooled.numerator as numerator_shortfall,
    england.denominator as england_denominator,
    pooled.denominator as pooled_denominator,
    hidden.practices_published,
    hidden.practices_without_count
from pooled
inner join england
    on
        pooled.release_sha256 = england.release_sha256
        and pooled.measure_id = england.measure_id
        and pooled.period_start = england.period_start
        and pooled.period_end = england.period_end
inner join hidden
    on
        pooled.release_sha256 = hidden.release_sha256
        and pooled.measure_id = hidden.measure_id
        and pooled.period_start = hidden.period_start
        and pooled.period_end = hidden.period_end
