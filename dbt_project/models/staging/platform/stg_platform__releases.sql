with releases as (select * from {{ lake('platform', 'releases') }})

select * from releases
