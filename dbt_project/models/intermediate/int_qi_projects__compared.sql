with projects as (select * from {{ ref('stg_qi_projects__projects') }}),

sites as (select * from {{ ref('stg_qi_projects__sites') }}),

texts as (
    select
        register,
        project_ref,
        release_rank,
        release_sha256,
        {{ title_text('title') }} as title,
        implemented_on,
        testing_started_on,
        registered_on
    from projects
),

-- each naming of a reference beside the one before it in the same register
successive as (
    select
        texts.*,
        lag(release_rank) over (partition by register, project_ref order by release_rank) as rank_before,
        lead(release_rank) over (partition by register, project_ref order by release_rank) as rank_after,
        lag(title) over (partition by register, project_ref order by release_rank) as title_before,
        lag(implemented_on) over (partition by register, project_ref order by release_rank) as implemented_before,
        lag(testing_started_on) over (partition by register, project_ref order by release_rank) as testing_before,
        lag(registered_on) over (partition by register, project_ref order by release_rank) as registered_before
    from texts
),

retitled as (
    select
        successive.*,
        register || '|' || project_ref || '|' || release_sha256 as place,
        abs(coalesce(
            {{ dbt.datediff('implemented_before', 'implemented_on', 'day') }},
            {{ dbt.datediff('testing_before', 'testing_started_on', 'day') }},
            {{ dbt.datediff('registered_before', 'registered_on', 'day') }}
        )) as start_gap_days
    from successive
    where title <> title_before and title <> '' and title_before <> ''
),

words_now as (
    {{ title_words('retitled', 'place', 'title') }}
),

words_before as (
    {{ title_words('retitled', 'place', 'title_before') }}
),

counts_now as (
    select
        place,
        count(*) as words
    from words_now
    group by place
),

counts_before as (
    select
        place,
        count(*) as words
    from words_before
    group by place
),

shared as (
    select
        words_now.place,
        count(*) as words
    from words_now
    inner join words_before on words_now.place = words_before.place and words_now.word = words_before.word
    group by words_now.place
),

compared as (
    select
        retitled.*,
        coalesce(1.0 * shared.words / least(counts_now.words, counts_before.words), 0.0) as word_similarity,
        {{ letter_similarity('retitled.title', 'retitled.title_before') }} as letter_similarity
    from retitled
    left join counts_now on retitled.place = counts_now.place
    left join counts_before on retitled.place = counts_before.place
    left join shared on retitled.place = shared.place
),

-- words in common to those of the shorter title; letters only tell a slip of the pen, for long titles share many anyway
likened as (
    select
        compared.*,
        case
            when letter_similarity >= 0.75 then greatest(word_similarity, letter_similarity) else word_similarity
        end as title_similarity
    from compared
),

-- sites of the same file, or of files that came after it and before the next naming
leads as (
    select distinct
        likened.place,
        sites.organisation_code,
        case when sites.release_rank >= likened.release_rank then 'now' else 'before' end as naming
    from likened
    inner join sites
        on
            likened.register = sites.register
            and likened.project_ref = sites.project_ref
            and sites.role = 'lead'
            and sites.release_rank >= likened.rank_before
            and (likened.rank_after is null or sites.release_rank < likened.rank_after)
),

led as (
    select
        place,
        count(distinct naming) as namings,
        count(*) - count(distinct organisation_code) as leads_in_common
    from leads
    group by place
)

select
    likened.register,
    likened.project_ref,
    likened.release_rank,
    likened.release_sha256,
    likened.title_similarity,
    likened.start_gap_days,
    case when led.namings = 2 then led.leads_in_common > 0 end as has_lead_in_common,
    (
        likened.title_similarity < 0.5
        and (
            coalesce(likened.start_gap_days > 180, false)
            or coalesce(led.namings = 2 and led.leads_in_common = 0, false)
        )
    )
    -- nothing of the title and another start, where a lead is not known of both
    or (likened.title_similarity = 0 and coalesce(likened.start_gap_days > 0 and coalesce(led.namings, 0) < 2, false))
    -- the same kind of work under another lead, a year away
    or coalesce(likened.start_gap_days > 365 and led.namings = 2 and led.leads_in_common = 0, false) as is_ref_reused
from likened
left join led on likened.place = led.place
