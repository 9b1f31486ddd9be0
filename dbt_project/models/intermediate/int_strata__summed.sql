-- all strata of one organisation, period and scheme: what they have in common, and what is known of them together
{% set set_columns = set_columns() %}
with trends as (
    select * from {{ ref('outcome_trends') }}
    where observation_kind in ('rate_within_stratum', 'score') and stratum_dimension <> 'all'
),

measures as (select * from {{ ref('int_measures__known') }}),

-- how many groups an ordered scheme has, whoever lacks some of them
schemes as (
    select
        measure_id,
        stratum_scheme,
        max(stratum_order) as quantiles
    from trends
    where stratum_dimension = 'deprivation' and stratum <> 'unknown'
    group by measure_id, stratum_scheme
),

summed as (
    select
        {{ set_columns | join(', ') }},
        max(measure_title) as measure_title,
        max(unit) as unit,
        max(organisation_name) as organisation_name,
        max(organisation_level) as organisation_level,
        max(stratum_basis) as stratum_basis,
        max(observation_kind) as observation_kind,
        max(dataset) as dataset,
        bool_or(is_synthetic) as is_synthetic,
        sum(case when stratum <> 'unknown' then 1 else 0 end) as known_strata,
        sum(case when stratum <> 'unknown' and value is null then 1 else 0 end) as hidden_strata,
        sum(case when stratum <> 'unknown' and value_status = 'suppressed' then 1 else 0 end) as suppressed_strata,
        {% for part in ['numerator', 'denominator'] %}
        sum(case when stratum <> 'unknown' then {{ part }} end) as known_{{ part }},
        sum(case when stratum <> 'unknown' then {{ part }}_lower end) as known_{{ part }}_lower,
        sum(case when stratum <> 'unknown' then {{ part }}_upper end) as known_{{ part }}_upper,
        sum(case when stratum = 'unknown' then {{ part }} end) as unknown_{{ part }},
        {% endfor %}
        min(case when stratum <> 'unknown' then numerator end) as min_events,
        min(case when stratum <> 'unknown' then denominator end) as min_base,
        coalesce(max(case when stratum = 'unknown' then value_status end), 'none_published') as unknown_status
    from trends
    group by {{ set_columns | join(', ') }}
)

select
    row_number() over (order by {{ qualified('summed', set_columns) }}) as set_id,
    summed.*,
    measures.direction,
    measures.multiplier,
    measures.interval as interval_rule,
    measures.interval = 'wilson' as is_proportion,
    summed.stratum_dimension = 'deprivation' as is_ordered,
    schemes.quantiles,
    -- over all groups together: none may be hidden, and of an ordered scheme none absent
    case
        when summed.observation_kind = 'score' then 'not_computed:score_has_no_parts'
        when summed.suppressed_strata > 0 then 'not_computed:suppressed_stratum'
        when summed.hidden_strata > 0 or summed.known_strata < coalesce(schemes.quantiles, 2)
            then 'not_computed:missing_stratum'
        else 'computed'
    end as status
from summed
inner join measures on summed.measure_id = measures.measure_id
left join schemes
    on
        summed.measure_id = schemes.measure_id
        and summed.stratum_scheme = schemes.stratum_scheme
        and summed.stratum_dimension = 'deprivation'
where
    (summed.stratum_dimension = 'deprivation' and schemes.quantiles in (5, 10))
    or (summed.stratum_dimension <> 'deprivation' and summed.known_strata >= 2)
