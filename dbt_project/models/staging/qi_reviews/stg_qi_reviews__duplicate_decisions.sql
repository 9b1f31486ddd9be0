select
    cast(null as string) as register_a,
    cast(null as string) as project_ref_a,
    cast(null as string) as register_b,
    cast(null as string) as project_ref_b,
    cast(null as string) as decision,
    cast(null as date) as reviewed_on,
    cast(null as string) as reviewer,
    cast(null as bigint) as release_rank,
    cast(null as boolean) as is_synthetic,
    cast(null as string) as release_sha256
where false
