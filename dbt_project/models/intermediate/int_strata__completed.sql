-- the groups of ordered sets that have all of theirs: what a regression on rank is fitted to
with sets as (select * from {{ ref('int_strata__summed') }}),

strata as (select * from {{ ref('int_strata__gathered') }})

select
    strata.set_id,
    strata.stratum_order,
    strata.numerator,
    strata.denominator,
    sets.is_proportion
from strata
inner join sets on strata.set_id = sets.set_id
where sets.is_ordered and sets.status = 'computed' and sets.interval_rule in ('wilson', 'byar')
