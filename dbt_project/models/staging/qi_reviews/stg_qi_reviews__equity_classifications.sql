with equity_classifications as (select * from {{ lake('qi_reviews', 'equity_classifications') }}),

releases as (select * from {{ ref('stg_platform__releases') }})

select
    equity_classifications.register,
    equity_classifications.project_ref,
    'p'
    || substr(md5(equity_classifications.register || '|' || equity_classifications.project_ref), 1, 15) as project_key,
    equity_classifications.field,
    equity_classifications.value,
    equity_classifications.coder,
    equity_classifications.coded_on,
    releases.release_rank,
    releases.origin = 'synthetic' as is_synthetic,
    equity_classifications.release_sha256
from equity_classifications
inner join releases
    on equity_classifications.release_sha256 = releases.release_sha256 and releases.dataset = 'qi_reviews'
