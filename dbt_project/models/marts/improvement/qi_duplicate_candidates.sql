with pairs as (select * from {{ ref('int_qi_pairs__compared') }}),

projects as (select * from {{ ref('int_qi_projects__selected') }})

select
    pairs.project_key_a,
    pairs.project_key_b,
    one.register as register_a,
    one.project_ref as project_ref_a,
    other.register as register_b,
    other.project_ref as project_ref_b,
    case when one.publication = 'public' then one.title end as title_a,
    case when other.publication = 'public' then other.title end as title_b,
    pairs.candidate_kind,
    pairs.score,
    pairs.title_score,
    pairs.start_score,
    pairs.organisation_score,
    pairs.topic_score,
    pairs.has_same_ref,
    coalesce(pairs.decision, 'undecided') as decision,
    pairs.reviewed_on,
    one.is_synthetic or other.is_synthetic as is_synthetic
from pairs
inner join projects as one on pairs.project_key_a = one.project_key
inner join projects as other on pairs.project_key_b = other.project_key
