{%- set groups = {
    'ethnic_group_5': ['asian', 'black', 'mixed', 'white', 'other'],
    'ethnic_group_19': [
        'asian_bangladeshi', 'asian_chinese', 'asian_indian', 'asian_pakistani',
        'asian_other', 'black_african', 'black_caribbean', 'black_other',
        'mixed_white_and_asian', 'mixed_white_and_black_african', 'mixed_white_and_black_caribbean', 'mixed_other',
        'white_british', 'white_irish', 'white_gypsy_or_irish_traveller', 'white_roma',
        'white_other', 'other_arab', 'other_any'
    ]
} -%}

with areas as (select * from {{ ref('stg_census_ethnicity__areas') }}),

grouped as (
    {% for scheme, names in groups.items() %}
    {% set outer_loop = loop %}
    {% for name in names %}
    select
        lsoa_code,
        census_on,
        residents,
        '{{ scheme }}' as ethnic_scheme,
        '{{ name }}' as ethnic_group,
        {{ name }} as people
    from areas
    {{ "union all" if not (loop.last and outer_loop.last) }}
    {% endfor %}
    {% endfor %}
)

select
    lsoa_code,
    2021 as lsoa_vintage,
    census_on,
    ethnic_scheme,
    ethnic_group,
    people,
    residents
from grouped
