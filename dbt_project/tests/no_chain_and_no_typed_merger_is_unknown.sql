-- two tables that others made from the register: every step since 2010 stands among its pairs or the reviewed ones
with steps as (
    select
        old_code,
        new_code,
        effective_on
    from {{ ref('stg_ods_successions__chain_steps') }}
    union all
    select
        old_code,
        new_code,
        effective_on
    from {{ ref('stg_ods_successions__mergers') }}
),

successions as (select * from {{ ref('int_successions__reviewed') }})

select steps.*
from steps
left join successions on steps.old_code = successions.old_code and steps.new_code = successions.new_code
where successions.old_code is null and steps.effective_on >= cast('2010-01-01' as date)
