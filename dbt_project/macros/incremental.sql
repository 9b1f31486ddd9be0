{#- Rows of releases that this model does not hold yet; everything on a full build. -#}
{% macro only_new_releases(column) -%}
    {%- if is_incremental() -%}
        {{ column }} not in (select distinct known.release_sha256 from {{ this }} as known)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Take rows of releases that left the lake out of an incremental model. -#}
{% macro drop_lost_releases(dataset) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where release_sha256 not in (
            select lake_releases.release_sha256 from {{ lake('platform', 'releases') }} as lake_releases
            where lake_releases.dataset = '{{ dataset }}'
        )
    {%- endif -%}
{%- endmacro %}
