with breaks as (select * from {{ ref('stg_platform__breaks') }}),

measures as (select * from {{ ref('int_measures__known') }}),

-- a break of every measure of the catalogue is one of the measures that teams count themselves, too
concerned as (
    select
        breaks.break_id,
        measures.measure_id
    from breaks
    inner join measures on breaks.measure_id = measures.measure_id
    union distinct
    select
        breaks.break_id,
        measures.measure_id
    from breaks
    cross join measures
    where breaks.every_measure and measures.is_local
),

described as (
    select distinct
        break_id,
        starts_on,
        ends_on,
        organisation_codes,
        stratum_dimensions,
        kind,
        handling,
        description,
        source
    from breaks
)

select
    described.break_id,
    concerned.measure_id,
    described.starts_on,
    described.ends_on,
    described.organisation_codes,
    described.stratum_dimensions,
    described.kind,
    described.handling,
    described.description,
    described.source
from concerned
inner join described on concerned.break_id = described.break_id
