{#-
    The change of a gap between two periods, split over the units that make up a whole. Arguments are columns of one unit:
    wa, wb are its shares of the denominators of groups a and b (each adds up to 1 over the units), ra, rb its rates; a
    number after the name is the period, 0 before and 1 after. What the macros give is added up over the units.

    The whole's rate of a group is sum(w r), its gap G = sum(wa ra) - sum(wb rb). Two differences of products are taken
    apart as Kitagawa did, each factor's difference at the mean of the other one:

    within one period      G  = sum(m g) + sum(d l), the gap inside the units and the gap between them, with
                           m = (wa + wb) / 2, g = ra - rb, d = wa - wb, l = (ra + rb) / 2
    between two periods    dG = sum(mean m * dg)   within: gaps inside the units changed
                              + sum(mean d * dl)   between: levels of units changed that the two groups use unequally
                              + sum(dm * mean g) + sum(dd * mean l)   composition: the groups' shares of the units changed

    The four sums give the change exactly; exchanging the periods or the groups changes their sign and nothing else.
    Source: Kitagawa EM, J Am Stat Assoc 1955;50:1168-94, where the mean of both stands as weight; Das Gupta P,
    Standardization and Decomposition of Rates: A User's Manual, US Bureau of the Census P23-186, 1993, on several factors.
-#}
{% macro gap_within_units(wa, wb, ra, rb) -%}
    ({{ wa }} + {{ wb }}) / 2 * ({{ ra }} - {{ rb }})
{%- endmacro %}

{% macro gap_between_units(wa, wb, ra, rb) -%}
    ({{ wa }} - {{ wb }}) * ({{ ra }} + {{ rb }}) / 2
{%- endmacro %}

{% macro change_within_units(wa0, wb0, ra0, rb0, wa1, wb1, ra1, rb1) -%}
    ({{ wa0 }} + {{ wb0 }} + {{ wa1 }} + {{ wb1 }}) / 4 * (({{ ra1 }} - {{ rb1 }}) - ({{ ra0 }} - {{ rb0 }}))
{%- endmacro %}

{% macro change_between_units(wa0, wb0, ra0, rb0, wa1, wb1, ra1, rb1) -%}
    ({{ wa0 }} - {{ wb0 }} + {{ wa1 }} - {{ wb1 }}) / 2 * (({{ ra1 }} + {{ rb1 }}) - ({{ ra0 }} + {{ rb0 }})) / 2
{%- endmacro %}

{% macro change_by_unequal_units(wa0, wb0, ra0, rb0, wa1, wb1, ra1, rb1) -%}
    (({{ wa1 }} + {{ wb1 }}) - ({{ wa0 }} + {{ wb0 }})) / 2 * (({{ ra0 }} - {{ rb0 }}) + ({{ ra1 }} - {{ rb1 }})) / 2
{%- endmacro %}

{% macro change_by_sorting(wa0, wb0, ra0, rb0, wa1, wb1, ra1, rb1) -%}
    (({{ wa1 }} - {{ wb1 }}) - ({{ wa0 }} - {{ wb0 }})) * ({{ ra0 }} + {{ rb0 }} + {{ ra1 }} + {{ rb1 }}) / 4
{%- endmacro %}

{#- Whether a list of codes or words, joined by commas, holds one. -#}
{% macro is_listed(word, list) -%}
    (',' || {{ list }} || ',' like '%,' || {{ word }} || ',%')
{%- endmacro %}

{#- Whether a break concerns the strata of a dimension; one that names no dimension concerns all. -#}
{% macro concerns_dimension(breaks, dimension) -%}
    (coalesce({{ breaks }}.stratum_dimensions, '') = '' or {{ is_listed(dimension, breaks ~ '.stratum_dimensions') }})
{%- endmacro %}

{#- Whether two periods (before_start to before_end, period_start to period_end) stand on two sides of a break, or in it. -#}
{% macro is_series_break(breaks, compared) -%}
    {{ breaks }}.handling in ('split', 'splice_refused') and (
        ({{ breaks }}.starts_on > {{ compared }}.before_start and {{ breaks }}.starts_on <= {{ compared }}.period_end)
        or coalesce(
            {{ breaks }}.ends_on >= {{ compared }}.before_start and {{ breaks }}.ends_on < {{ compared }}.period_end, false
        )
    )
{%- endmacro %}

{#- Whether a break to be masked touches one of the two periods; one without an end is its first day. -#}
{% macro is_masked_by(breaks, compared) -%}
    {{ breaks }}.handling = 'mask' and (
        (
            {{ breaks }}.starts_on <= {{ compared }}.before_end
            and coalesce({{ breaks }}.ends_on, {{ breaks }}.starts_on) >= {{ compared }}.before_start
        )
        or (
            {{ breaks }}.starts_on <= {{ compared }}.period_end
            and coalesce({{ breaks }}.ends_on, {{ breaks }}.starts_on) >= {{ compared }}.period_start
        )
    )
{%- endmacro %}

{#-
    Sum of doubles that does not depend on the order of rows: they are added up as decimals, 18 digits after the point. What
    is left of a difference of such sums is then the same in every run, down to its last digit.
-#}
{% macro steady_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 18))) as double)
{%- endmacro %}
