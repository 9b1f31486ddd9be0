with trust_years as (select * from {{ ref('stg_research_activity__trust_years') }}),

newest as (
    select
        organisation_code,
        financial_year,
        source,
        max(release_rank) as release_rank
    from trust_years
    group by organisation_code, financial_year, source
)

select
    trust_years.organisation_code,
    trust_years.financial_year,
    trust_years.period_start,
    trust_years.period_end,
    trust_years.source,
    trust_years.studies_recruiting,
    {% for people in ['participants', 'interventional_participants'] %}
    {{ released_count('trust_years.' ~ people) }} as {{ people }},
    case
        when trust_years.{{ people }} is null then 'missing_at_source'
        when {{ is_hidden_count('trust_years.' ~ people) }} then 'suppressed'
        else 'value'
    end as {{ people }}_status,
    {% endfor %}
    trust_years.commercial_studies,
    trust_years.funding_gbp,
    trust_years.denominator_type,
    trust_years.denominator,
    trust_years.data_cut_on,
    trust_years.is_synthetic,
    trust_years.release_sha256
from trust_years
inner join newest
    on
        {{ matching(
            'trust_years', 'newest', ['organisation_code', 'financial_year', 'source', 'release_rank']
        ) }}
