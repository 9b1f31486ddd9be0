with pooled as (
    select
        area,
        cast(x as double) as x,
        cast(n as double) as n,
        1.0 * sum(x) over () / sum(n) over () as baseline
    from phe_funnel_proportion__input
),

placed as (
    select
        *,
        {{ funnel_place_of_proportion('x', 'n', 'baseline') }} as place
    from pooled
)

select
    area,
    100.0 * baseline as baseline,
    {{ golden_significance('place') }} as significance,
    {{ funnel_proportion_lower('baseline', 'n', 100.0, 95) }} as "low_0.975",  -- noqa: RF05
    {{ funnel_proportion_upper('baseline', 'n', 100.0, 95) }} as "high_0.975",  -- noqa: RF05
    {{ funnel_proportion_lower('baseline', 'n', 100.0, 99.8) }} as "low_0.999",  -- noqa: RF05
    {{ funnel_proportion_upper('baseline', 'n', 100.0, 99.8) }} as "high_0.999"  -- noqa: RF05
from placed
