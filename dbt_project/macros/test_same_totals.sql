{#- Passes when both organisation views of outcome_trends add up to the same numerators and denominators. -#}
{% test same_totals_as_was_and_as_now(model) %}
    with totals as (
        select
            measure_id,
            dataset,
            period_start,
            period_end,
            organisation_view,
            population,
            stratum_dimension,
            stratum_scheme,
            stratum,
            sum(numerator_lower) as numerator,
            sum(denominator_lower) as denominator
        from {{ model }}
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    )

    select
        was.*,
        now_.numerator as numerator_as_now
    from totals as was
    inner join totals as now_
        on
            was.measure_id = now_.measure_id
            and was.period_start = now_.period_start
            and was.period_end = now_.period_end
            and was.population = now_.population
            and was.stratum_dimension = now_.stratum_dimension
            and was.stratum_scheme = now_.stratum_scheme
            and was.stratum = now_.stratum
            and was.dataset = now_.dataset
    where
        was.organisation_view = 'as_was'
        and now_.organisation_view = 'as_now'
        and (
            abs(coalesce(was.numerator, 0) - coalesce(now_.numerator, 0)) > 0.001
            or abs(coalesce(was.denominator, 0) - coalesce(now_.denominator, 0)) > 0.001
        )
{% endtest %}
