with measures as (select * from {{ ref('int_measures__known') }})

select
    measure_id,
    dataset,
    title,
    numerator,
    denominator,
    unit,
    multiplier,
    interval as interval_method,
    direction,
    role,
    nature,
    quality_theme,
    observation_kind,
    adjustment,
    margin_overall,
    margin_absolute_gap,
    margin_relative_gap,
    disclosure_rule,
    disclosure_suppression,
    disclosure_evidence,
    revision_tolerance,
    linked_qi_topics,
    notes,
    is_local
from measures
