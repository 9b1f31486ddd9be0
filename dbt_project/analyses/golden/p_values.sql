-- tail areas for tests/golden/test_inequality_properties.py; no reference answers
select
    id,
    {{ two_sided_p('z') }} as p_of_z,
    {{ chi_squared_p('chi_squared', 'degrees') }} as p_of_chi_squared
from statistics
