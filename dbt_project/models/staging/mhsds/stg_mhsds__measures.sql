with measures as (select * from {{ lake('mhsds', 'measures') }}),

-- strata of England stand in either level; where the secondary one has none, the primary one is the stratum
placed as (
    select
        *,
        breakdown like 'England%' as is_england,
        case
            when breakdown not like '%; %' then 'all'
            when breakdown like '%; Age%' then 'age'
            when breakdown like '%; Gender' then 'sex'
            when breakdown like '%; IMD Decile' then 'deprivation'
            else 'ethnicity'
        end as stratum_dimension,
        case
            when breakdown not like '%; %' then 'all'
            when secondary_level <> 'NONE' and breakdown like '%; Gender' then lower(secondary_level_description)
            when secondary_level <> 'NONE' then lower(secondary_level)
            when breakdown like '%; Gender' then lower(primary_level_description)
            else lower(primary_level)
        end as label
    from measures
),

-- decile labels run either way ('01 Most deprived', '10 Most deprived'): the words say which end a number is at
labelled as (
    select
        *,
        case
            when stratum_dimension = 'deprivation' and label like '% deprived'
                then cast(substr(label, 1, 2) as integer)
        end as decile
    from placed
)

select
    release_sha256,
    period_start,
    period_end,
    case
        when is_england then 'england'
        when breakdown like 'Provider%' then 'provider'
        when breakdown like 'Commissioning Region%' then 'region'
        when breakdown like 'ICB %' or breakdown like 'STP %' then 'icb'
        else 'sub_icb'
    end as organisation_level,
    case when is_england then 'E92000001' else primary_level end as organisation_code,
    case when is_england then 'gss' else 'ods' end as organisation_scheme,
    case when is_england then 'England' else primary_level_description end as organisation_name,
    stratum_dimension,
    case
        when stratum_dimension = 'all' then 'all'
        when label in ('unknown', 'not stated', 'not known', 'z', '99') or label like 'not stated%' then 'unknown'
        when stratum_dimension = 'deprivation' and (decile <= 5) = (label like '%most%' or label like '%more%')
            then cast(decile as string)
        when stratum_dimension = 'deprivation' then cast(11 - decile as string)
        when stratum_dimension = 'sex'
            then
                case
                    when label like 'non-binary%' then 'non_binary'
                    when label like 'other%' then 'other'
                    when label like 'indeterminate%' then 'indeterminate'
                    when label like 'not %' then 'unknown'
                    else label
                end
        when stratum_dimension = 'age'
            then
                replace(
                    replace(replace(replace(label, ' or over', ' and over'), '+', ' and over'), '-', ' to '), ' ', '_'
                )
        else
            case label
                when 'white' then 'white'
                when 'mixed' then 'mixed'
                when 'asian' then 'asian'
                when 'asian or asian british' then 'asian'
                when 'black' then 'black'
                when 'black or black british' then 'black'
                when 'other' then 'other'
                when 'other ethnic groups' then 'other'
                when 'a' then 'white_british'
                when 'b' then 'white_irish'
                when 'c' then 'white_other'
                when 'd' then 'mixed_white_and_black_caribbean'
                when 'e' then 'mixed_white_and_black_african'
                when 'f' then 'mixed_white_and_asian'
                when 'g' then 'mixed_other'
                when 'h' then 'asian_indian'
                when 'j' then 'asian_pakistani'
                when 'k' then 'asian_bangladeshi'
                when 'l' then 'asian_other'
                when 'm' then 'black_caribbean'
                when 'n' then 'black_african'
                when 'p' then 'black_other'
                when 'r' then 'other_chinese'
                when 's' then 'other_any'
            end
    end as stratum,
    case
        when stratum_dimension = 'ethnicity' and (length(label) <= 2) then 'ethnic_group_16'
        when stratum_dimension = 'ethnicity' then 'ethnic_group_5'
        when stratum_dimension = 'deprivation' then 'imd_decile_version_not_stated'
        when stratum_dimension = 'age' then 'age_bands_as_published'
        when stratum_dimension = 'sex' then 'gender_as_published'
        else 'none'
    end as stratum_scheme,
    measure_code,
    measure_value,
    measure_value_status,
    case when is_england then 'none' else 'nearest_5' end as rounding,
    case
        when measure_value_status = 'suppressed' then 0
        when is_england then measure_value
        when measure_value < 7 then 5
        else measure_value - 2
    end as count_lower,
    case
        when measure_value_status = 'suppressed' then 4
        when is_england then measure_value
        else measure_value + 2
    end as count_upper
from labelled
where primary_level <> 'UNKNOWN'
