select
    id,
    100.0 * x / n as value,
    {{ wilson_lower('x', 'n', 100) }} as lower95_0cl,
    {{ wilson_upper('x', 'n', 100) }} as upper95_0cl,
    {{ wilson_lower('x', 'n', 100, 3.090232306167813) }} as lower99_8cl,
    {{ wilson_upper('x', 'n', 100, 3.090232306167813) }} as upper99_8cl,
    'Wilson' as method
from phe_proportion__input
