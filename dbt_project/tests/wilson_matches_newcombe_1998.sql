-- Newcombe RG, Stat Med 1998;17:857-72, table I: the Wilson 95 % limits of 81 of 263 are 0.2553 and 0.3662, of 0 of 20
-- they are 0 and 0.1611
with cases as (
    select
        cast(81 as double) as x,
        cast(263 as double) as n,
        0.2553 as lower_limit,
        0.3662 as upper_limit
    union all
    select
        cast(0 as double) as x,
        cast(20 as double) as n,
        0.0 as lower_limit,
        0.1611 as upper_limit
),

computed as (
    select
        *,
        {{ wilson_lower('x', 'n', 1) }} as lower_95,
        {{ wilson_upper('x', 'n', 1) }} as upper_95
    from cases
)

select * from computed
where
    lower_95 is null
    or abs(lower_95 - lower_limit) > 0.00005
    or abs(upper_95 - upper_limit) > 0.00005
