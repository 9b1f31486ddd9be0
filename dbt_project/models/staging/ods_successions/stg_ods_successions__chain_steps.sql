with chains as (select * from {{ lake('ods_successions', 'chains') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'ods_successions'
),

newest as (
    select chains.*
    from chains
    inner join newest_releases on chains.release_sha256 = newest_releases.release_sha256
),

steps as (
    select
        old_code,
        new_code_1 as new_code,
        effective_on_1 as effective_on,
        change_1 as change
    from newest
    {% for step in [2, 3] %}
    union
    select
        new_code_{{ step - 1 }} as old_code,
        new_code_{{ step }} as new_code,
        effective_on_{{ step }} as effective_on,
        change_{{ step }} as change
    from newest
    where new_code_{{ step }} is not null
    {% endfor %}
)

select distinct
    old_code,
    new_code,
    effective_on,
    change
from steps
