{#-
    A select of a relation with adjusted p-values beside its columns, within families that are declared: all rows that agree in
    `family_columns`. `method` is bh (Benjamini Y, Hochberg Y, J R Stat Soc B 1995;57:289-300), by (Benjamini Y, Yekutieli D,
    Ann Stat 2001;29:1165-88: dependent tests), holm (Holm S, Scand J Stat 1979;6:65-70) or bonferroni. With m p-values in a
    family, the i-th smallest: bh is the smallest m p / i of it and all larger ones, by the same times 1 + 1/2 + ... + 1/m, holm
    the largest (m - i + 1) p of it and all smaller ones, bonferroni m p; none above 1. Equal p-values have equal answers. A row
    without a p-value has no answer and does not count in m. Beside `name` stand <name>_tests, which is m, and <name>_step, which
    only the macro needs.
-#}
{% macro with_q_values(relation, p, family_columns, name='q_value', method='bh') -%}
    {%- set family = 'partition by ' ~ (family_columns | join(', ')) if family_columns else '' -%}
    {%- if method not in ['bh', 'by', 'holm', 'bonferroni'] -%}
        {{ exceptions.raise_compiler_error('method is bh, by, holm or bonferroni, not ' ~ method) }}
    {%- endif -%}
    select
        stepped.*,
        {%- if method == 'bonferroni' %}
        case when {{ p }} is not null then least(1.0, {{ name }}_step) end as {{ name }}
        {%- elif method == 'holm' %}
        case
            when {{ p }} is not null
                then least(1.0, max({{ name }}_step) over ({{ family }} order by {{ p }} nulls last))
        end as {{ name }}
        {%- else %}
        case
            when {{ p }} is not null
                then least(1.0, min({{ name }}_step) over ({{ family }} order by {{ p }} desc nulls last))
        end as {{ name }}
        {%- endif %}
    from (
        select
            {{ relation }}.*,
            count({{ p }}) over ({{ family }}) as {{ name }}_tests,
            {%- if method == 'bonferroni' %}
            1.0e0 * {{ p }} * count({{ p }}) over ({{ family }}) as {{ name }}_step
            {%- elif method == 'holm' %}
            1.0e0 * {{ p }} * (
                count({{ p }}) over ({{ family }}) - rank() over ({{ family }} order by {{ p }} nulls last) + 1
            ) as {{ name }}_step
            {%- else %}
            1.0e0 * {{ p }} * count({{ p }}) over ({{ family }})
            {%- if method == 'by' %} * {{ harmonic_number('count(' ~ p ~ ') over (' ~ family ~ ')') }}{% endif %}
            / nullif(count({{ p }}) over ({{ family }} order by {{ p }} nulls last), 0) as {{ name }}_step
            {%- endif %}
        from {{ relation }}
    ) as stepped
{%- endmacro %}

{#-
    1 + 1/2 + ... + 1/m: the first twenty terms as they are, beyond them ln m + Euler's constant + 1/2m - 1/12m^2 + 1/120m^4
    (Euler-Maclaurin), whose error is below 1/252m^6, 1e-10 of the sum at most.
-#}
{% macro harmonic_number(m) -%}
    case
        {%- set sum = namespace(value=0.0) %}
        {%- for term in range(1, 21) %}
        {%- set sum.value = sum.value + 1 / term %}
        when {{ m }} = {{ term }} then {{ sum.value }}e0
        {%- endfor %}
        when {{ m }} > 20 then
            ln({{ m }}) + 0.5772156649015329e0 + 1 / (2.0e0 * {{ m }}) - 1 / (12.0e0 * {{ m }} * {{ m }})
            + 1 / (120.0e0 * {{ m }} * {{ m }} * {{ m }} * {{ m }})
    end
{%- endmacro %}
