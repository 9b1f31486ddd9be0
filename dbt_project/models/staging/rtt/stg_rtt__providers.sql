with providers as (select * from {{ lake('rtt', 'providers') }})

select
    release_sha256,
    period_start,
    period_end,
    part_type,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    parent_code,
    case
        when treatment_function_code = 'C_999' then 'all'
        else 'treatment_function_' || replace(lower(treatment_function_code), 'c_', '')
    end as population,
    treatment_function_name,
    {%- for band in rtt_weeks() %}
    {{ band }},
    {%- endfor %}
    weeks_over_104,
    weeks_over_52,
    total_known,
    unknown_clock_start,
    total_all
from providers
