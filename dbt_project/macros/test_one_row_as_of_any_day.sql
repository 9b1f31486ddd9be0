{#- Passes when at most one row of each key holds on any day; an empty bound is open. -#}
{% test one_row_as_of_any_day(model, key, from_column, to_column) %}
    with bounded as (
        select
            {{ key | join(', ') }},
            row_number() over (order by {{ key | join(', ') }}, {{ from_column }}, {{ to_column }}) as place,
            coalesce({{ from_column }}, cast('0001-01-01' as date)) as first_day,
            coalesce({{ to_column }}, cast('9999-12-31' as date)) as last_day
        from {{ model }}
    )

    select one.*
    from bounded as one
    inner join bounded as other
        on
            {{ matching('one', 'other', key) }}
            and one.place < other.place
            and one.first_day <= other.last_day
            and other.first_day <= one.last_day
    where one.first_day <= one.last_day and other.first_day <= other.last_day
{% endtest %}
