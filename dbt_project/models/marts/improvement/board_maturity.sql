{%- set assessment = ['organisation_code', 'framework', 'framework_version', 'assessed_on', 'assessor_type'] -%}

with items as (select * from {{ ref('int_board_maturity__scored') }}),

listed as (select * from {{ ref('maturity_dimensions') }}),

successions as (select * from {{ ref('int_organisations__succeeded') }}),

dimensions as (
    select
        {{ assessment | join(', ') }},
        dimension,
        count(*) as items,
        sum(case when is_rescaled then 1 else 0 end) as rescaled_items,
        sum(case when is_reverse_looking then 1 else 0 end) as reverse_looking_items,
        max(case when is_evidenced then 1 else 0 end) = 1 as is_evidenced_beyond_self_report,
        {{ maturity_aggregated('score_1_to_3') }} as dimension_score
    from items
    group by {{ assessment | join(', ') }}, dimension
),

-- public, precision and origin are of the assessment: one row that is not public hides it all
assessments as (
    select
        {{ assessment | join(', ') }},
        case
            when min(assessed_precision) = max(assessed_precision) then min(assessed_precision)
            else 'unknown'
        end as assessed_precision,
        min(case when is_public then 1 else 0 end) = 1 as is_public,
        max(case when is_synthetic then 1 else 0 end) = 1 as is_synthetic,
        max(release_sha256) as release_sha256
    from items
    group by {{ assessment | join(', ') }}
),

scored as (
    select
        {{ assessment | join(', ') }},
        count(*) as dimensions_rated,
        {{ maturity_aggregated('dimension_score') }} as overall_score
    from dimensions
    group by {{ assessment | join(', ') }}
),

lengths as (
    select
        framework,
        count(*) as dimensions_listed
    from listed
    group by framework
)

select
    dimensions.organisation_code,
    coalesce(successions.current_code, dimensions.organisation_code) as organisation_code_as_now,
    dimensions.framework,
    dimensions.framework_version,
    dimensions.assessed_on,
    assessments.assessed_precision,
    dimensions.assessor_type,
    dimensions.dimension,
    listed.dimension_no,
    listed.label as dimension_label,
    cast(dimensions.items as integer) as items,
    cast(dimensions.rescaled_items as integer) as rescaled_items,
    cast(dimensions.reverse_looking_items as integer) as reverse_looking_items,
    dimensions.is_evidenced_beyond_self_report,
    cast(dimensions.dimension_score as double) as dimension_score,
    cast(scored.overall_score as double) as overall_score,
    cast(scored.dimensions_rated as integer) as dimensions_rated,
    cast(lengths.dimensions_listed as integer) as dimensions_listed,
    coalesce(scored.dimensions_rated = lengths.dimensions_listed, false) as is_complete,
    '{{ var('maturity_aggregation') }}' as aggregation_rule,
    {{ maturity_cut_points() }} as cut_points,
    case
        when scored.dimensions_rated = lengths.dimensions_listed then {{ maturity_class('scored.overall_score') }}
    end as maturity_class,
    assessments.is_public,
    assessments.is_synthetic,
    'board_maturity' as dataset,
    assessments.release_sha256
from dimensions
inner join assessments on {{ matching('dimensions', 'assessments', assessment) }}
inner join scored on {{ matching('dimensions', 'scored', assessment) }}
left join listed on dimensions.framework = listed.framework and dimensions.dimension = listed.dimension
left join lengths on dimensions.framework = lengths.framework
left join successions on dimensions.organisation_code = successions.old_code
