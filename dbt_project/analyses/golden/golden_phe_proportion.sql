select
    id,
    100.0e0 * x / n as value,
    {{ proportion_lower('x', 'n', 100) }} as lower95_0cl,
    {{ proportion_upper('x', 'n', 100) }} as upper95_0cl,
    {{ proportion_lower('x', 'n', 100, 99.8) }} as lower99_8cl,
    {{ proportion_upper('x', 'n', 100, 99.8) }} as upper99_8cl,
    'Wilson' as method
from phe_proportion__input
