-- what `python -m benchmarks statistics` measures, from counts to limits as int_inequalities__sloped has it; no reference answers
with limited as (
    select
        *,
        numerator / denominator as value,
        {{ proportion_lower('numerator', 'denominator', 1) }} as lower,
        {{ proportion_upper('numerator', 'denominator', 1) }} as upper
    from strata
),

scaled as (
    select
        *,
        {{ slope_se('lower', 'upper', "'proportion'") }} as se
    from limited
),

fits as (
    {{ slope_fits(
        'scaled', ['area'], 'quantile', 'denominator', 'value', 'value',
        slope_variance('value', 'se', "'proportion'", 'false')
    ) }}
)

select
    area,
    {{ slope_index('-100', "'proportion'", 'false') }} as sii,
    {{ slope_index_lower('-100', "'proportion'", 'false') }} as sii_lower_95,
    {{ slope_index_upper('-100', "'proportion'", 'false') }} as sii_upper_95,
    {{ relative_slope_index('-100', "'proportion'", 'false') }} as rii,
    {{ relative_slope_index_lower('-100', "'proportion'", 'false') }} as rii_lower_95,
    {{ relative_slope_index_upper('-100', "'proportion'", 'false') }} as rii_upper_95
from fits
