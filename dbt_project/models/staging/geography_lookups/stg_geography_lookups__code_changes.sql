with code_changes as (select * from {{ lake('geography_lookups', 'code_changes') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'geography_lookups'
)

select
    code_changes.release_sha256,
    newest_releases.is_synthetic,
    code_changes.old_code,
    code_changes.old_name,
    code_changes.new_code,
    code_changes.new_name,
    code_changes.instrument,
    code_changes.effective_on
from code_changes
inner join newest_releases on code_changes.release_sha256 = newest_releases.release_sha256
