with assessments as (select * from {{ ref('stg_board_maturity__assessments') }}),

known_items as (select * from {{ ref('maturity_items') }}),

-- the newest file that tells of an assessment gives all its items
newest as (
    select
        organisation_code,
        framework,
        framework_version,
        assessed_on,
        assessor_type,
        max(release_rank) as release_rank
    from assessments
    group by organisation_code, framework, framework_version, assessed_on, assessor_type
),

selected as (
    select assessments.*
    from assessments
    inner join newest
        on
            {{ matching(
                'assessments', 'newest',
                ['organisation_code', 'framework', 'framework_version', 'assessed_on', 'assessor_type', 'release_rank']
            ) }}
)

select
    selected.organisation_code,
    selected.framework,
    selected.framework_version,
    selected.assessed_on,
    selected.assessed_precision,
    selected.assessor_type,
    selected.dimension,
    selected.item_code,
    selected.rubric_text_id,
    -- a rating counts as its rubric has it: no item is turned round, the reverse-looking ones neither
    case
        when selected.rating = 'low' then 1.0
        when selected.rating = 'medium' then 2.0
        when selected.rating = 'high' then 3.0
        else 1.0 + 2.0 * (selected.score - selected.scale_min) / (selected.scale_max - selected.scale_min)
    end as score_1_to_3,
    selected.rating is null as is_rescaled,
    coalesce(known_items.is_reverse_looking, false) as is_reverse_looking,
    (
        selected.evidence_type like '%interview%'
        or selected.evidence_type like '%observation%'
        or selected.evidence_type like '%board_papers%'
        or selected.evidence_type like '%quality_account%'
    ) as is_evidenced,
    selected.is_public,
    selected.is_synthetic,
    selected.release_sha256
from selected
left join known_items
    on selected.framework = known_items.framework and selected.item_code = known_items.item_code
