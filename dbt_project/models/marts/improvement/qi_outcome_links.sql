with projects as (select * from {{ ref('int_qi_projects__selected') }}),

sites as (select * from {{ ref('qi_project_sites') }}),

declared_measures as (select * from {{ ref('int_qi_measures__selected') }}),

catalogue as (select * from {{ ref('int_measures__known') }}),

outcomes as (select * from {{ ref('outcome_trends') }}),

-- a project is linked to the measures that it declares, and to those whose reviewed topics hold its topic
linked_measures as (
    select
        projects.project_ref,
        declared_measures.measure_id,
        'declared' as link_basis,
        declared_measures.measure_role,
        coalesce(declared_measures.is_primary, false) as is_primary
    from projects
    inner join declared_measures on projects.project_ref = declared_measures.project_ref
    union all
    select
        projects.project_ref,
        catalogue.measure_id,
        'topic' as link_basis,
        'unknown' as measure_role,
        false as is_primary
    from projects
    inner join catalogue
        on ',' || catalogue.linked_qi_topics || ',' like '%,' || projects.clinical_topic || ',%'
    left join declared_measures
        on projects.project_ref = declared_measures.project_ref and catalogue.measure_id = declared_measures.measure_id
    where declared_measures.measure_id is null and projects.clinical_topic not in ('unknown', 'other')
),

-- one row per project and organisation; an organisation with two roles keeps the reach of the wider one
memberships as (
    select
        project_ref,
        organisation_code,
        max(organisation_code_as_now) as organisation_code_as_now,
        case when count(joined_on) = count(*) then min(joined_on) end as joined_on,
        -- a share of 1 to 7 people is hidden, as the people are
        max(case when reach_people between 1 and 7 then null else reach_share end) as reach_share,
        bool_or(is_synthetic) as is_synthetic
    from sites
    group by project_ref, organisation_code
),

reach_bases as (
    select
        memberships.project_ref,
        memberships.organisation_code,
        min(sites.reach_basis) as reach_basis
    from memberships
    inner join sites
        on
            memberships.project_ref = sites.project_ref
            and memberships.organisation_code = sites.organisation_code
            and memberships.reach_share = sites.reach_share
    group by memberships.project_ref, memberships.organisation_code
),

-- as now, the share of an organisation that merged says nothing about the share of the merged one
views as (
    select
        memberships.project_ref,
        memberships.organisation_code,
        memberships.joined_on,
        memberships.is_synthetic,
        'as_was' as organisation_view,
        memberships.organisation_code as series_organisation_code,
        memberships.reach_share
    from memberships
    union all
    select
        memberships.project_ref,
        memberships.organisation_code,
        memberships.joined_on,
        memberships.is_synthetic,
        'as_now' as organisation_view,
        memberships.organisation_code_as_now as series_organisation_code,
        case
            when memberships.organisation_code = memberships.organisation_code_as_now then memberships.reach_share
        end as reach_share
    from memberships
),

dated as (
    select
        project_ref,
        implemented_on,
        implemented_precision,
        case implemented_precision
            when 'day' then 0 when 'month' then 1 when 'quarter' then 3 when 'financial_year' then 12
        end as blurred_months,
        case implemented_precision
            when 'month' then cast({{ dbt.date_trunc('month', 'implemented_on') }} as date)
            when 'quarter' then cast({{ dbt.date_trunc('quarter', 'implemented_on') }} as date)
            when 'financial_year' then cast({{ dbt.dateadd(
                'month', 3, dbt.date_trunc('year', dbt.dateadd('month', -3, 'implemented_on'))
            ) }} as date)
            else implemented_on
        end as untouched_until
    from projects
),

-- a date known to the month, quarter or year leaves the whole of it in neither half
starts as (
    select
        dated.*,
        cast({{ dbt.dateadd('month', 'coalesce(blurred_months, 0)', 'untouched_until') }} as date) as known_from
    from dated
),

candidates as (
    select
        linked_measures.project_ref,
        linked_measures.measure_id,
        linked_measures.link_basis,
        linked_measures.measure_role,
        linked_measures.is_primary,
        views.organisation_code,
        views.organisation_view,
        views.series_organisation_code,
        views.reach_share,
        case when views.reach_share is not null then reach_bases.reach_basis else 'unknown' end as reach_basis,
        views.is_synthetic,
        starts.blurred_months,
        starts.implemented_on is null as is_start_unknown,
        case
            when views.joined_on > starts.implemented_on then views.joined_on
            else starts.untouched_until
        end as before_until,
        case
            when views.joined_on > starts.known_from then views.joined_on
            else starts.known_from
        end as after_from
    from linked_measures
    inner join starts on linked_measures.project_ref = starts.project_ref
    inner join views on linked_measures.project_ref = views.project_ref
    left join reach_bases
        on views.project_ref = reach_bases.project_ref and views.organisation_code = reach_bases.organisation_code
),

-- the period in which the change came into use belongs to neither half
halved as (
    select
        candidates.project_ref,
        candidates.measure_id,
        candidates.organisation_code,
        candidates.organisation_view,
        outcomes.period_kind,
        outcomes.population,
        outcomes.stratum_dimension,
        outcomes.stratum,
        outcomes.stratum_scheme,
        outcomes.observation_kind,
        outcomes.adjustment,
        outcomes.period_start,
        outcomes.period_end,
        outcomes.numerator,
        outcomes.denominator,
        outcomes.is_synthetic,
        outcomes.value_status = 'value' as is_shown,
        case
            when outcomes.period_end < candidates.before_until then 'before'
            when outcomes.period_start >= candidates.after_from then 'after'
            else 'during'
        end as half
    from candidates
    inner join outcomes
        on
            candidates.measure_id = outcomes.measure_id
            and candidates.organisation_view = outcomes.organisation_view
            and candidates.series_organisation_code = outcomes.organisation_code
),

-- parts are added up, percentages are never averaged
pooled as (
    select
        project_ref,
        measure_id,
        organisation_code,
        organisation_view,
        period_kind,
        population,
        stratum_dimension,
        stratum,
        stratum_scheme,
        observation_kind,
        adjustment,
        bool_or(is_synthetic) as is_synthetic,
        min(period_start) as first_period_start,
        max(period_end) as last_period_end,
        count(case when is_shown and half = 'before' then 1 end) as points_before,
        count(case when is_shown and half = 'after' then 1 end) as points_after,
        count(case when not is_shown then 1 end) as points_without_value,
        sum(case when is_shown and half = 'before' then numerator end) as numerator_before,
        sum(case when is_shown and half = 'before' then denominator end) as denominator_before,
        sum(case when is_shown and half = 'after' then numerator end) as numerator_after,
        sum(case when is_shown and half = 'after' then denominator end) as denominator_after
    from halved
    group by
        project_ref,
        measure_id,
        organisation_code,
        organisation_view,
        period_kind,
        population,
        stratum_dimension,
        stratum,
        stratum_scheme,
        observation_kind,
        adjustment
),

judged as (
    select
        candidates.project_ref,
        candidates.measure_id,
        candidates.link_basis,
        candidates.measure_role,
        candidates.is_primary,
        candidates.organisation_code,
        candidates.organisation_view,
        candidates.series_organisation_code,
        candidates.reach_share,
        candidates.reach_basis,
        candidates.is_synthetic or coalesce(pooled.is_synthetic, false) as is_synthetic,
        candidates.before_until,
        candidates.after_from,
        pooled.period_kind,
        pooled.population,
        pooled.stratum_dimension,
        pooled.stratum,
        pooled.stratum_scheme,
        pooled.observation_kind,
        pooled.adjustment,
        pooled.first_period_start,
        pooled.last_period_end,
        pooled.points_before,
        pooled.points_after,
        pooled.points_without_value,
        pooled.numerator_before,
        pooled.denominator_before,
        pooled.numerator_after,
        pooled.denominator_after,
        catalogue.unit,
        catalogue.multiplier,
        catalogue.direction,
        case
            when catalogue.measure_id is null then 'measure_unknown'
            when pooled.project_ref is null then 'no_outcome_series'
            when pooled.observation_kind = 'stratum_distribution' then 'distribution_not_rate'
            when pooled.observation_kind = 'score' or catalogue.unit = 'score' then 'score_not_pooled'
            when candidates.is_start_unknown then 'start_unknown'
            when candidates.blurred_months is null then 'date_too_coarse'
            when
                candidates.blurred_months
                > case pooled.period_kind when 'month' then 1 when 'quarter' then 3 else 12 end
                then 'date_too_coarse'
            when pooled.points_before = 0 then 'no_points_before'
            when pooled.points_after = 0 then 'no_points_after'
            when candidates.reach_share is null or candidates.reach_basis = 'unknown' then 'reach_unknown'
            else 'linked'
        end as status
    from candidates
    left join catalogue on candidates.measure_id = catalogue.measure_id
    left join pooled
        on
            candidates.project_ref = pooled.project_ref
            and candidates.measure_id = pooled.measure_id
            and candidates.organisation_code = pooled.organisation_code
            and candidates.organisation_view = pooled.organisation_view
),

-- only a series that may be split at the start has two halves
split as (
    select
        judged.*,
        status in ('linked', 'reach_unknown', 'no_points_before', 'no_points_after') as is_split
    from judged
),

rated as (
    select
        split.*,
        case when is_split and denominator_before > 0 then multiplier * numerator_before / denominator_before end
            as value_before,
        case when is_split and denominator_after > 0 then multiplier * numerator_after / denominator_after end
            as value_after
    from split
)

select
    project_ref,
    measure_id,
    organisation_code,
    organisation_view,
    coalesce(period_kind, 'none') as period_kind,
    coalesce(population, 'none') as population,
    coalesce(stratum_dimension, 'none') as stratum_dimension,
    coalesce(stratum, 'none') as stratum,
    coalesce(stratum_scheme, 'none') as stratum_scheme,
    coalesce(adjustment, 'none') as adjustment,
    coalesce(observation_kind, 'none') as observation_kind,
    series_organisation_code,
    link_basis,
    measure_role,
    is_primary,
    direction,
    unit,
    before_until,
    after_from,
    first_period_start,
    last_period_end,
    case when is_split then points_before end as points_before,
    case when is_split then points_after end as points_after,
    coalesce(points_without_value, 0) as points_without_value,
    case when is_split then numerator_before end as numerator_before,
    case when is_split then denominator_before end as denominator_before,
    value_before,
    case when is_split then numerator_after end as numerator_after,
    case when is_split then denominator_after end as denominator_after,
    value_after,
    value_after - value_before as change,
    round(reach_share, 2) as reach_share,
    reach_basis,
    status,
    'association' as claim,
    is_synthetic
from rated
