{%- set hops = 4 -%}

with traced as (select * from {{ ref('int_qi_projects__traced') }}),

decisions as (select * from {{ ref('int_qi_duplicates__decided') }}),

links as (
    select
        project_key_a as project_key,
        project_key_b as other_key
    from decisions
    where decision = 'same'
    union
    select
        project_key_b as project_key,
        project_key_a as other_key
    from decisions
    where decision = 'same'
),

hop_0 as (
    select distinct
        project_key,
        project_key as group_key
    from links
),
{% for hop in range(1, hops + 1) %}
-- each takes the smallest name among its own and those it is the same as
hop_{{ hop }} as (
    select
        own.project_key,
        least(own.group_key, min(neighbours.group_key)) as group_key
    from hop_{{ hop - 1 }} as own
    inner join links on own.project_key = links.project_key
    inner join hop_{{ hop - 1 }} as neighbours on links.other_key = neighbours.project_key
    group by own.project_key, own.group_key
),
{% endfor %}
grouped as (select * from hop_{{ hops }})

select
    traced.project_key,
    coalesce(grouped.group_key, traced.project_key) as project_group_key
from traced
left join grouped on traced.project_key = grouped.project_key
