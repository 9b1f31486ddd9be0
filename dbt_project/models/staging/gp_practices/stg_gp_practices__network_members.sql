with network_members as (select * from {{ lake('gp_practices', 'network_members') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'gp_practices'
)

select
    network_members.release_sha256,
    newest_releases.is_synthetic,
    network_members.snapshot_on,
    network_members.practice_code,
    network_members.practice_name,
    network_members.practice_sub_icb_code,
    network_members.pcn_code,
    network_members.pcn_name,
    network_members.pcn_sub_icb_code,
    network_members.joined_on,
    network_members.left_on
from network_members
inner join newest_releases on network_members.release_sha256 = newest_releases.release_sha256
