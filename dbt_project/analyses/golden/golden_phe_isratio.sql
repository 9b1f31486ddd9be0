with areas as (
    select
        area,
        sum(events) as observed,
        {{ expected_events('pop', 'refcount', 'refpop') }} as expected
    from phe_isratio__input
    group by area
)

select
    area,
    observed,
    expected,
    {{ indirectly_standardised('observed', 'expected', 100) }} as value,
    {{ indirectly_standardised_lower('observed', 'expected', 100) }} as lower95_0cl,
    {{ indirectly_standardised_upper('observed', 'expected', 100) }} as upper95_0cl,
    {{ indirectly_standardised_lower('observed', 'expected', 100, 99.8) }} as lower99_8cl,
    {{ indirectly_standardised_upper('observed', 'expected', 100, 99.8) }} as upper99_8cl,
    case {{ rate_method('observed') }} when 'byar' then 'Byars' when 'exact poisson' then 'Exact' end as method
from areas
