-- a name such as type2_prop_transform_xminus100 says kind, transformation and multiplier
with configs as (
    select
        config,
        area,
        case substr(config, 5, 1) when '0' then 'normal' when '1' then 'rate' else 'proportion' end as kind,
        config like '%\_transform%' escape '\' as is_transformed,
        cast(
            coalesce(nullif(replace(regexp_extract(config, '_x((minus)?[0-9.]+)$', 1), 'minus', '-'), ''), '1') as double
        ) as multiplier
    from phe_sii_rii__expected
),

strata as (
    select
        configs.config,
        configs.area,
        configs.kind,
        configs.is_transformed,
        configs.multiplier,
        input.quantile,
        input.pop,
        case configs.kind
            when 'normal' then input.v0
            when 'rate' then input.rate
            else case when configs.is_transformed then input.prop else 1.0 * input.prop_x / input.pop end
        end as value,
        case configs.kind when 'normal' then input.se0 end as given_se,
        case configs.kind when 'rate' then input.rate_lcl else input.prop_lcl end as lower_95,
        case configs.kind when 'rate' then input.rate_ucl else input.prop_ucl end as upper_95
    from configs
    inner join phe_sii_rii__input as input on configs.area = input.area
),

scaled as (
    select
        *,
        coalesce(given_se, {{ slope_se('lower_95', 'upper_95', 'kind') }}) as se
    from strata
),

fits as (
    {{ slope_fits(
        'scaled',
        ['config', 'area', 'kind', 'is_transformed', 'multiplier'],
        'quantile',
        'pop',
        slope_value('value', 'kind', 'is_transformed'),
        slope_centre('value', 'se', 'kind', 'is_transformed'),
        slope_variance('value', 'se', 'kind', 'is_transformed'),
        slope_third_cumulant('value', 'se', 'kind', 'is_transformed')
    ) }}
),

skewed as (
    {{ with_skewed_z('fits') }}
)

select
    config,
    area,
    {{ slope_index('multiplier', 'kind', 'is_transformed') }} as sii,
    {{ relative_slope_index('multiplier', 'kind', 'is_transformed') }} as rii,
    {{ slope_index_lower('multiplier', 'kind', 'is_transformed', 95, true) }} as sii_lower95_0cl,
    {{ slope_index_upper('multiplier', 'kind', 'is_transformed', 95, true) }} as sii_upper95_0cl,
    {{ slope_index_lower('multiplier', 'kind', 'is_transformed', 99.8, true) }} as sii_lower99_8cl,
    {{ slope_index_upper('multiplier', 'kind', 'is_transformed', 99.8, true) }} as sii_upper99_8cl,
    {{ relative_slope_index_lower('multiplier', 'kind', 'is_transformed', 95, true) }} as rii_lower95_0cl,
    {{ relative_slope_index_upper('multiplier', 'kind', 'is_transformed', 95, true) }} as rii_upper95_0cl,
    {{ relative_slope_index_lower('multiplier', 'kind', 'is_transformed', 99.8, true) }} as rii_lower99_8cl,
    {{ relative_slope_index_upper('multiplier', 'kind', 'is_transformed', 99.8, true) }} as rii_upper99_8cl,
    {{ slope_intercept('multiplier', 'kind', 'is_transformed') }} as intercept
from skewed
