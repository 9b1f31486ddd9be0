select
    cast(null as string) as register,
    cast(null as string) as project_ref,
    cast(null as string) as field,
    cast(null as string) as value,
    cast(null as string) as coder,
    cast(null as date) as coded_on,
    cast(null as bigint) as release_rank,
    cast(null as boolean) as is_synthetic,
    cast(null as string) as release_sha256
where false
