-- a rate whose parts are known within bounds; for tests and costs of what the marts call, no reference answers for it
select
    id,
    {{ has_rounded_parts('numerator_lower', 'numerator_upper', 'denominator_lower', 'denominator_upper') }} as is_rounded,
    {{ interval_lower_if_rounded('rule', 'numerator_lower', 'denominator_upper', 'multiplier') }} as lower_95,
    {{ interval_upper_if_rounded('rule', 'numerator_upper', 'denominator_lower', 'multiplier') }} as upper_95,
    {{ interval_lower_if_rounded('rule', 'numerator_lower', 'denominator_upper', 'multiplier', 99.8) }} as lower_998,
    {{ interval_upper_if_rounded('rule', 'numerator_upper', 'denominator_lower', 'multiplier', 99.8) }} as upper_998
from bounds
