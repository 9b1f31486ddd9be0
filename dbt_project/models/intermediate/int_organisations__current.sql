with successors as (select * from {{ ref('int_organisations__succeeded') }}),

cross_coded as (select * from {{ ref('int_organisations__cross_coded') }}),

ranked_twins as (
    select
        gss_code,
        ods_code,
        row_number() over (partition by gss_code order by last_seen_on desc, ods_code) as place
    from cross_coded
),

twins as (
    select
        gss_code,
        ods_code
    from ranked_twins
    where place = 1
),

codes as (
    select
        old_code as organisation_code,
        organisation_scheme
    from successors
    union distinct
    select
        gss_code as organisation_code,
        'gss' as organisation_scheme
    from twins
),

-- a GSS code leads to its own ODS code, else to that of the code that took over from it
crossed as (
    select
        codes.organisation_code,
        codes.organisation_scheme,
        own.current_code as successor_code,
        coalesce(own.is_approximate, false) as is_approximate,
        coalesce(twins.ods_code, later_twins.ods_code) as twin_code
    from codes
    left join successors as own
        on codes.organisation_code = own.old_code and codes.organisation_scheme = own.organisation_scheme
    left join twins
        on codes.organisation_code = twins.gss_code and codes.organisation_scheme = 'gss'
    left join twins as later_twins
        on own.current_code = later_twins.gss_code and codes.organisation_scheme = 'gss'
)

select
    crossed.organisation_code,
    crossed.organisation_scheme,
    crossed.twin_code,
    case
        when crossed.twin_code is not null then coalesce(twin_successors.current_code, crossed.twin_code)
        else crossed.successor_code
    end as current_code,
    case when crossed.twin_code is not null then 'ods' else crossed.organisation_scheme end as current_scheme,
    crossed.is_approximate or coalesce(twin_successors.is_approximate, false) as is_approximate
from crossed
left join successors as twin_successors
    on crossed.twin_code = twin_successors.old_code and twin_successors.organisation_scheme = 'ods'
