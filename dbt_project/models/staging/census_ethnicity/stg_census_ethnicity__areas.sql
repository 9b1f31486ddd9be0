with areas as (select * from {{ lake('census_ethnicity', 'areas') }}),

newest_releases as (
    select * from {{ ref('stg_platform__newest_releases') }}
    where dataset = 'census_ethnicity'
)

select
    areas.release_sha256,
    newest_releases.is_synthetic,
    areas.census_on,
    areas.lsoa_code,
    areas.lsoa_name,
    areas.residents,
    areas.asian,
    areas.asian_bangladeshi,
    areas.asian_chinese,
    areas.asian_indian,
    areas.asian_pakistani,
    areas.asian_other,
    areas.black,
    areas.black_african,
    areas.black_caribbean,
    areas.black_other,
    areas.mixed,
    areas.mixed_white_and_asian,
    areas.mixed_white_and_black_african,
    areas.mixed_white_and_black_caribbean,
    areas.mixed_other,
    areas.white,
    areas.white_british,
    areas.white_irish,
    areas.white_gypsy_or_irish_traveller,
    areas.white_roma,
    areas.white_other,
    areas.other,
    areas.other_arab,
    areas.other_any
from areas
inner join newest_releases on areas.release_sha256 = newest_releases.release_sha256
