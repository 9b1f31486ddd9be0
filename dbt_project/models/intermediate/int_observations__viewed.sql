-- every observation "as was" (codes as published) and "as now" (constituents pooled under the successor)
with observations as (select * from {{ ref('observations') }}),

measures as (select * from {{ ref('stg_platform__measures') }}),

successors as (select * from {{ ref('int_organisations__succeeded') }}),

with_successor as (
    select
        observations.*,
        coalesce(successors.current_code, observations.organisation_code) as current_code
    from observations
    left join successors
        on
            observations.organisation_scheme = 'ods'
            and observations.organisation_code = successors.old_code
),

-- organisations that took over another, or were taken over, are pooled; all others stay as they are
pooled_codes as (
    select distinct current_code from with_successor
    where current_code <> organisation_code
),

pooled as (
    select
        with_successor.measure_id,
        with_successor.current_code as organisation_code,
        with_successor.organisation_scheme,
        with_successor.organisation_level,
        with_successor.period_start,
        with_successor.period_end,
        with_successor.period_kind,
        with_successor.population,
        with_successor.stratum_dimension,
        with_successor.stratum,
        with_successor.stratum_scheme,
        with_successor.stratum_basis,
        with_successor.stratum_assigned_on,
        with_successor.observation_kind,
        with_successor.adjustment,
        case when count(with_successor.numerator) = count(*) then sum(with_successor.numerator) end as numerator,
        sum(with_successor.numerator_lower) as numerator_lower,
        sum(with_successor.numerator_upper) as numerator_upper,
        case when count(with_successor.denominator) = count(*) then sum(with_successor.denominator) end as denominator,
        sum(with_successor.denominator_lower) as denominator_lower,
        sum(with_successor.denominator_upper) as denominator_upper,
        case when count(*) = 1 then max(with_successor.published_value) end as published_value,
        case when count(*) = 1 then max(with_successor.published_lower) end as published_lower,
        case when count(*) = 1 then max(with_successor.published_upper) end as published_upper,
        max(with_successor.rounding) as rounding,
        case
            when max(case when with_successor.value_status = 'suppressed' then 1 else 0 end) = 1 then 'suppressed'
            when max(case when with_successor.value_status = 'missing_at_source' then 1 else 0 end) = 1
                then 'missing_at_source'
            when max(case when with_successor.value_status = 'combined_elsewhere' then 1 else 0 end) = 1
                then 'combined_elsewhere'
            when min(with_successor.value_status) = max(with_successor.value_status)
                then max(with_successor.value_status)
            when count(*) > 1 and count(with_successor.numerator) < count(*) then 'not_applicable'
            else 'value'
        end as value_status,
        case when count(*) = 1 then max(with_successor.value) end as only_value,
        max(with_successor.release_status) as release_status,
        max(with_successor.dataset) as dataset,
        max(with_successor.release_sha256) as release_sha256,
        max(with_successor.origin) as origin
    from with_successor
    inner join pooled_codes on with_successor.current_code = pooled_codes.current_code
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
),

pooled_rates as (
    select
        pooled.*,
        case
            when pooled.value_status <> 'value' or pooled.observation_kind = 'stratum_distribution' then null
            when pooled.only_value is not null then pooled.only_value
            when pooled.denominator > 0 then measures.multiplier * pooled.numerator / pooled.denominator
        end as value
    from pooled
    inner join measures on pooled.measure_id = measures.measure_id
),

viewed as (
    {% set columns = [
        'measure_id', 'organisation_code', 'organisation_scheme', 'organisation_level', 'period_start', 'period_end',
        'period_kind', 'population', 'stratum_dimension', 'stratum', 'stratum_scheme', 'stratum_basis',
        'stratum_assigned_on', 'observation_kind', 'adjustment', 'numerator', 'numerator_lower', 'numerator_upper',
        'denominator', 'denominator_lower', 'denominator_upper', 'value', 'published_value', 'published_lower',
        'published_upper', 'rounding', 'value_status', 'release_status', 'dataset', 'release_sha256', 'origin',
    ] %}
    select 'as_was' as organisation_view, {{ columns | join(', ') }} from observations
    union all
    select 'as_now' as organisation_view, {{ columns | join(', ') }} from with_successor
    where current_code not in (select pooled_codes.current_code from pooled_codes)
    union all
    select 'as_now' as organisation_view, {{ columns | join(', ') }} from pooled_rates
)

select * from viewed
