with networks as (select * from {{ lake('gp_practices', 'networks') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_practices'
)

select
    networks.release_sha256,
    newest_releases.is_synthetic,
    networks.snapshot_on,
    networks.pcn_code,
    networks.pcn_name,
    networks.sub_icb_code,
    networks.sub_icb_name,
    networks.opened_on,
    networks.closed_on,
    networks.postcode
from networks
inner join newest_releases on networks.release_sha256 = newest_releases.release_sha256
