with areas as (
    select
        area,
        sum(events) as observed,
        {{ expected_events('pop', 'refcount', 'refpop') }} as expected,
        100000.0e0 * sum(refcount) / sum(refpop) as ref_rate
    from phe_israte__input
    group by area
)

select
    area,
    observed,
    expected,
    ref_rate,
    {{ indirectly_standardised('observed', 'expected', 'ref_rate') }} as value,
    {{ indirectly_standardised_lower('observed', 'expected', 'ref_rate') }} as lower95_0cl,
    {{ indirectly_standardised_upper('observed', 'expected', 'ref_rate') }} as upper95_0cl,
    {{ indirectly_standardised_lower('observed', 'expected', 'ref_rate', 99.8) }} as lower99_8cl,
    {{ indirectly_standardised_upper('observed', 'expected', 'ref_rate', 99.8) }} as upper99_8cl,
    case {{ rate_method('observed') }} when 'byar' then 'Byars' when 'exact poisson' then 'Exact' end as method
from areas
