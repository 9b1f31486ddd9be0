with prevalence as (select * from {{ lake('qof', 'prevalence') }})

select
    release_sha256,
    period_start,
    period_end,
    practice_code,
    group_code,
    register,
    register_status,
    patient_list_type,
    case
        when patient_list_type = 'TOTAL' then 'all'
        else concat('persons, ', substr(patient_list_type, 1, 2), ' and over')
    end as population,
    practice_list_size
from prevalence
