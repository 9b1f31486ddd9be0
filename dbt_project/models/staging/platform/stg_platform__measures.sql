with measures as (select * from {{ lake('platform', 'measures') }})

select * from measures
