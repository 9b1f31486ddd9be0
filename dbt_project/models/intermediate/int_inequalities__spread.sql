-- unordered sets with all their groups: how much these vary about their mean
with sets as (
    select * from {{ ref('int_strata__summed') }}
    where not is_ordered
),

strata as (select * from {{ ref('int_strata__gathered') }}),

complete as (
    select
        strata.set_id,
        strata.denominator / sets.known_denominator as share,
        sets.multiplier * strata.numerator / strata.denominator as value,
        sets.multiplier * sets.known_numerator / sets.known_denominator as mean,
        {{ rate_variance('strata.numerator', 'strata.denominator', 'sets.multiplier', 'sets.is_proportion') }}
            as variance,
        sets.known_denominator,
        case
            when sets.is_proportion
                then sets.multiplier - sets.multiplier * sets.known_numerator / sets.known_denominator
            else sets.multiplier
        end as room
    from strata
    inner join sets on strata.set_id = sets.set_id
    where sets.status = 'computed'
),

summed as (
    select
        set_id,
        count(*) as groups_compared,
        max(mean) as mean,
        {{ between_group_variance('share', 'value', 'mean') }} as between_variance,
        {{ between_group_variance_by_chance('share', 'variance') }} as variance_by_chance,
        {{ between_group_variance_se('share', 'value', 'mean', 'variance') }} as between_variance_se,
        {{ mean_log_deviation('share', 'value', 'mean') }} as log_deviation,
        {{ theil_index('share', 'value', 'mean') }} as theil,
        -- Pearson's chi-squared that all groups have one rate
        max(known_denominator) * {{ between_group_variance('share', 'value', 'mean') }} / nullif(max(mean * room), 0)
            as chi_squared
    from complete
    group by set_id
),

corrected as (
    select
        *,
        between_variance - variance_by_chance as corrected_variance,
        500 * variance_by_chance / nullif(mean * mean, 0) as index_by_chance
    from summed
),

contrasts as (
    {% for contrast in ['between_group', 'mean_log_deviation', 'theil'] %}
    {% if not loop.first %}union all{% endif %}
    select
        set_id,
        '{{ contrast }}' as contrast,
        status,
        observation_kind
    from sets
    {% if contrast != 'between_group' %}where observation_kind <> 'score'{% endif %}
    {% endfor %}
)

select
    contrasts.set_id,
    contrasts.contrast,
    case
        when contrasts.status <> 'computed' then contrasts.status
        when contrasts.contrast = 'mean_log_deviation' and corrected.log_deviation is null
            then 'not_computed:group_without_events'
        when contrasts.contrast = 'theil' and corrected.theil is null then 'not_computed:no_events'
        else 'computed'
    end as status,
    {% set is_between = "contrasts.contrast = 'between_group'" %}
    case when {{ is_between }} then sqrt({{ not_below('0.0', 'corrected.corrected_variance') }}) end as gap,
    {% for level, suffix in [(95, '95'), (99.8, '998')] %}{% for side, sign in [('lower', '-'), ('upper', '+')] %}
    case
        when {{ is_between }}
            then sqrt({{ not_below(
                '0.0', 'corrected.corrected_variance ' ~ sign ~ ' ' ~ z_of_level(level) ~ ' * corrected.between_variance_se'
            ) }})
    end as gap_{{ side }}_{{ suffix }},
    {% endfor %}{% endfor %}
    case contrasts.contrast
        when 'between_group'
            then sqrt({{ not_below('0.0', 'corrected.corrected_variance') }}) / nullif(corrected.mean, 0)
        when 'mean_log_deviation' then corrected.log_deviation
        else corrected.theil
    end as relative_index,
    case when {{ is_between }} then corrected.between_variance end as between_group_variance,
    case
        when {{ is_between }} then corrected.variance_by_chance
        when contrasts.contrast = 'theil' or corrected.log_deviation is not null then corrected.index_by_chance
    end as expected_by_chance,
    case when {{ is_between }} then {{ chi_squared_p('corrected.chi_squared', '(corrected.groups_compared - 1)') }} end
        as p_value,
    case
        when contrasts.status <> 'computed' then 'none'
        when {{ is_between }} then 'between-group standard deviation less what sampling makes; test: chi-squared'
        when contrasts.contrast = 'theil' then 'theil index'
        else 'mean log deviation'
    end as method
from contrasts
left join corrected on contrasts.set_id = corrected.set_id
