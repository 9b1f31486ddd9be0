with breaks as (select * from {{ ref('stg_platform__breaks') }}),

measures as (select * from {{ ref('stg_platform__measures') }})

select
    breaks.break_id,
    breaks.measure_id,
    breaks.starts_on,
    breaks.ends_on,
    breaks.organisation_codes,
    breaks.kind,
    breaks.handling,
    breaks.description,
    breaks.source
from breaks
inner join measures on breaks.measure_id = measures.measure_id
