{%- set levels = {
    'region': ['region_code', 'region_name'],
    'icb': ['icb_code', 'icb_name'],
    'sub_icb': ['sub_icb_code', 'sub_icb_name'],
    'pcn': ['pcn_code', 'pcn_name']
} -%}

with geographies as (select * from {{ ref('stg_qof__geographies') }}),

organisations as (
    {% for level, columns in levels.items() %}
    select
        period_start,
        '{{ level }}' as organisation_level,
        {{ columns[0] }} as organisation_code,
        min({{ columns[1] }}) as organisation_name
    from geographies
    where {{ columns[0] }} is not null
    group by 1, 2, 3
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    organisation_code,
    'ods' as organisation_scheme,
    organisation_level,
    organisation_name,
    period_start
from organisations
