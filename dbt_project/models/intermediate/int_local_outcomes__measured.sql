with outcomes as (
    select
        *,
        {{ is_hidden_count('numerator') }} or {{ is_hidden_count('denominator') }} as is_hidden
    from {{ ref('stg_local_outcomes__outcomes') }}
),

measures as (select * from {{ ref('int_measures__local') }}),

organisations as (select * from {{ ref('int_organisations__versioned') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

{% set whole = [
    'release_sha256', 'measure_id', 'organisation_code', 'period_start', 'period_end', 'population',
] %}
wholes as (
    select distinct {{ whole | join(', ') }}
    from outcomes
    where stratum_dimension = 'all'
),

-- groups that are everybody: all fifths or tenths of deprivation, or both sexes; of other groups nobody can say
dimensions as (
    select
        {{ whole | join(', ') }},
        stratum_dimension,
        stratum_scheme,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max(case when is_hidden then 1 else 0 end) as has_hidden,
        sum(case when stratum = 'unknown' then 0 else 1 end) as known_strata
    from outcomes
    where stratum_dimension = 'deprivation' or (stratum_dimension = 'sex' and stratum in ('female', 'male', 'unknown'))
    group by {{ whole | join(', ') }}, stratum_dimension, stratum_scheme
),

ranked_dimensions as (
    select
        dimensions.*,
        row_number() over (
            partition by {{ qualified('dimensions', whole) }}
            order by dimensions.stratum_dimension, dimensions.stratum_scheme
        ) as place
    from dimensions
    left join wholes on {{ matching('dimensions', 'wholes', whole) }}
    where
        wholes.measure_id is null
        and dimensions.has_hidden = 0
        and dimensions.known_strata = case
            when dimensions.stratum_dimension = 'sex' then 2
            when dimensions.stratum_scheme like '%decile%' then 10
            else 5
        end
),

-- a whole that the team left out is the sum of its groups, unless it would tell of a hidden one
counted as (
    select
        {{ whole | join(', ') }},
        stratum_dimension,
        stratum,
        stratum_scheme,
        numerator,
        denominator
    from outcomes
    union all
    select
        {{ whole | join(', ') }},
        'all' as stratum_dimension,
        'all' as stratum,
        'none' as stratum_scheme,
        numerator,
        denominator
    from ranked_dimensions
    where place = 1
)

select
    counted.measure_id,
    counted.organisation_code,
    'ods' as organisation_scheme,
    coalesce(organisations.organisation_level, 'provider') as organisation_level,
    counted.period_start,
    counted.period_end,
    case
        when {{ dbt.datediff('counted.period_start', 'counted.period_end', 'day') }} < 31 then 'month'
        when {{ dbt.datediff('counted.period_start', 'counted.period_end', 'day') }} < 92 then 'quarter'
        when extract(month from counted.period_start) = 4 then 'financial_year'
        else 'calendar_year'
    end as period_kind,
    counted.population,
    counted.stratum_dimension,
    counted.stratum,
    counted.stratum_scheme,
    case
        when counted.stratum_dimension = 'all' then 'none'
        when counted.stratum_dimension = 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast({{ released_count('counted.numerator') }} as double) as numerator,
    cast({{ released_lower('counted.numerator') }} as double) as numerator_lower,
    cast({{ released_upper('counted.numerator') }} as double) as numerator_upper,
    cast({{ released_count('counted.denominator') }} as double) as denominator,
    cast({{ released_lower('counted.denominator') }} as double) as denominator_lower,
    cast({{ released_upper('counted.denominator') }} as double) as denominator_upper,
    100.0 * {{ released_count('counted.numerator') }}
    / nullif({{ released_count('counted.denominator') }}, 0) as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'nearest_5' as rounding,
    case
        when {{ is_hidden_count('counted.numerator') }} or {{ is_hidden_count('counted.denominator') }}
            then 'suppressed'
        when counted.denominator = 0 then 'not_applicable'
        else 'value'
    end as value_status,
    releases.release_status,
    -- a team's newer file replaces what is known of its own organisation only
    counted.organisation_code as release_scope,
    'local_outcomes' as dataset,
    counted.release_sha256
from counted
inner join measures on counted.measure_id = measures.measure_id
inner join releases
    on counted.release_sha256 = releases.release_sha256 and releases.dataset = 'local_outcomes'
left join organisations
    on
        counted.organisation_code = organisations.organisation_code
        and organisations.organisation_scheme = 'ods'
        and counted.period_end between organisations.found_from and organisations.found_to
