with beds as (select * from {{ lake('kh03_beds', 'beds') }})

select
    release_sha256,
    period_start,
    period_end,
    case organisation_type
        when 'England' then 'england'
        when 'Region' then 'region'
        when 'Trust' then 'provider'
    end as organisation_level,
    case when organisation_type = 'England' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_type = 'England' then 'gss' else 'ods' end as organisation_scheme,
    organisation_name,
    region_code,
    available_total,
    occupied_total,
    100.0 * occupancy_total as percent_occupied_total,
    available_general_acute,
    occupied_general_acute,
    100.0 * occupancy_general_acute as percent_occupied_general_acute,
    is_estimated,
    estimate_note
from beds
