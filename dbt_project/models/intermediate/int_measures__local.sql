-- measures that teams describe themselves, in the columns of the catalogue's measures
with measures as (select * from {{ ref('stg_local_outcomes__measures') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

-- the newest file that describes a measure says what it is
ranked as (
    select
        measures.*,
        row_number() over (partition by measures.measure_id order by measures.release_rank desc) as place
    from measures
    inner join releases
        on
            measures.release_sha256 = releases.release_sha256
            and releases.dataset = 'local_outcomes'
            and releases.is_publishable
)

select
    measure_id,
    'local_outcomes' as dataset,
    title,
    numerator,
    denominator,
    unit,
    cast(100.0 as double) as multiplier,
    'wilson' as interval,
    direction,
    role,
    nature,
    quality_theme,
    'rate_within_stratum' as observation_kind,
    'crude' as adjustment,
    case when direction <> 'none' then coalesce(margin_overall, 1.0) end as margin_overall,
    case when direction <> 'none' then cast(1.0 as double) end as margin_absolute_gap,
    case when direction <> 'none' then cast(0.0953 as double) end as margin_relative_gap,
    'none' as disclosure_rule,
    'none by the team; Evenhand hides counts of 1 to 7 people' as disclosure_suppression,
    'The team hands in exact counts; they are rounded to 5 before anybody sees them.' as disclosure_evidence,
    -- the team's own newest counts stand: no total of England waits to be accepted
    cast(100.0 as double) as revision_tolerance,
    case when clinical_topic in ('unknown', 'other') then '' else clinical_topic end as linked_qi_topics,
    'Measured and described by a team; not an official statistic.' as notes
from ranked
where place = 1
