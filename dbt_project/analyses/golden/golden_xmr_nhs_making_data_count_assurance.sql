{{ golden_xmr_charts() }},

newest as (
    select
        *,
        row_number() over (partition by config, series order by period desc) as place
    from charted
)

select
    config,
    series,
    {{ assurance('target', 'xmr_lower', 'xmr_upper', 'improvement') }} as assurance
from newest
where place = 1
