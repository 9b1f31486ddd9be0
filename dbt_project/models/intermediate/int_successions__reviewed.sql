with register as (
    select * from {{ ref('stg_ods_successions__successions') }}
    where effective_on >= cast('2010-01-01' as date)
),

code_changes as (
    select * from {{ ref('stg_geography_lookups__code_changes') }}
    where effective_on >= cast('2010-01-01' as date)
),

cross_coded as (select * from {{ ref('int_organisations__cross_coded') }}),

trusts as (select * from {{ ref('stg_ods_trusts__organisations') }}),

reviewed as (select * from {{ ref('reviewed_successions') }}),

openings as (
    select
        organisation_code,
        min(opened_on) as opened_on
    from trusts
    group by organisation_code
),

-- a body that keeps its ODS code and bears a new GSS code was recoded: the statistics office does so when its area
-- changes
candidates as (
    select
        old_code,
        new_code,
        effective_on,
        'ods' as organisation_scheme,
        1 as place,
        'ODS succession table, relation inferred from codes and dates' as source
    from register
    union all
    select
        old_code,
        new_code,
        effective_on,
        'gss' as organisation_scheme,
        2 as place,
        'Code History Database, relation inferred from codes and dates' as source
    from code_changes
    union all
    select
        gss_code_before as old_code,
        gss_code as new_code,
        valid_from as effective_on,
        'gss' as organisation_scheme,
        3 as place,
        'Geography lookups: the same ODS code with another GSS code' as source
    from cross_coded
    where gss_code_before is not null
),

-- a reviewed pair stands before the register's: its date is the one on which services passed
unreviewed as (
    select candidates.*
    from candidates
    left join reviewed on candidates.old_code = reviewed.old_code and candidates.new_code = reviewed.new_code
    where reviewed.old_code is null
),

-- a table may date a pair more than once; the last date is the one that ended the old code
ranked as (
    select
        unreviewed.*,
        row_number() over (partition by old_code, new_code order by place, effective_on desc) as choice
    from unreviewed
),

pairs as (
    select
        old_code,
        new_code,
        effective_on,
        organisation_scheme,
        place,
        source,
        false as is_reviewed
    from ranked
    where choice = 1
    union all
    select
        old_code,
        new_code,
        effective_on,
        case when length(old_code) = 9 then 'gss' else 'ods' end as organisation_scheme,
        0 as place,
        source,
        true as is_reviewed
    from reviewed
),

counted as (
    select
        pairs.*,
        max(effective_on) over (partition by old_code) as last_on,
        count(*) over (partition by old_code, effective_on) as successors_that_day,
        count(*) over (partition by new_code, effective_on) as predecessors_that_day
    from pairs
),

-- several new codes for one old on a day are a split, several old for one new a merger; a code that is followed again
-- later went on and gave services up before; one code for one is a merger when the new trust was there before, else a
-- new name
related as (
    select
        counted.*,
        case
            when counted.place = 3 then 'rename'
            when counted.effective_on < counted.last_on then 'transfer'
            when counted.successors_that_day > 1 then 'split'
            when counted.predecessors_that_day > 1 or openings.opened_on < counted.effective_on then 'merge'
            when openings.opened_on = counted.effective_on then 'rename'
            else 'not_known'
        end as inferred_relation
    from counted
    left join openings on counted.new_code = openings.organisation_code
)

select
    related.old_code,
    related.new_code,
    related.organisation_scheme,
    related.effective_on,
    coalesce(reviewed.relation, related.inferred_relation) as relation,
    reviewed.share,
    case
        when related.is_reviewed then reviewed.share_basis
        when related.place = 3 or related.inferred_relation in ('split', 'transfer') then 'not_known'
        else 'whole'
    end as share_basis,
    related.source,
    related.is_reviewed
from related
left join reviewed
    on related.old_code = reviewed.old_code and related.new_code = reviewed.new_code and related.is_reviewed
