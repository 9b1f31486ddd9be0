select
    cast(null as string) as register,
    cast(null as string) as organisation_code,
    cast(null as date) as covers_from,
    cast(null as date) as covers_to,
    cast(null as date) as received_on,
    cast(null as double) as expected_projects_per_year,
    cast(null as string) as expected_basis,
    cast(null as string) as clinical_topics,
    cast(null as double) as staff_wte,
    cast(null as bigint) as release_rank,
    cast(null as boolean) as is_synthetic,
    cast(null as string) as release_sha256
where false
