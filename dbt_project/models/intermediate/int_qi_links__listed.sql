with projects as (select * from {{ ref('int_qi_projects__selected') }}),

sites as (select * from {{ ref('qi_project_sites') }}),

declared_measures as (select * from {{ ref('int_qi_measures__selected') }}),

catalogue as (select * from {{ ref('int_measures__known') }}),

topics as (select * from {{ ref('topic_measures') }}),

-- what no topic moves, everything moves: such a measure is shown beside QI in qi_ecological_links only
all_cause_measures as (
    select topics.measure_id
    from topics
    inner join catalogue on topics.measure_id = catalogue.measure_id
    where
        topics.topic = 'none'
        and catalogue.observation_kind <> 'stratum_distribution'
        and catalogue.dataset <> 'local_outcomes'
),

-- a project is linked to the measures that it declares, and to those whose reviewed topics hold its topic
linked_measures as (
    select
        projects.project_key,
        declared_measures.measure_id,
        'declared' as link_basis,
        declared_measures.measure_role,
        coalesce(declared_measures.is_primary, false) as is_primary
    from projects
    inner join declared_measures on projects.project_key = declared_measures.project_key
    left join all_cause_measures on declared_measures.measure_id = all_cause_measures.measure_id
    where all_cause_measures.measure_id is null
    union all
    select
        projects.project_key,
        topics.measure_id,
        'topic' as link_basis,
        'unknown' as measure_role,
        false as is_primary
    from projects
    inner join topics on projects.clinical_topic = topics.topic
    left join declared_measures
        on projects.project_key = declared_measures.project_key and topics.measure_id = declared_measures.measure_id
    where declared_measures.measure_id is null and projects.clinical_topic not in ('none', 'unknown', 'other')
),

-- one row per project and organisation; an organisation with two roles keeps the reach of the wider one
memberships as (
    select
        project_key,
        organisation_code,
        max(organisation_code_as_now) as organisation_code_as_now,
        case when count(joined_on) = count(*) then min(joined_on) end as joined_on,
        -- a share of 1 to 7 people is hidden, as the people are
        max(case when reach_people between 1 and 7 then null else reach_share end) as reach_share,
        bool_or(is_synthetic) as is_synthetic
    from sites
    group by project_key, organisation_code
),

reach_bases as (
    select
        memberships.project_key,
        memberships.organisation_code,
        min(sites.reach_basis) as reach_basis
    from memberships
    inner join sites
        on
            memberships.project_key = sites.project_key
            and memberships.organisation_code = sites.organisation_code
            and memberships.reach_share = sites.reach_share
    group by memberships.project_key, memberships.organisation_code
),

-- as now, the share of an organisation that merged says nothing about the share of the merged one
views as (
    select
        memberships.project_key,
        memberships.organisation_code,
        memberships.joined_on,
        memberships.is_synthetic,
        'as_was' as organisation_view,
        memberships.organisation_code as series_organisation_code,
        memberships.reach_share
    from memberships
    union all
    select
        memberships.project_key,
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
        project_key,
        publication,
        implemented_on,
        {{ blurred_months('implemented_precision') }} as blurred_months,
        {{ first_possible_day('implemented_on', 'implemented_precision') }} as untouched_until
    from projects
),

-- a date known to the month, quarter, season or year leaves the whole of it in neither half
starts as (
    select
        dated.*,
        cast({{ dbt.dateadd('month', 'coalesce(blurred_months, 0)', 'untouched_until') }} as date) as known_from
    from dated
)

select
    linked_measures.project_key,
    linked_measures.measure_id,
    views.organisation_code,
    views.organisation_view,
    views.series_organisation_code,
    linked_measures.link_basis,
    linked_measures.measure_role,
    linked_measures.is_primary,
    starts.publication,
    views.reach_share,
    case when views.reach_share is not null then reach_bases.reach_basis else 'unknown' end as reach_basis,
    'implemented' as date_role,
    starts.blurred_months,
    starts.implemented_on is null as is_start_unknown,
    case
        when views.joined_on > starts.implemented_on then views.joined_on
        else starts.untouched_until
    end as before_until,
    case
        when views.joined_on > starts.known_from then views.joined_on
        else starts.known_from
    end as after_from,
    views.is_synthetic
from linked_measures
inner join starts on linked_measures.project_key = starts.project_key
inner join views on linked_measures.project_key = views.project_key
left join reach_bases
    on views.project_key = reach_bases.project_key and views.organisation_code = reach_bases.organisation_code
