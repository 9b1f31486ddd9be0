{%- set limits = [('ll95', -1, 95), ('ul95', 1, 95), ('ll998', -1, 99.8), ('ul998', 1, 99.8)] -%}
{{ golden_overdispersed() }},

limited as (
    select
        *
        {%- for name, sign, level in limits %},
            {{ overdispersed_limit('kind', 'denominator', sign, level, is_bounded=false) }} as {{ name }}
        {%- endfor %}
    from dispersed
)

-- the reference draws arcsine limits as a line, in the order of its rows: one beyond the next is set to the end of the scale
select
    config,
    unit,
    z_unadjusted,
    z_adjusted,
    funnel_s as s
    {%- for name, sign, level in limits %},
        case
            when
                kind = 'PR'
                and {{ sign }} * {{ name }} < {{ sign }} * lead({{ name }}) over (partition by config order by place)
                then {{ (1 + sign) // 2 }}
            else {{ name }}
        end as od_{{ name }}
    {%- endfor %}
from limited
