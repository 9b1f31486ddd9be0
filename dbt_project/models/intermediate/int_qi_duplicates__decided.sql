with decisions as (select * from {{ ref('stg_qi_reviews__duplicate_decisions') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

traced as (select * from {{ ref('int_qi_projects__traced') }}),

newest_generations as (
    select
        register,
        project_ref,
        max(generation) as generation
    from traced
    group by register, project_ref
),

keyed as (
    select
        newest_generations.register,
        newest_generations.project_ref,
        {{ qi_project_key(
            'newest_generations.register', 'newest_generations.project_ref', 'newest_generations.generation'
        ) }} as project_key
    from newest_generations
),

pairs as (
    select
        least(one.project_key, other.project_key) as project_key_a,
        greatest(one.project_key, other.project_key) as project_key_b,
        decisions.decision,
        decisions.reviewed_on,
        releases.release_rank
    from decisions
    inner join releases on decisions.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_reviews'
    inner join keyed as one on decisions.register_a = one.register and decisions.project_ref_a = one.project_ref
    inner join keyed as other on decisions.register_b = other.register and decisions.project_ref_b = other.project_ref
    where one.project_key <> other.project_key
),

-- the newest decision holds; of two on one day 'different', which merges nothing
ordered as (
    select
        pairs.*,
        row_number() over (
            partition by project_key_a, project_key_b
            order by reviewed_on desc, release_rank desc, decision
        ) as place
    from pairs
)

select
    project_key_a,
    project_key_b,
    decision,
    reviewed_on
from ordered
where place = 1
