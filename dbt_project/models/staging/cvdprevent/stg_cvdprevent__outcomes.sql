with outcomes as (select * from {{ lake('cvdprevent', 'outcomes') }})

select
    release_sha256,
    indicator_code,
    indicator_short_name,
    area_code as organisation_code,
    case when area_level in ('pcn', 'practice') then 'ods' else 'gss' end as organisation_scheme,
    area_level as organisation_level,
    area_name as organisation_name,
    metric_category_type,
    metric_category,
    category_attribute,
    time_period,
    period_start,
    period_end,
    period_kind,
    numerator,
    denominator,
    value as published_value,
    lower_95 as published_lower,
    upper_95 as published_upper,
    value_note,
    value_status,
    notification_type,
    notification_count,
    lower(metric_category_type) like '%standardised%' as is_standardised
from outcomes
