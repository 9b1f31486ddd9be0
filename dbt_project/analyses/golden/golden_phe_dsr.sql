select
    area,
    sum(events) as total_count,
    sum(pop) as total_pop,
    {{ directly_standardised_rate('events', 'pop', 'stdpop', 100000) }} as value,
    {{ directly_standardised_lower('events', 'pop', 'stdpop', 100000) }} as lower95_0cl,
    {{ directly_standardised_upper('events', 'pop', 'stdpop', 100000) }} as upper95_0cl,
    {{ directly_standardised_lower('events', 'pop', 'stdpop', 100000, 99.8) }} as lower99_8cl,
    {{ directly_standardised_upper('events', 'pop', 'stdpop', 100000, 99.8) }} as upper99_8cl,
    case {{ directly_standardised_status('events', 'pop', 'stdpop') }}
        when 'computed' then 'dsr per 100000'
        when 'not_computed:fewer_than_10_events' then 'dsr NA for total count < 10'
    end as statistic,
    'Dobson' as method
from phe_dsr__input
group by area
