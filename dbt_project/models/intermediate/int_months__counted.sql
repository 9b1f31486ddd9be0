with digits as (
    {% for digit in range(10) -%}
    select {{ digit }} as digit{{ ' union all' if not loop.last }}
    {% endfor %}
),

counters as (
    select hundreds.digit * 100 + tens.digit * 10 + ones.digit as step
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones
)

select
    cast({{ dbt.dateadd('month', 'counters.step', "cast('1990-01-01' as date)") }} as date) as month_start,
    cast({{ dbt.dateadd('month', 'counters.step + 1', "cast('1990-01-01' as date)") }} as date) as next_month_start
from counters
