-- the reference's own test data: one row per quantile, what was asked for in words, what came out on the first row
with strata as (
    select
        testdescription,
        area,
        quantile,
        population,
        case valuetype when 0 then 'normal' when 1 then 'rate' else 'proportion' end as kind,
        testdescription like '%transform%' as is_transformed,
        case
            when testdescription like '%negative multiplier%' then -1.0
            else cast(coalesce(nullif(regexp_extract(testdescription, 'x (-?[0-9]+)', 1), ''), '1') as double)
        end as multiplier,
        value,
        coalesce(case when valuetype = 0 then standarderror end, {{ slope_se(
            'lowercl', 'uppercl', "case valuetype when 0 then 'normal' when 1 then 'rate' else 'proportion' end"
        ) }}) as se
    from phe_sii_rii__phe_package_testdata_sii
    where testdescription not like '%handling%'
),

fits as (
    {{ slope_fits(
        'strata',
        ['testdescription', 'area', 'kind', 'is_transformed', 'multiplier'],
        'quantile',
        'population',
        slope_value('value', 'kind', 'is_transformed'),
        slope_centre('value', 'se', 'kind', 'is_transformed'),
        slope_variance('value', 'se', 'kind', 'is_transformed')
    ) }}
)

select
    testdescription as TestDescription,
    area as Area,
    {{ slope_index('multiplier', 'kind', 'is_transformed') }} as sii,
    {{ relative_slope_index('multiplier', 'kind', 'is_transformed') }} as rii,
    {{ slope_intercept('multiplier', 'kind', 'is_transformed') }} as Intercept
from fits
