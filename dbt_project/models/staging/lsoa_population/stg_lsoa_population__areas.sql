with areas as (select * from {{ lake('lsoa_population', 'areas') }}),

releases as (
    select * from {{ ref('stg_platform__releases') }}
    where dataset = 'lsoa_population'
),

-- a newer workbook revises years that older ones hold
newest as (
    select
        areas.mid_year,
        max(releases.release_rank) as release_rank
    from areas
    inner join releases on areas.release_sha256 = releases.release_sha256
    group by areas.mid_year
)

select
    areas.release_sha256,
    areas.mid_year,
    areas.lsoa_code,
    areas.lsoa_name,
    areas.total,
    areas.female_0_to_4,
    areas.female_5_to_9,
    areas.female_10_to_14,
    areas.female_15_to_19,
    areas.female_20_to_24,
    areas.female_25_to_29,
    areas.female_30_to_34,
    areas.female_35_to_39,
    areas.female_40_to_44,
    areas.female_45_to_49,
    areas.female_50_to_54,
    areas.female_55_to_59,
    areas.female_60_to_64,
    areas.female_65_to_69,
    areas.female_70_to_74,
    areas.female_75_to_79,
    areas.female_80_to_84,
    areas.female_85_to_89,
    areas.female_90_and_over,
    areas.male_0_to_4,
    areas.male_5_to_9,
    areas.male_10_to_14,
    areas.male_15_to_19,
    areas.male_20_to_24,
    areas.male_25_to_29,
    areas.male_30_to_34,
    areas.male_35_to_39,
    areas.male_40_to_44,
    areas.male_45_to_49,
    areas.male_50_to_54,
    areas.male_55_to_59,
    areas.male_60_to_64,
    areas.male_65_to_69,
    areas.male_70_to_74,
    areas.male_75_to_79,
    areas.male_80_to_84,
    areas.male_85_to_89,
    areas.male_90_and_over
from areas
inner join releases on areas.release_sha256 = releases.release_sha256
inner join newest on areas.mid_year = newest.mid_year and releases.release_rank = newest.release_rank
