with expected_events as (
    select
        area,
        cast(x as double) as x,
        exp as expected_events
    from phe_funnel_ratio__input
),

placed as (
    select
        area,
        {{ funnel_place_of_count('x', 'expected_events') }} as place
    from expected_events
)

select
    area,
    {{ golden_significance('place') }} as significance
from placed
