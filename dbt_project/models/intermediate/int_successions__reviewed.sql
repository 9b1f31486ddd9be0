with register as (
    select * from {{ ref('stg_ods_successions__successions') }}
    where effective_on >= cast('2010-01-01' as date)
),

reviewed as (select * from {{ ref('reviewed_successions') }}),

-- a reviewed pair stands before the register's: its date is the one on which services passed
unreviewed as (
    select register.*
    from register
    left join reviewed on register.old_code = reviewed.old_code and register.new_code = reviewed.new_code
    where reviewed.old_code is null
),

-- the register's table may date a pair more than once; the last date is the one that ended the old code
dated as (
    select
        old_code,
        new_code,
        max(effective_on) as effective_on
    from unreviewed
    group by old_code, new_code
),

successors as (
    select
        old_code,
        count(*) as successor_count
    from dated
    group by old_code
),

predecessors as (
    select
        new_code,
        count(*) as predecessor_count
    from dated
    group by new_code
)

select
    dated.old_code,
    dated.new_code,
    dated.effective_on,
    case
        when successors.successor_count > 1 then 'split'
        when predecessors.predecessor_count > 1 then 'merge'
        else 'not_known'
    end as relation,
    cast(null as double) as share,
    case when successors.successor_count > 1 then 'not_known' else 'whole' end as share_basis,
    'ODS succession table, relation inferred from the number of codes' as source,
    false as is_reviewed
from dated
inner join successors on dated.old_code = successors.old_code
inner join predecessors on dated.new_code = predecessors.new_code
union all
select
    old_code,
    new_code,
    effective_on,
    relation,
    share,
    share_basis,
    source,
    true as is_reviewed
from reviewed
