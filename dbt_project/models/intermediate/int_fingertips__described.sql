{{ config(materialized='view') }}

with classified as (select * from {{ ref('int_fingertips__classified') }}),

metadata as (select * from {{ ref('stg_fingertips__metadata') }}),

data_changes as (select * from {{ ref('stg_fingertips__data_changes') }}),

measures as (select * from {{ ref('stg_platform__measures') }}),

measured as (
    select distinct
        indicator_id,
        measure_id
    from classified
)

select
    measured.indicator_id,
    measured.measure_id,
    metadata.unit,
    metadata.unit_value,
    measures.multiplier,
    measures.unit as measure_unit,
    measures.direction,
    metadata.polarity,
    case
        when lower(metadata.polarity) like '%high is good%' then 'higher'
        when lower(metadata.polarity) like '%low is good%' then 'lower'
        when metadata.polarity is not null then 'none'
    end as publishers_direction,
    metadata.year_type,
    coalesce(data_changes.last_uploaded_on, metadata.last_uploaded_on) as last_uploaded_on
from measured
inner join measures on measured.measure_id = measures.measure_id
left join metadata on measured.indicator_id = metadata.indicator_id
left join data_changes on measured.indicator_id = data_changes.indicator_id
