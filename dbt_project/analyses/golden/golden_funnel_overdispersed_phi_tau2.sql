{{ golden_overdispersed() }}

select
    config,
    max(funnel_counted) as n,
    max(funnel_phi) as phi,
    max(funnel_tau2) as tau2,
    max(case when kind in ('PR', 'RC') then funnel_baseline else 1.0 end) as target
from dispersed
group by config
