with published as (
    select distinct
        organisation_code,
        'ods' as organisation_scheme,
        organisation_name as name,
        period_start as seen_on
    from {{ ref('stg_ae_monthly__attendances') }}
    {% for model in ['stg_talking_therapies__activity', 'stg_maternity_msds__counts', 'int_fingertips__classified'] %}
    union all
    select distinct
        organisation_code,
        organisation_scheme,
        organisation_name as name,
        period_start as seen_on
    from {{ ref(model) }}
    {% endfor %}
),

ranked as (
    select
        published.*,
        row_number() over (
            partition by organisation_code, organisation_scheme
            order by seen_on desc, name
        ) as place
    from published
    where name is not null
)

select
    organisation_code,
    organisation_scheme,
    name,
    seen_on
from ranked
where place = 1
