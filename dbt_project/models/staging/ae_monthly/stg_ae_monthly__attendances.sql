with attendances as (select * from {{ lake('ae_monthly', 'attendances') }})

select
    release_sha256,
    period_start,
    period_end,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    parent_name as region_name,
    attendances_type_1,
    attendances_type_2,
    attendances_other,
    attendances_type_1 + attendances_type_2 + attendances_other as attendances_all,
    over_4_hours_type_1,
    over_4_hours_type_2,
    over_4_hours_other,
    over_4_hours_type_1 + over_4_hours_type_2 + over_4_hours_other as over_4_hours_all,
    waits_4_to_12_hours,
    waits_over_12_hours,
    admissions_type_1 + admissions_type_2 + admissions_other_ae as admissions_through_ae,
    admissions_other
from attendances
