-- releases that move a total of England by more than the measure's tolerance and that nobody has accepted yet; a
-- release is compared with the newest earlier one that was accepted, else with the first, so that small steps add up
{% set series = [
    'dataset', 'measure_id', 'period_start', 'period_end', 'period_kind', 'release_scope', 'population', 'adjustment',
] %}
with totals as (select * from {{ ref('int_releases__totalled') }}),

measures as (select * from {{ ref('stg_platform__measures') }}),

firsts as (
    select
        totals.*,
        min(release_rank) over (partition by {{ series | join(', ') }}) as first_rank
    from totals
),

with_baseline as (
    select
        firsts.*,
        max(case when accepted_on is not null or release_rank = first_rank then release_rank end) over (
            partition by {{ series | join(', ') }}
            order by release_rank
            rows between unbounded preceding and 1 preceding
        ) as baseline_rank
    from firsts
),

compared as (
    select
        {{ qualified('with_baseline', series) }},
        with_baseline.release_sha256,
        with_baseline.accepted_on,
        measures.revision_tolerance,
        baseline.release_sha256 as baseline_sha256,
        baseline.numerator as numerator_before,
        with_baseline.numerator as numerator_after,
        baseline.denominator as denominator_before,
        with_baseline.denominator as denominator_after,
        baseline.value as value_before,
        with_baseline.value as value_after
    from with_baseline
    inner join totals as baseline
        on
            {{ matching('with_baseline', 'baseline', series) }}
            and with_baseline.baseline_rank = baseline.release_rank
    inner join measures on with_baseline.measure_id = measures.measure_id
),

moves as (
    select
        compared.*,
        {{ moved('numerator_before', 'numerator_after') }} as numerator_move,
        {{ moved('denominator_before', 'denominator_after') }} as denominator_move,
        {{ moved('value_before', 'value_after') }} as value_move
    from compared
),

-- a rate moves with its parts; only a score is judged by its value
largest as (
    select
        moves.*,
        case
            when numerator_before is null then greatest(denominator_move, value_move)
            else greatest(numerator_move, denominator_move)
        end as largest_move
    from moves
)

select
    {{ series | join(',\n    ') }},
    release_sha256,
    baseline_sha256,
    numerator_before,
    numerator_after,
    denominator_before,
    denominator_after,
    value_before,
    value_after,
    largest_move,
    revision_tolerance
from largest
where largest_move > revision_tolerance and accepted_on is null
