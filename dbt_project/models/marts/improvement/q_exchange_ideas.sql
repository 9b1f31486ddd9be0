with ideas as (select * from {{ ref('stg_q_community__exchange_ideas') }}),

successions as (select * from {{ ref('int_organisations__succeeded') }}),

newest as (
    select
        idea_ref,
        max(release_rank) as release_rank
    from ideas
    group by idea_ref
),

selected as (
    select ideas.*
    from ideas
    inner join newest on {{ matching('ideas', 'newest', ['idea_ref', 'release_rank']) }}
),

counted as (
    select
        year,
        organisation_code,
        theme,
        count(*) as ideas,
        {% for outcome in ['shortlisted', 'funded'] %}
        sum(case when {{ outcome }} = 'yes' then 1 else 0 end) as {{ outcome }}_ideas,
        sum(case when {{ outcome }} = 'unknown' then 1 else 0 end) as ideas_not_known_if_{{ outcome }},
        {% endfor %}
        max(case when is_synthetic then 1 else 0 end) = 1 as is_synthetic
    from selected
    group by year, organisation_code, theme
)

select
    cast(counted.year as integer) as year,
    counted.organisation_code,
    coalesce(successions.current_code, counted.organisation_code) as organisation_code_as_now,
    counted.theme,
    cast(counted.ideas as integer) as ideas,
    cast(counted.shortlisted_ideas as integer) as shortlisted_ideas,
    cast(counted.ideas_not_known_if_shortlisted as integer) as ideas_not_known_if_shortlisted,
    cast(counted.funded_ideas as integer) as funded_ideas,
    cast(counted.ideas_not_known_if_funded as integer) as ideas_not_known_if_funded,
    counted.is_synthetic,
    'q_community' as dataset
from counted
left join successions on counted.organisation_code = successions.old_code
