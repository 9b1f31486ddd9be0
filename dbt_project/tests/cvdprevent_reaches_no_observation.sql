-- the dataset may not be passed on: no row of it is an observation
select
    measure_id,
    organisation_code,
    release_sha256
from {{ ref('observations') }}
where dataset = 'cvdprevent'
