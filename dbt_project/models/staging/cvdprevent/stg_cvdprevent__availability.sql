with availability as (select * from {{ lake('cvdprevent', 'availability') }})

select
    release_sha256,
    indicator_short_name,
    system_level,
    metric_category_type_id,
    is_available,
    explanation
from availability
