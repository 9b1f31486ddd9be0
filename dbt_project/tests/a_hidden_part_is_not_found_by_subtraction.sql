-- wholes and their parts: shown by a reader's rounded numbers, and by one who knows all the others exactly
{% set cases = [
    ('rounding leaves 1 to 9 open', 'all', 50, 'shown', 'shown'),
    ('rounding leaves 1 to 9 open', 'men', 43, 'shown', 'hidden'),
    ('rounding leaves 1 to 9 open', 'women', 7, 'hidden', 'hidden'),
    ('50 less 40 is 6 to 14', 'all', 49, 'shown', 'shown'),
    ('50 less 40 is 6 to 14', 'men', 42, 'hidden', 'hidden'),
    ('50 less 40 is 6 to 14', 'women', 7, 'hidden', 'hidden'),
    ('the smallest that may be hidden is', 'all', 79, 'shown', 'shown'),
    ('the smallest that may be hidden is', 'men', 42, 'shown', 'shown'),
    ('the smallest that may be hidden is', 'women', 30, 'hidden', 'hidden'),
    ('the smallest that may be hidden is', 'others', 0, 'shown', 'shown'),
    ('the smallest that may be hidden is', 'unknown', 7, 'hidden', 'hidden'),
    ('two hidden of 3 are too few', 'all', 43, 'shown', 'shown'),
    ('two hidden of 3 are too few', 'men', 40, 'shown', 'hidden'),
    ('two hidden of 3 are too few', 'women', 2, 'hidden', 'hidden'),
    ('two hidden of 3 are too few', 'unknown', 1, 'hidden', 'hidden'),
    ('two hidden of 11 are enough', 'all', 51, 'shown', 'shown'),
    ('two hidden of 11 are enough', 'men', 40, 'shown', 'shown'),
    ('two hidden of 11 are enough', 'women', 6, 'hidden', 'hidden'),
    ('two hidden of 11 are enough', 'unknown', 5, 'hidden', 'hidden'),
    ('a hidden whole is not broken down', 'all', 6, 'hidden', 'hidden'),
    ('a hidden whole is not broken down', 'men', 6, 'withheld', 'withheld'),
    ('a hidden whole is not broken down', 'women', 0, 'withheld', 'withheld'),
    ('nothing is left to hide', 'all', 8, 'shown', 'shown'),
    ('nothing is left to hide', 'men', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'women', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'a', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'b', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'c', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'd', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'e', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'f', 1, 'withheld', 'withheld'),
    ('nothing is left to hide', 'g', 0, 'withheld', 'withheld'),
] %}
with cases as (
    {% for case_name, part, people, by_rounding, by_counts in cases %}
    select
        '{{ case_name }}' as case_name,
        '{{ part }}' as part,
        {{ people }} as people,
        case when {{ is_hidden_count(people) }} then 1 else 0 end as is_small,
        case when {{ people }} > 7 then 1 else 0 end as may_hide,
        '{{ by_rounding }}' as by_rounding,
        '{{ by_counts }}' as by_counts
    {{ "union all" if not loop.last }}
    {% endfor %}
),

-- everybody is in no breakdown
filed as (
    select
        *,
        case when part = 'all' then 'all' else 'sex' end as dimension
    from cases
),

with_rounding as (
    {{ release_states('filed', ['case_name'], ['dimension'], 'part', "part = 'all'", ['people'], rounding=true) }}
),

with_counts as (
    {{ release_states('filed', ['case_name'], ['dimension'], 'part', "part = 'all'", ['people']) }}
)

select
    case_name,
    part,
    release_state,
    by_rounding as expected
from with_rounding
where release_state <> by_rounding
union all
select
    case_name,
    part,
    release_state,
    by_counts as expected
from with_counts
where release_state <> by_counts
