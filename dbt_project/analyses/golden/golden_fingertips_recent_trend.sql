with trended as (
    {{ recent_trends(
        'fingertips_recent_trend__input', ['series'], 'year', "(method = 'proportion')", 'count', 'denominator',
        'value', 'lowercl', 'uppercl',
    ) }}
)

select
    series,
    trend_chi2 as chi2,
    is_trend_robust as consistent_sign,
    case trend_marker
        when 'increasing' then 'Increasing' when 'decreasing' then 'Decreasing'
        when 'no_significant_change' then 'NoChange'
    end as marker
from trended
