with indicators as (select * from {{ lake('fingertips', 'indicators') }})

select
    release_sha256,
    indicator_id,
    indicator_name,
    area_code,
    area_name,
    area_type,
    sex,
    age,
    category_type,
    category,
    time_period,
    period_start,
    period_end,
    period_kind,
    value as published_value,
    lower_95 as published_lower,
    upper_95 as published_upper,
    count as numerator,
    denominator,
    value_note,
    value_status
from indicators
