with traced as (select * from {{ ref('int_qi_projects__traced') }}),

-- every naming of a reference outside the projects themselves
namings as (
    {% for entity in ['sites', 'measures', 'classifications'] -%}
    select distinct
        register,
        project_ref,
        release_rank,
        release_sha256,
        seen_on
    from {{ ref('stg_qi_projects__' ~ entity) }}{{ ' union' if not loop.last }}
    {% endfor %}
),

-- sites and measures in files of their own may arrive just before the file of the projects
owned as (
    select
        namings.register,
        namings.project_ref,
        namings.release_sha256,
        max(traced.generation) as generation
    from namings
    left join traced
        on
            namings.register = traced.register
            and namings.project_ref = traced.project_ref
            and (
                traced.first_rank <= namings.release_rank
                or (traced.first_rank = namings.release_rank + 1 and traced.first_seen_on = namings.seen_on)
            )
    group by namings.register, namings.project_ref, namings.release_sha256
)

select
    {{ qi_project_key('owned.register', 'owned.project_ref', 'coalesce(owned.generation, 1)') }} as project_key,
    owned.register,
    owned.project_ref,
    owned.release_sha256
from owned
