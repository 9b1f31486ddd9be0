with data_changes as (select * from {{ lake('fingertips', 'data_changes') }})

select
    indicator_id,
    max(last_uploaded_on) as last_uploaded_on
from data_changes
group by indicator_id
