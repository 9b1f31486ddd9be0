{#-
    Which of `k` equal groups of areas an area is in by its value, 1 to k, as an expression of one select: with m areas that have
    a value, rank r (equal values share the smallest rank), k + 1 - ceiling((m + 1 - r) / (m / k)), and 1 where that is 0.
    `highest_first` makes 1 the group of the highest values, for a score that is higher where people are more deprived. NULL for
    an area without a value and where a partition has fewer areas than groups. Source: the rule of OHID's Fingertips for deciles
    of areas, as documented with PHEindicatormethods 2.1.0 (phe_quantile).
-#}
{% macro quantile(value, k, partition_columns=[], highest_first=true) -%}
    {%- set partition = 'partition by ' ~ (partition_columns | join(', ')) if partition_columns else '' -%}
    {%- set areas = 'count(' ~ value ~ ') over (' ~ partition ~ ')' -%}
    {%- set order = value ~ (' desc' if highest_first else '') ~ ' nulls last' -%}
    case
        when {{ value }} is not null and {{ areas }} >= {{ k }} then
            cast(greatest(1, {{ k }} + 1 - ceil(
                ({{ areas }} + 1 - rank() over ({{ partition }} order by {{ order }})) / ({{ areas }} / {{ k }})
            )) as integer)
    end
{%- endmacro %}
