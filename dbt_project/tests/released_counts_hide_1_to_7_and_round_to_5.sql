-- 0 is shown, 1 to 7 are hidden, 8 and 12 become 10, 13 becomes 15; bounds hold the true count; a mean of 7 is hidden
with cases as (
    select
        0 as people,
        0.0 as released
    union all
    select
        1 as people,
        cast(null as double) as released
    union all
    select
        7 as people,
        cast(null as double) as released
    union all
    select
        8 as people,
        10.0 as released
    union all
    select
        12 as people,
        10.0 as released
    union all
    select
        13 as people,
        15.0 as released
    union all
    select
        1002 as people,
        1000.0 as released
),

computed as (
    select
        *,
        {{ released_count('people') }} as computed_count,
        {{ released_lower('people') }} as lower_count,
        {{ released_upper('people') }} as upper_count,
        {{ released_mean('1.5', 'people') }} as computed_mean
    from cases
)

select * from computed
where
    computed_count is distinct from released
    or people not between lower_count and upper_count
    or (computed_mean is null) <> (people < 8)
