{#-
    Counts of people made from records before anybody sees them: 0 stays, 1 to 7 are hidden (NULL), others go to the
    nearest 5. A mean of 1 to 7 people is hidden too. Shares are computed from released counts, never from exact ones.
    Source: NHS England's disclosure control for secondary care data since September 2018; see docs/disclosure.md.
-#}
{% macro is_hidden_count(people) -%}
    ({{ people }} between 1 and 7)
{%- endmacro %}

{% macro released_count(people) -%}
    case when {{ is_hidden_count(people) }} then null else 5.0 * round({{ people }} / 5.0) end
{%- endmacro %}

{#- Smallest and largest count that a released one stands for; a printed 10 is 8 to 12, a hidden count 1 to 7. -#}
{% macro released_lower(people) -%}
    case
        when {{ people }} = 0 then 0.0
        when {{ is_hidden_count(people) }} then 1.0
        else 5.0 * round({{ people }} / 5.0) - 2
    end
{%- endmacro %}

{% macro released_upper(people) -%}
    case
        when {{ people }} = 0 then 0.0
        when {{ is_hidden_count(people) }} then 7.0
        else 5.0 * round({{ people }} / 5.0) + 2
    end
{%- endmacro %}

{% macro released_mean(mean, people) -%}
    case when {{ people }} > 7 then {{ mean }} end
{%- endmacro %}

{#-
    Group disclosure: a share of nobody or of everybody in a small group tells it of each member. A zero is shown as it is and
    needs 20 people; of everybody the rounding of both counts leaves up to 4 in doubt, and 10 are enough.
-#}
{% macro tells_of_each_member(events, people) -%}
    (
        ({{ events }} = 0 and {{ people }} between 1 and 19)
        or ({{ events }} = {{ people }} and {{ people }} between 1 and 9)
    )
{%- endmacro %}

{#-
    Complementary suppression: what of a whole and its parts may be shown, as the column `release_state`.

    shown     the row may be shown;
    hidden    the row is not shown: one of its counts is protected (`is_small`), or it is hidden beside one that is;
    withheld  no part of this whole is shown, not even a zero, and none may be told from the others: the whole itself is
              hidden, or nothing is left to hide beside a hidden part.

    A hidden part must stay open: whoever subtracts what is shown from the whole still finds every number from 1 to 7
    possible. Where it would not, the next-smallest part with more than 7 of every count is hidden beside it. With
    `rounding` the subtraction is that of a reader who has the rounded numbers (each stands for itself and 2 either way);
    without, that of one who knows the whole and all shown parts exactly, as from the means that are published with them.
    Rows are judged as a whole: when one count of a part is protected, none of them is shown.

    source    relation with the columns below; `is_small` and `may_hide` are 1 or 0 in it
    whole     columns that name the people who are broken down
    family    further columns that name one breakdown of them
    part      column that names a part; with `family` and `whole` the key
    is_whole  condition of the row about everybody, which is in no breakdown
    counts    columns with exact counts of people; the first orders the parts

    Besides, `whole_<count>` is the exact count of the whole where there is such a row. Sources: docs/disclosure.md.
-#}
{% macro release_states(source, whole, family, part, is_whole, counts, rounding=false) -%}
    {%- set breakdown = (whole + family) | join(', ') -%}
    select
        *,
        case
            when {{ is_whole }} and is_small = 1 then 'hidden'
            when {{ is_whole }} then 'shown'
            when whole_is_small = 1 then 'withheld'
            when {{ needs_another(counts) }} and parts_to_choose = 0 then 'withheld'
            when is_small = 1 or ({{ needs_another(counts) }} and place = 1) then 'hidden'
            else 'shown'
        end as release_state
    from (
        select
            *,
            max(case when {{ is_whole }} then is_small else 0 end) over (partition by {{ whole | join(', ') }})
                as whole_is_small,
            sum(is_small) over (partition by {{ breakdown }}) as small_parts,
            sum(case when is_small = 0 then may_hide else 0 end) over (partition by {{ breakdown }}) as parts_to_choose,
            row_number() over (
                partition by {{ breakdown }} order by is_small, may_hide desc, {{ counts | join(', ') }}, {{ part }}
            ) as place
            {%- for count in counts %},
            max(case when {{ is_whole }} then {{ count }} end) over (partition by {{ whole | join(', ') }})
                as whole_{{ count }},
            {% if rounding %}
            {{ released_count("max(case when " ~ is_whole ~ " then " ~ count ~ " end) over (partition by "
                ~ whole | join(', ') ~ ")") }}
            - sum(case when is_small = 0 then {{ released_count(count) }} else 0 end) over (partition by {{ breakdown }})
                as left_{{ count }},
            2 + 2 * sum(case when is_small = 0 and {{ count }} > 0 then 1 else 0 end) over (partition by {{ breakdown }})
                as room_{{ count }}
            {% else %}
            sum(case when is_small = 1 then {{ count }} else 0 end) over (partition by {{ breakdown }})
                as left_{{ count }},
            0 as room_{{ count }}
            {% endif %}
            {%- endfor %}
        from {{ source }}
    ) as weighed
{%- endmacro %}

{#- Whether what is left for the hidden parts of a breakdown leaves one of them less open than 1 to 7. -#}
{% macro needs_another(counts) -%}
    (
        small_parts > 0
        and (
            {%- for count in counts %}
            {{ "or " if not loop.first }}left_{{ count }} + room_{{ count }} < small_parts + 6
            or (small_parts = 1 and left_{{ count }} - room_{{ count }} > 1)
            {%- endfor %}
        )
    )
{%- endmacro %}

{#-
    Whether a sum over parts, all with their state in the group, tells of a hidden one: too few are hidden, and too few are shown
    for their rounding and that of the sum (2 either way) to leave any number from 1 to 7 open; or one hidden part makes up nine tenths of the sum
    (dominance: the (1, 90) rule).
-#}
{% macro sum_tells_of_a_hidden_part(people) -%}
    {%- set hidden = "case when release_state <> 'shown' then " ~ people ~ " else 0 end" -%}
    {%- set exact = "sum(case when release_state <> 'shown' then " ~ people ~ " else " ~ people ~ " - 5.0 * round("
        ~ people ~ " / 5.0) end)" -%}
    {%- set parts = "sum(case when release_state <> 'shown' then 1 else 0 end)" -%}
    {%- set room = "2 * (1 + sum(case when release_state = 'shown' then 1 else 0 end))" -%}
    {{ parts }} > 0
    and (
        max({{ hidden }}) > 0.9 * sum({{ people }})
        or ({{ parts }} = 1 and {{ exact }} - {{ room }} > 1)
        or {{ exact }} + {{ room }} < {{ parts }} + 6
    )
{%- endmacro %}

{#-
    A count, its bounds and whether it is there. `shown` says when; a hidden count is anything up to the released size of the
    whole: bounds of 1 to 7 would tell which of two hidden parts is the small one.
-#}
{% macro stated_count(people, shown="release_state = 'shown'") -%}
    case when {{ shown }} then {{ released_count(people) }} end
{%- endmacro %}

{% macro stated_lower(people, shown="release_state = 'shown'", least='0.0') -%}
    case when {{ shown }} then {{ released_lower(people) }} else {{ least }} end
{%- endmacro %}

{% macro stated_upper(people, whole_people, shown="release_state = 'shown'") -%}
    case when {{ shown }} then {{ released_upper(people) }} else {{ released_upper(whole_people) }} end
{%- endmacro %}

{#- The base of a whole is shown whenever it is more than 7, although one of its other counts is hidden. -#}
{% macro base_is_shown(is_whole, people) -%}
    (release_state = 'shown' or ({{ is_whole }} and not {{ is_hidden_count(people) }}))
{%- endmacro %}
