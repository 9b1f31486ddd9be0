with collected as (select * from {{ ref('qi_equity_classifications') }}),

-- what a coder wrote in a field, as a set of words
codes as (
    select
        project_key,
        field,
        coder,
        {{ words_together('value') }} as words,
        bool_or(is_synthetic) as is_synthetic
    from collected
    group by project_key, field, coder
),

pairs as (
    select
        one.field,
        one.coder as first_coder,
        other.coder as second_coder,
        one.words as first_words,
        other.words as second_words,
        count(*) as projects,
        bool_or(one.is_synthetic or other.is_synthetic) as is_synthetic
    from codes as one
    inner join codes as other
        on one.project_key = other.project_key and one.field = other.field and one.coder < other.coder
    group by one.field, one.coder, other.coder, one.words, other.words
),

totals as (
    select
        field,
        first_coder,
        second_coder,
        sum(projects) as n,
        sum(case when first_words = second_words then projects else 0 end) as agreed,
        bool_or(is_synthetic) as is_synthetic
    from pairs
    group by field, first_coder, second_coder
),

first_shares as (
    select
        field,
        first_coder,
        second_coder,
        first_words as words,
        sum(projects) as projects
    from pairs
    group by field, first_coder, second_coder, first_words
),

second_shares as (
    select
        field,
        first_coder,
        second_coder,
        second_words as words,
        sum(projects) as projects
    from pairs
    group by field, first_coder, second_coder, second_words
),

chances as (
    select
        first_shares.field,
        first_shares.first_coder,
        first_shares.second_coder,
        sum(1.0 * first_shares.projects * second_shares.projects) as products
    from first_shares
    inner join second_shares
        on {{ matching('first_shares', 'second_shares', ['field', 'first_coder', 'second_coder', 'words']) }}
    group by first_shares.field, first_shares.first_coder, first_shares.second_coder
),

shares as (
    select
        totals.field,
        totals.first_coder,
        totals.second_coder,
        totals.n,
        totals.is_synthetic,
        1.0 * totals.agreed / totals.n as observed,
        coalesce(chances.products, 0.0) / (1.0 * totals.n * totals.n) as expected
    from totals
    left join chances on {{ matching('totals', 'chances', ['field', 'first_coder', 'second_coder']) }}
)

-- Cohen J, Educ Psychol Meas 1960;20:37-46; undefined where chance alone would agree always
select
    field,
    first_coder,
    second_coder,
    cast(n as bigint) as n,
    cast(observed as double) as observed,
    cast(expected as double) as expected,
    cast(case when expected < 1 then (observed - expected) / (1 - expected) end as double) as kappa,
    is_synthetic
from shares
