with waiting_list as (select * from {{ lake('wlmds_demographics', 'waiting_list') }})

select
    release_sha256,
    table_kind,
    week_ending,
    cast(date_trunc('month', week_ending) as date) as period_start,
    last_day(week_ending) as period_end,
    case when organisation_code = 'ENG' then 'E92000001' else organisation_code end as organisation_code,
    case when organisation_code = 'ENG' then 'gss' else 'ods' end as organisation_scheme,
    case
        when organisation_code = 'ENG' then 'england'
        when organisation_type like '%REGION%' then 'region'
        when organisation_type like '%INTEGRATED CARE%' or organisation_type = 'ICB' then 'icb'
        else 'provider'
    end as organisation_level,
    organisation_name,
    case
        when treatment_function_name <> 'All'
            then
                'treatment_function_' || case treatment_function_name
                    when 'General Surgery Service' then '100'
                    when 'Urology Service' then '101'
                    when 'Trauma and Orthopaedic Service' then '110'
                    when 'Trauma and Orthopaedics Service' then '110'
                    when 'Ear Nose and Throat Service' then '120'
                    when 'Ophthalmology Service' then '130'
                    when 'Oral Surgery Service' then '140'
                    when 'Neurosurgical Service' then '150'
                    when 'Plastic Surgery Service' then '160'
                    when 'Cardiothoracic Surgery Service' then '170'
                    when 'General Internal Medicine Service' then '300'
                    when 'Gastroenterology Service' then '301'
                    when 'Cardiology Service' then '320'
                    when 'Dermatology Service' then '330'
                    when 'Respiratory Medicine Service' then '340'
                    when 'Neurology Service' then '400'
                    when 'Rheumatology Service' then '410'
                    when 'Elderly Medicine Service' then '430'
                    when 'Gynaecology Service' then '502'
                    when 'Other - Medical Services' then 'x02'
                    when 'Other - Mental Health Services' then 'x03'
                    when 'Other - Paediatric Services' then 'x04'
                    when 'Other - Surgical Services' then 'x05'
                    when 'Other - Other Services' then 'x06'
                    else replace(lower(treatment_function_name), ' ', '_')
                end
        when organisation_code <> 'ENG' or organisation_type in ('ALL', 'ENGLAND') then 'all'
        else 'providers_' || replace(lower(organisation_type), ' ', '_')
    end as population,
    metric,
    category,
    up_to_18_weeks,
    up_to_18_weeks_status,
    over_18_to_52_weeks,
    over_18_to_52_weeks_status,
    over_52_weeks,
    over_52_weeks_status,
    unknown_clock_start,
    unknown_clock_start_status,
    total,
    total_status,
    within_18_weeks_share,
    over_52_weeks_share
from waiting_list
