with quantiles as (
    select
        x,
        n,
        confidence,
        -{{ normal_quantile('((1 - confidence) / 2)') }} as z
    from wilson_byars_exact_ci__input
)

select
    x,
    n,
    confidence,
    {{ wilson_lower('x', 'n', 1, 'z') }} as wilson_lower,
    {{ wilson_upper('x', 'n', 1, 'z') }} as wilson_upper,
    {{ byar_lower('x', 1, 1, 'z') }} as byars_lower,
    {{ byar_upper('x', 1, 1, 'z') }} as byars_upper,
    -- the marts' own, of counts below 10 at their two levels; the estimator adds those of other rows
    case
        when x < 10 and confidence = 0.95 then {{ rate_lower('x', 1, 1, 95) }}
        when x < 10 and confidence = 0.998 then {{ rate_lower('x', 1, 1, 99.8) }}
    end as exact_lower,
    case
        when x < 10 and confidence = 0.95 then {{ rate_upper('x', 1, 1, 95) }}
        when x < 10 and confidence = 0.998 then {{ rate_upper('x', 1, 1, 99.8) }}
    end as exact_upper
from quantiles
