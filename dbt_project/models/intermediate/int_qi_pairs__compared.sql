{%- set shown_per_project = 20 -%}

with projects as (select * from {{ ref('int_qi_projects__selected') }}),

sites as (select * from {{ ref('int_qi_sites__selected') }}),

decisions as (select * from {{ ref('int_qi_duplicates__decided') }}),

texts as (
    select
        project_key,
        register,
        upper(project_ref) as project_ref,
        clinical_topic,
        coalesce(implemented_on, testing_started_on, registered_on) as started_on,
        nullif({{ title_text('title') }}, '') as title
    from projects
),

stemmed as (
    select
        texts.*,
        nullif({{ title_stem('title') }}, '') as stem
    from texts
),

places as (
    select distinct
        sites.project_key,
        sites.organisation_code
    from sites
    inner join projects on sites.project_key = projects.project_key
),

titled as (
    select * from stemmed
    where title is not null
),

words as (
    {{ title_words('titled', 'project_key', 'title') }}
),

word_counts as (
    select
        project_key,
        count(*) as words
    from words
    group by project_key
),

-- only projects that share something rare are looked at: every pair of 50,000 projects would be a thousand million
shared_things as (
    select
        'stem|' || stem as thing,
        project_key
    from stemmed
    where stem is not null
    union all
    select
        'ref|' || project_ref as thing,
        project_key
    from stemmed
    union all
    select
        'word|' || word as thing,
        project_key
    from words
    union all
    select
        'place|' || places.organisation_code || '|' || words.word as thing,
        words.project_key
    from words
    inner join places on words.project_key = places.project_key
    union all
    select
        'stem_place|' || places.organisation_code || '|' || stemmed.stem as thing,
        stemmed.project_key
    from stemmed
    inner join places on stemmed.project_key = places.project_key
    where stemmed.stem is not null
    union all
    select
        'stem_register|' || register || '|' || stem as thing,
        project_key
    from stemmed
    where stem is not null
    union all
    select
        'month|' || places.organisation_code || '|' || stemmed.clinical_topic || '|'
        || cast({{ dbt.date_trunc('month', 'stemmed.started_on') }} as string) as thing,
        stemmed.project_key
    from stemmed
    inner join places on stemmed.project_key = places.project_key
    where stemmed.clinical_topic not in ('unknown', 'other') and stemmed.started_on is not null
),

rare_things as (
    select thing
    from shared_things
    group by thing
    having count(*) between 2 and 12
),

rarely_shared as (
    select
        shared_things.thing,
        shared_things.project_key
    from shared_things
    inner join rare_things on shared_things.thing = rare_things.thing
),

met as (
    select distinct
        one.project_key as project_key_a,
        other.project_key as project_key_b
    from rarely_shared as one
    inner join rarely_shared as other on one.thing = other.thing and one.project_key < other.project_key
    union
    select
        project_key_a,
        project_key_b
    from decisions
),

-- two projects of one register are only looked at when one title is the other's with a number or the like
candidates as (
    select
        met.project_key_a,
        met.project_key_b,
        case when one.register = other.register then 'cloned_title' else 'cross_register' end as candidate_kind,
        one.title as title_a,
        other.title as title_b,
        one.project_ref = other.project_ref as has_same_ref,
        case
            when one.clinical_topic = 'unknown' or other.clinical_topic = 'unknown' then null
            when one.clinical_topic = other.clinical_topic then 1.0
            else 0.0
        end as topic_score,
        case
            when abs({{ dbt.datediff('one.started_on', 'other.started_on', 'day') }}) <= 180
                then 1.0 - abs({{ dbt.datediff('one.started_on', 'other.started_on', 'day') }}) / 180.0
            when one.started_on is not null and other.started_on is not null then 0.0
        end as start_score,
        decisions.decision,
        decisions.reviewed_on
    from met
    inner join stemmed as one on met.project_key_a = one.project_key
    inner join stemmed as other on met.project_key_b = other.project_key
    left join decisions
        on met.project_key_a = decisions.project_key_a and met.project_key_b = decisions.project_key_b
    where one.register <> other.register or one.stem = other.stem or decisions.decision is not null
),

-- what is held is looked up under one name of project and word, so that no plan joins all holders of a word first
held_words as (
    select project_key || '|' || word as holding
    from words
),

held_places as (
    select project_key || '|' || organisation_code as holding
    from places
),

words_in_common as (
    select
        candidates.project_key_a,
        candidates.project_key_b,
        count(*) as words
    from candidates
    inner join words as one on candidates.project_key_a = one.project_key
    inner join held_words as other on candidates.project_key_b || '|' || one.word = other.holding
    group by candidates.project_key_a, candidates.project_key_b
),

places_in_common as (
    select
        candidates.project_key_a,
        candidates.project_key_b,
        count(*) as organisations
    from candidates
    inner join places as one on candidates.project_key_a = one.project_key
    inner join held_places as other on candidates.project_key_b || '|' || one.organisation_code = other.holding
    group by candidates.project_key_a, candidates.project_key_b
),

placed as (select distinct project_key from places),

parted as (
    select
        candidates.*,
        case
            when candidates.title_a is not null and candidates.title_b is not null
                then
                    greatest(
                        coalesce(
                            2.0 * words_in_common.words / nullif(words_a.words + words_b.words, 0), 0.0
                        ),
                        {{ letter_similarity('candidates.title_a', 'candidates.title_b') }}
                    )
        end as title_score,
        case
            when places_in_common.organisations is not null then 1.0
            when placed_a.project_key is not null and placed_b.project_key is not null then 0.0
        end as organisation_score
    from candidates
    left join words_in_common
        on {{ matching('candidates', 'words_in_common', ['project_key_a', 'project_key_b']) }}
    left join places_in_common
        on {{ matching('candidates', 'places_in_common', ['project_key_a', 'project_key_b']) }}
    left join word_counts as words_a on candidates.project_key_a = words_a.project_key
    left join word_counts as words_b on candidates.project_key_b = words_b.project_key
    left join placed as placed_a on candidates.project_key_a = placed_a.project_key
    left join placed as placed_b on candidates.project_key_b = placed_b.project_key
),

-- what is not known of one of the two speaks neither way; without titles only an equal reference lets the rest count
scored as (
    select
        parted.*,
        case
            when title_score is null and not has_same_ref then 0.0
            else
                (
                    0.5 * coalesce(title_score, 0.0)
                    + 0.2 * coalesce(organisation_score, 0.0)
                    + 0.15 * coalesce(start_score, 0.0)
                    + 0.1 * coalesce(topic_score, 0.0)
                    + case when has_same_ref then 0.05 else 0.0 end
                )
                / (
                    case when title_score is null then 0.0 else 0.5 end
                    + case when organisation_score is null then 0.0 else 0.2 end
                    + case when start_score is null then 0.0 else 0.15 end
                    + case when topic_score is null then 0.0 else 0.1 end
                    + case when has_same_ref then 0.05 else 0.0 end
                )
        end as score
    from parted
    where title_score is not null or has_same_ref or decision is not null
),

likely as (
    select * from scored
    where score >= 0.65 or decision is not null
),

ends as (
    select
        project_key_a as project_key,
        project_key_a,
        project_key_b,
        score,
        decision
    from likely
    union all
    select
        project_key_b as project_key,
        project_key_a,
        project_key_b,
        score,
        decision
    from likely
),

ranked as (
    select
        ends.project_key_a,
        ends.project_key_b,
        row_number() over (
            partition by ends.project_key
            order by
                case when ends.decision is null then 1 else 0 end,
                ends.score desc,
                ends.project_key_a,
                ends.project_key_b
        ) as place
    from ends
),

ranks as (
    select
        project_key_a,
        project_key_b,
        max(place) as place
    from ranked
    group by project_key_a, project_key_b
)

select
    likely.project_key_a,
    likely.project_key_b,
    likely.candidate_kind,
    cast(likely.score as double) as score,
    cast(likely.title_score as double) as title_score,
    cast(likely.start_score as double) as start_score,
    cast(likely.organisation_score as double) as organisation_score,
    cast(likely.topic_score as double) as topic_score,
    likely.has_same_ref,
    likely.decision,
    likely.reviewed_on
from likely
inner join ranks on {{ matching('likely', 'ranks', ['project_key_a', 'project_key_b']) }}
where ranks.place <= {{ shown_per_project }} or likely.decision is not null
