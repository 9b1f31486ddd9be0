with waits as (select * from {{ lake('dm01', 'waits') }})

select
    release_sha256,
    period_start,
    period_end,
    region_code,
    region_name,
    organisation_code,
    'ods' as organisation_scheme,
    organisation_name,
    diagnostic_id,
    diagnostic_test,
    waiting_list,
    waiting_6_weeks_or_longer,
    waiting_13_weeks_or_longer,
    100.0 * share_6_weeks_or_longer as percent_6_weeks_or_longer,
    planned_tests,
    unscheduled_tests,
    waiting_list_tests
from waits
