with waiting_list as (select * from {{ lake('wlmds_demographics', 'waiting_list') }})

select distinct
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    cast(date_trunc('month', week_ending) as date) as period_start
from waiting_list
where organisation_code <> 'ENG' and organisation_name is not null
