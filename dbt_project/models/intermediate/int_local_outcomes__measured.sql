with outcomes as (
    select
        *,
        case
            when
                {{ is_hidden_count('numerator') }}
                or {{ is_hidden_count('denominator') }}
                or {{ tells_of_each_member('numerator', 'denominator') }}
                then 1
            else 0
        end as is_small,
        case when least(numerator, denominator) > 7 then 1 else 0 end as may_hide
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
        max(is_small) as has_hidden,
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
        denominator,
        is_small,
        may_hide
    from outcomes
    union all
    select
        {{ whole | join(', ') }},
        'all' as stratum_dimension,
        'all' as stratum,
        'none' as stratum_scheme,
        numerator,
        denominator,
        0 as is_small,
        0 as may_hide
    from ranked_dimensions
    where place = 1
),

-- nobody can say which groups of a team are everybody, so that every breakdown is taken for one that could be
stated as (
    {{ release_states(
        'counted', whole, ['stratum_dimension', 'stratum_scheme'], 'stratum', "stratum_dimension = 'all'",
        ['denominator', 'numerator'], rounding=true
    ) }}
)

{% set shown_base = base_is_shown("stated.stratum_dimension = 'all'", 'stated.denominator') %}
select
    stated.measure_id,
    stated.organisation_code,
    'ods' as organisation_scheme,
    coalesce(organisations.organisation_level, 'provider') as organisation_level,
    stated.period_start,
    stated.period_end,
    case
        when {{ dbt.datediff('stated.period_start', 'stated.period_end', 'day') }} < 31 then 'month'
        when {{ dbt.datediff('stated.period_start', 'stated.period_end', 'day') }} < 92 then 'quarter'
        when extract(month from stated.period_start) = 4 then 'financial_year'
        else 'calendar_year'
    end as period_kind,
    stated.population,
    stated.stratum_dimension,
    stated.stratum,
    stated.stratum_scheme,
    case
        when stated.stratum_dimension = 'all' then 'none'
        when stated.stratum_dimension = 'deprivation' then 'patient_residence_area'
        else 'patient_recorded'
    end as stratum_basis,
    cast(null as date) as stratum_assigned_on,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    cast({{ stated_count('stated.numerator') }} as double) as numerator,
    cast({{ stated_lower('stated.numerator') }} as double) as numerator_lower,
    cast({{ stated_upper('stated.numerator', 'stated.whole_denominator') }} as double) as numerator_upper,
    cast({{ stated_count('stated.denominator', shown_base) }} as double) as denominator,
    cast({{ stated_lower('stated.denominator', shown_base) }} as double) as denominator_lower,
    cast({{ stated_upper('stated.denominator', 'stated.whole_denominator', shown_base) }} as double)
        as denominator_upper,
    100.0 * {{ stated_count('stated.numerator') }} / nullif({{ stated_count('stated.denominator') }}, 0) as value,
    cast(null as double) as published_value,
    cast(null as double) as published_lower,
    cast(null as double) as published_upper,
    'nearest_5' as rounding,
    case
        when stated.release_state <> 'shown' then 'suppressed'
        when stated.denominator = 0 then 'not_applicable'
        else 'value'
    end as value_status,
    releases.release_status,
    -- a team's newer file replaces what is known of its own organisation only
    stated.organisation_code as release_scope,
    'local_outcomes' as dataset,
    stated.release_sha256
from stated
inner join measures on stated.measure_id = measures.measure_id
inner join releases
    on stated.release_sha256 = releases.release_sha256 and releases.dataset = 'local_outcomes'
left join organisations
    on
        stated.organisation_code = organisations.organisation_code
        and organisations.organisation_scheme = 'ods'
        and stated.period_end between organisations.found_from and organisations.found_to
