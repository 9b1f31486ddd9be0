with traced as (select * from {{ ref('int_qi_projects__traced') }}),

projects as (select * from {{ ref('stg_qi_projects__projects') }}),

proposals as (select * from {{ ref('stg_qi_projects__classifications') }}),

codings as (select * from {{ ref('stg_qi_reviews__equity_classifications') }}),

releases as (select * from {{ ref('stg_platform__releases') }}),

current_rows as (
    select
        traced.project_key as owner_key,
        traced.generation,
        projects.*
    from traced
    inner join projects
        on
            traced.register = projects.register
            and traced.project_ref = projects.project_ref
            and traced.content_release_sha256 = projects.release_sha256
),

team_words as (
    {% for field in qi_equity_fields() -%}
    {%- if field in qi_listed_fields() -%}
    {%- for word in qi_listed_fields()[field] -%}
    select
        owner_key,
        '{{ field }}' as field,
        '{{ word }}' as value,
        is_synthetic
    from current_rows
    where ';' || {{ field }} || ';' like '%;{{ word }};%'
    {{ 'union all' if not loop.last }}
    {% endfor -%}
    {%- else -%}
    select
        owner_key,
        '{{ field }}' as field,
        {{ field }} as value,
        is_synthetic
    from current_rows
    where {{ field }} <> 'unknown'
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- rules read the row that stands; what they said of older rows is gone with them
rule_words as (
    select
        current_rows.owner_key,
        proposals.field,
        proposals.value,
        proposals.rule_id,
        proposals.evidence_field,
        proposals.evidence_words,
        proposals.confidence,
        proposals.classifier_version,
        case proposals.confidence when 'high' then 3 when 'medium' then 2 else 1 end as sureness,
        proposals.is_synthetic
    from proposals
    inner join current_rows
        on
            proposals.register = current_rows.register
            and proposals.project_ref = current_rows.project_ref
            and proposals.release_sha256 = current_rows.release_sha256
),

surest as (
    select
        owner_key,
        field,
        max(sureness) as sureness
    from rule_words
    group by owner_key, field
),

-- one word per field, unless the field is a list; two equally sure words for one place decide nothing
clear_rules as (
    select
        rule_words.owner_key,
        rule_words.field
    from rule_words
    inner join surest
        on
            rule_words.owner_key = surest.owner_key
            and rule_words.field = surest.field
            and rule_words.sureness = surest.sureness
    group by rule_words.owner_key, rule_words.field
    having count(distinct rule_words.value) = 1
),

newest_generations as (
    select
        register,
        project_ref,
        max(generation) as generation
    from traced
    group by register, project_ref
),

-- a coder's newest words on a field replace the older ones
dated_codings as (
    select
        traced.project_key as owner_key,
        codings.field,
        codings.value,
        codings.coder,
        codings.coded_on,
        releases.origin = 'synthetic' as is_synthetic,
        rank() over (
            partition by traced.project_key, codings.field, codings.coder
            order by codings.coded_on desc, releases.release_rank desc
        ) as coder_newest_first,
        max(codings.coded_on) over (partition by traced.project_key, codings.field) as newest_coded_on
    from codings
    inner join releases on codings.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_reviews'
    inner join newest_generations
        on codings.register = newest_generations.register and codings.project_ref = newest_generations.project_ref
    inner join traced
        on {{ matching('newest_generations', 'traced', ['register', 'project_ref', 'generation']) }}
),

reviewer_words as (
    select * from dated_codings
    where coder_newest_first = 1
),

last_codings as (
    select
        owner_key,
        field,
        coder,
        {{ words_together('value') }} as words
    from reviewer_words
    where coded_on = newest_coded_on
    group by owner_key, field, coder
),

-- coders who differ on the same day decide nothing until one of them looks again
settled as (
    select
        owner_key,
        field
    from last_codings
    group by owner_key, field
    having count(distinct words) = 1
),

team_fields as (
    select distinct
        owner_key,
        field
    from team_words
)

select
    reviewer_words.owner_key as project_key,
    reviewer_words.field,
    'reviewer' as source,
    reviewer_words.coder,
    reviewer_words.value,
    reviewer_words.coded_on,
    cast(null as string) as rule_id,
    cast(null as string) as evidence_field,
    cast(null as string) as evidence_words,
    cast(null as string) as confidence,
    cast(null as string) as classifier_version,
    settled.owner_key is not null and reviewer_words.coded_on = reviewer_words.newest_coded_on as is_decisive,
    reviewer_words.is_synthetic
from reviewer_words
left join settled
    on reviewer_words.owner_key = settled.owner_key and reviewer_words.field = settled.field
union all
select
    team_words.owner_key as project_key,
    team_words.field,
    'team' as source,
    'team' as coder,
    team_words.value,
    cast(null as date) as coded_on,
    cast(null as string) as rule_id,
    cast(null as string) as evidence_field,
    cast(null as string) as evidence_words,
    cast(null as string) as confidence,
    cast(null as string) as classifier_version,
    settled.owner_key is null as is_decisive,
    team_words.is_synthetic
from team_words
left join settled on team_words.owner_key = settled.owner_key and team_words.field = settled.field
union all
select
    rule_words.owner_key as project_key,
    rule_words.field,
    'rules' as source,
    'rules' as coder,
    rule_words.value,
    cast(null as date) as coded_on,
    rule_words.rule_id,
    rule_words.evidence_field,
    rule_words.evidence_words,
    rule_words.confidence,
    rule_words.classifier_version,
    settled.owner_key is null
    and team_fields.owner_key is null
    and (
        rule_words.field in (
            {% for field in qi_listed_fields() -%}
            '{{ field }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
        or (clear_rules.owner_key is not null and rule_words.sureness = surest.sureness)
    ) as is_decisive,
    rule_words.is_synthetic
from rule_words
inner join surest on rule_words.owner_key = surest.owner_key and rule_words.field = surest.field
left join clear_rules on rule_words.owner_key = clear_rules.owner_key and rule_words.field = clear_rules.field
left join settled on rule_words.owner_key = settled.owner_key and rule_words.field = settled.field
left join team_fields on rule_words.owner_key = team_fields.owner_key and rule_words.field = team_fields.field
