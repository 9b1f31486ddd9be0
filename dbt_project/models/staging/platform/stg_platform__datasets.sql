with datasets as (select * from {{ lake('platform', 'datasets') }})

select * from datasets
