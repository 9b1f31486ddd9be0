with equality as (select * from {{ lake('proms', 'equality') }})

-- the publisher's decile 01 is least deprived; here 1 is most deprived, always
select
    release_sha256,
    period_start,
    period_end,
    case procedure when 'Hip Replacement' then 'hip' when 'Knee Replacement' then 'knee' end as joint,
    case
        when measure like 'Oxford%' then 'oxford'
        when measure = 'EQ-5D Index' then 'eq5d'
        when measure = 'EQ VAS' then 'eq_vas'
    end as instrument,
    dimension,
    value,
    case dimension
        when 'England' then 'all'
        when 'Gender' then case value when '1' then 'male' when '2' then 'female' else 'unknown' end
        when 'Age' then replace(value, ' ', '_')
        when 'Index of Multiple Deprivation'
            then
                case
                    when substr(value, 3, 1) = '.' then cast(11 - cast(substr(value, 1, 2) as integer) as string)
                    when value like 'Unknown%' then 'unknown'
                end
        when 'Ethnicity'
            then
                case value
                    when 'A' then 'white_british'
                    when 'B' then 'white_irish'
                    when 'C' then 'white_other'
                    when 'D' then 'mixed_white_and_black_caribbean'
                    when 'E' then 'mixed_white_and_black_african'
                    when 'F' then 'mixed_white_and_asian'
                    when 'G' then 'mixed_other'
                    when 'H' then 'asian_indian'
                    when 'J' then 'asian_pakistani'
                    when 'K' then 'asian_bangladeshi'
                    when 'L' then 'asian_other'
                    when 'M' then 'black_caribbean'
                    when 'N' then 'black_african'
                    when 'P' then 'black_other'
                    when 'R' then 'other_chinese'
                    when 'S' then 'other_any'
                    else 'unknown'
                end
    end as stratum,
    improved,
    total,
    total_status,
    gain_mean
from equality
