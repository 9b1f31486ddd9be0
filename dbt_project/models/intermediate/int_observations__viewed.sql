-- every observation "as was" (codes as published) and "as now" (constituents pooled under the successor)
with observations as (select * from {{ ref('observations') }}),

measures as (select * from {{ ref('int_measures__known') }}),

current_codes as (select * from {{ ref('int_organisations__current') }}),

-- a body that a measure shows under both of its codes in one period is counted once under each, not pooled
shown_twice as (
    select distinct
        as_gss.measure_id,
        as_gss.period_start,
        as_gss.period_end,
        as_gss.organisation_code
    from observations as as_gss
    inner join current_codes
        on
            as_gss.organisation_code = current_codes.organisation_code
            and as_gss.organisation_scheme = current_codes.organisation_scheme
            and current_codes.organisation_scheme <> current_codes.current_scheme
    inner join observations as as_ods
        on
            current_codes.twin_code = as_ods.organisation_code
            and as_ods.organisation_scheme = current_codes.current_scheme
            and as_gss.measure_id = as_ods.measure_id
            and as_gss.period_start = as_ods.period_start
            and as_gss.period_end = as_ods.period_end
),

with_successor as (
    select
        observations.*,
        coalesce(current_codes.current_code, observations.organisation_code) as current_code,
        coalesce(current_codes.current_scheme, observations.organisation_scheme) as current_scheme
    from observations
    left join shown_twice
        on
            observations.organisation_scheme = 'gss'
            and observations.organisation_code = shown_twice.organisation_code
            and observations.measure_id = shown_twice.measure_id
            and observations.period_start = shown_twice.period_start
            and observations.period_end = shown_twice.period_end
    left join current_codes
        on
            observations.organisation_scheme = current_codes.organisation_scheme
            and observations.organisation_code = current_codes.organisation_code
            and shown_twice.organisation_code is null
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
        with_successor.current_scheme as organisation_scheme,
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
            when min(case when with_successor.value_status = 'not_applicable' then 1 else 0 end) = 1
                then 'not_applicable'
            -- a score without its parts can't be pooled
            when
                count(*) > 1
                and with_successor.observation_kind <> 'stratum_distribution'
                and least(count(with_successor.numerator), count(with_successor.denominator)) < count(*)
                then 'not_applicable'
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
