{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_lost_releases('mhsds') }}"
) }}

with measures as (
    select * from {{ ref('stg_mhsds__measures') }}
    where {{ only_new_releases('release_sha256') }}
),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- what each code of the publisher is to a measure; a score is its own value, its denominator the number waiting
used as (
    select
        *,
        case
            when measure_code in ('MRS01', 'MRS01a', 'MRS01b') then 'mhsds_adult_four_week_waits'
            when measure_code in ('MRS08', 'MRS08a', 'MRS08b') then 'mhsds_children_four_week_waits'
            when measure_code in ('MRS03', 'MRS03a') then 'mhsds_adult_median_wait'
            when measure_code in ('MRS10', 'MRS10a') then 'mhsds_children_median_wait'
            when measure_code in ('EIP23a', 'EIP23b', 'EIP23i') then 'mhsds_psychosis_two_week_waits'
            when measure_code = 'MHS81' then 'mhsds_detentions'
        end as measure_id,
        case
            when measure_code in ('MRS01a', 'MRS08a', 'EIP23b', 'MHS81') then 'numerator'
            when measure_code in ('MRS01b', 'MRS08b', 'EIP23i') then 'published'
            when measure_code in ('MRS03a', 'MRS10a') then 'score'
            else 'denominator'
        end as part
    from measures
),

-- a stratum that the file splits in two (Not Stated, Unknown) is summed; if one part is hidden the sum is
wide as (
    select
        release_sha256,
        measure_id,
        period_start,
        period_end,
        organisation_level,
        organisation_code,
        organisation_scheme,
        stratum_dimension,
        stratum,
        stratum_scheme,
        rounding,
        sum(case when part = 'numerator' then measure_value end) as numerator_shown,
        sum(case when part = 'numerator' then count_lower end) as numerator_lower,
        sum(case when part = 'numerator' then count_upper end) as numerator_upper,
        sum(case when part = 'denominator' then measure_value end) as denominator_shown,
        sum(case when part = 'denominator' then count_lower end) as denominator_lower,
        sum(case when part = 'denominator' then count_upper end) as denominator_upper,
        max(case when part in ('published', 'score') then measure_value end) as figure,
        count(case when part in ('published', 'score') then 1 end) as figures,
        count(case when part = 'numerator' then 1 end) as numerators,
        count(case when part = 'denominator' then 1 end) as denominators,
        count(case when part = 'score' then 1 end) as scores,
        count(case when part = 'score' and measure_value_status = 'suppressed' then 1 end) as hidden_scores,
        count(case when part = 'numerator' and measure_value_status = 'suppressed' then 1 end) as hidden_numerators,
        count(case when part = 'numerator' and measure_value_status = 'value' then 1 end) as shown_numerators,
        count(case when part = 'denominator' and measure_value_status = 'suppressed' then 1 end) as hidden_denominators,
        count(case when part = 'denominator' and measure_value_status = 'value' then 1 end) as shown_denominators
    from used
    where measure_id is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
),

kinds as (
    select
        *,
        case when shown_numerators = numerators then numerator_shown end as numerator,
        case when shown_denominators = denominators then denominator_shown end as denominator,
        case
            when measure_id = 'mhsds_detentions' then 'stratum_distribution'
            when scores > 0 then 'score'
            else 'rate_within_stratum'
        end as observation_kind
    from wide
),

judged as (
    select
        *,
        case observation_kind
            when 'stratum_distribution'
                then
                    case
                        when hidden_numerators > 0 then 'suppressed'
                        when numerator is null then 'missing_at_source'
                        else 'value'
                    end
            when 'score'
                then
                    case
                        when hidden_scores > 0 then 'suppressed'
                        when figure is null then 'missing_at_source'
                        when figures > 1 then 'not_applicable'
                        else 'value'
                    end
            else
                case
                    when hidden_numerators > 0 or hidden_denominators > 0 then 'suppressed'
                    when numerator is null or denominator is null then 'missing_at_source'
                    when denominator <= 0 or numerator > denominator then 'not_applicable'
                    else 'value'
                end
        end as value_status
    from kinds
)

select
    judged.measure_id,
    judged.organisation_code,
    judged.organisation_scheme,
    judged.organisation_level,
    judged.period_start,
    judged.period_end,
    case
        when
            year(judged.period_start) = year(judged.period_end)
            and month(judged.period_start) = month(judged.period_end)
            then 'month'
        else 'rolling'
    end as period_kind,
    'all' as population,
    judged.stratum_dimension,
    judged.stratum,
    judged.stratum_scheme,
    case judged.stratum_dimension
        when 'all' then 'none'
        when 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    judged.observation_kind,
    'crude' as adjustment,
    cast(judged.numerator as double) as numerator,
    cast(judged.numerator_lower as double) as numerator_lower,
    cast(judged.numerator_upper as double) as numerator_upper,
    cast(judged.denominator as double) as denominator,
    cast(judged.denominator_lower as double) as denominator_lower,
    cast(judged.denominator_upper as double) as denominator_upper,
    case
        when judged.value_status <> 'value' or judged.observation_kind = 'stratum_distribution' then null
        when judged.observation_kind = 'score' then judged.figure
        else 100.0 * judged.numerator / judged.denominator
    end as value,
    cast(
        case
            when judged.observation_kind = 'rate_within_stratum' and judged.figures = 1 then judged.figure
        end as double
    ) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    judged.rounding,
    judged.value_status,
    releases.release_status,
    'month' as release_scope,
    'mhsds' as dataset,
    judged.release_sha256
from judged
inner join releases on judged.release_sha256 = releases.release_sha256 and releases.dataset = 'mhsds'
