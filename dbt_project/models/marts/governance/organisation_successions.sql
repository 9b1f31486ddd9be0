with successions as (select * from {{ ref('int_successions__reviewed') }}),

current_units as (select * from {{ ref('int_organisations__succeeded') }}),

known as (
    select
        organisation_code,
        max(case when is_synthetic then 1 else 0 end) = 1 as is_synthetic
    from {{ ref('organisations') }}
    group by organisation_code
)

select
    successions.old_code,
    successions.new_code,
    successions.organisation_scheme,
    successions.effective_on,
    successions.relation,
    successions.share,
    successions.share_basis,
    current_units.current_code,
    coalesce(current_units.is_approximate, true) as is_approximate,
    successions.is_reviewed,
    successions.source,
    coalesce(old_known.is_synthetic, new_known.is_synthetic) as is_synthetic
from successions
left join known as old_known on successions.old_code = old_known.organisation_code
left join known as new_known on successions.new_code = new_known.organisation_code
left join current_units on successions.old_code = current_units.old_code
where old_known.organisation_code is not null or new_known.organisation_code is not null
