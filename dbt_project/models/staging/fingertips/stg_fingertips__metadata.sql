with metadata as (select * from {{ lake('fingertips', 'metadata') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'fingertips' and is_publishable
),

newest as (
    select
        metadata.indicator_id,
        max(releases.release_rank) as release_rank
    from metadata
    inner join releases on metadata.release_sha256 = releases.release_sha256
    group by metadata.indicator_id
)

select
    metadata.indicator_id,
    metadata.indicator_name,
    metadata.unit,
    metadata.unit_value,
    metadata.value_type,
    metadata.year_type,
    metadata.polarity,
    metadata.interval_method,
    metadata.disclosure_control,
    metadata.last_uploaded_on,
    metadata.release_sha256
from metadata
inner join releases on metadata.release_sha256 = releases.release_sha256
inner join newest
    on metadata.indicator_id = newest.indicator_id and releases.release_rank = newest.release_rank
