with loads as (select * from {{ lake('platform', 'loads') }})

select * from loads
