with activity as (select * from {{ lake('talking_therapies', 'activity') }})

select
    release_sha256,
    period_start,
    period_end,
    case organisation_type
        when 'England' then 'england'
        when 'Commissioning Region' then 'region'
        when 'STP' then 'icb'
        when 'ICB' then 'icb'
        when 'CCG' then 'sub_icb'
        when 'Provider' then 'provider'
    end as organisation_level,
    case when organisation_code = 'All' then 'E92000001' else organisation_code end as organisation_code,
    case
        when organisation_code = 'All' or organisation_code like 'E________' then 'gss' else 'ods'
    end as organisation_scheme,
    organisation_name,
    variable_type,
    variable_a,
    variable_b,
    referrals_received,
    referrals_received_status,
    finished_course_treatment,
    finished_course_treatment_status,
    at_caseness,
    at_caseness_status,
    not_at_caseness,
    not_at_caseness_status,
    recovery,
    recovery_status,
    recovery_percentage,
    reliable_recovery,
    reliable_recovery_status,
    reliable_recovery_percentage,
    improvement,
    improvement_status,
    improvement_percentage
from activity
