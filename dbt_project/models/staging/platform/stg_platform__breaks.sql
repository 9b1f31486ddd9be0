with breaks as (select * from {{ lake('platform', 'breaks') }})

select * from breaks
