with measures as (select * from {{ lake('local_outcomes', 'measures') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    measures.measure_id,
    measures.title,
    measures.numerator,
    measures.denominator,
    measures.unit,
    measures.direction,
    measures.role,
    measures.nature,
    measures.quality_theme,
    measures.margin_overall,
    measures.clinical_topic,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    measures.release_sha256
from measures
inner join releases
    on measures.release_sha256 = releases.release_sha256 and releases.dataset = 'local_outcomes'
