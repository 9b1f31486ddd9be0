-- what `python -m benchmarks statistics` measures; no reference answers for it
select
    id,
    {{ proportion_lower('numerator', 'denominator', 100) }} as lower_95,
    {{ proportion_upper('numerator', 'denominator', 100) }} as upper_95
from parts
