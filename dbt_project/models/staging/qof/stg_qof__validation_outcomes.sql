with validation_outcomes as (select * from {{ lake('qof', 'validation_outcomes') }})

select
    release_sha256,
    period_start,
    practice_code,
    rule_number,
    rule_description
from validation_outcomes
