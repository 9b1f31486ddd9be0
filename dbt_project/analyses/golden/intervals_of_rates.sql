-- what `python -m benchmarks statistics` measures; no reference answers for it
select
    id,
    {{ rate_lower('numerator', 'denominator', 100000) }} as lower_95,
    {{ rate_upper('numerator', 'denominator', 100000) }} as upper_95
from parts
