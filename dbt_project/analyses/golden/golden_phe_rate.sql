select
    id,
    100000.0e0 * x / n as value,
    {{ rate_lower('x', 'n', 100000) }} as lower95_0cl,
    {{ rate_upper('x', 'n', 100000) }} as upper95_0cl,
    {{ rate_lower('x', 'n', 100000, 99.8) }} as lower99_8cl,
    {{ rate_upper('x', 'n', 100000, 99.8) }} as upper99_8cl,
    case {{ rate_method('x') }} when 'byar' then 'Byars' when 'exact poisson' then 'Exact' end as method
from phe_rate__input
