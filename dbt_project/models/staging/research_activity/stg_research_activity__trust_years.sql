with trust_years as (select * from {{ lake('research_activity', 'trust_years') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    trust_years.organisation_code,
    trust_years.financial_year,
    cast(substr(trust_years.financial_year, 1, 4) || '-04-01' as date) as period_start,
    cast(
        cast(cast(substr(trust_years.financial_year, 1, 4) as integer) + 1 as string) || '-03-31' as date
    ) as period_end,
    trust_years.source,
    trust_years.source_org_name,
    trust_years.studies_recruiting,
    trust_years.participants,
    trust_years.interventional_participants,
    trust_years.commercial_studies,
    trust_years.funding_gbp,
    trust_years.denominator_type,
    trust_years.denominator,
    trust_years.data_cut_on,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    trust_years.release_sha256
from trust_years
inner join releases
    on trust_years.release_sha256 = releases.release_sha256 and releases.dataset = 'research_activity'
