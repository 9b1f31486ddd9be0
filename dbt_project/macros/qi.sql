{#- Names a project: a reference is unique in its register only. A project that took over a used reference has a later generation. -#}
{% macro qi_project_key(register, project_ref, generation=none) -%}
    {%- if generation is none -%}
    'p' || substr(md5({{ register }} || '|' || {{ project_ref }}), 1, 15)
    {%- else -%}
    'p' || substr(
        md5(
            {{ register }} || '|' || {{ project_ref }}
            || case when {{ generation }} > 1 then '|' || cast({{ generation }} as string) else '' end
        ),
        1,
        15
    )
    {%- endif -%}
{%- endmacro %}

{#- What a register says of a project, apart from register, reference and prose, in the order of the spec. -#}
{% macro qi_project_columns() -%}
    {{ return([
        'activity_type', 'status', 'method', 'scope', 'setting', 'specialty', 'clinical_topic',
        'registered_on', 'registered_precision', 'testing_started_on', 'testing_started_precision',
        'implemented_on', 'implemented_precision', 'spread_on', 'spread_precision', 'ended_on', 'ended_precision',
        'end_date_basis', 'equity_mode', 'targeting', 'target_groups', 'core20plus5_area', 'stream', 'agency_demand',
        'digital_dependency', 'incentive_or_target_driven', 'disaggregated_baseline', 'disaggregated_monitoring',
        'patient_involvement', 'diverse_involvement', 'equity_resourced', 'cmoc_clusters', 'expected_gap_direction',
        'classification_source', 'primary_dimension', 'measure_stated', 'progress_score', 'last_updated_on',
        'self_reported_result', 'publication', 'flags'
    ]) }}
{%- endmacro %}

{#- Fields of the equity typology that rules propose and reviewers code; those of `qi_listed_fields` hold several words. -#}
{% macro qi_equity_fields() -%}
    {{ return([
        'equity_mode', 'targeting', 'target_groups', 'core20plus5_area', 'stream', 'agency_demand', 'digital_dependency',
        'incentive_or_target_driven', 'disaggregated_baseline', 'disaggregated_monitoring', 'patient_involvement',
        'diverse_involvement', 'equity_resourced', 'cmoc_clusters'
    ]) }}
{%- endmacro %}

{% macro qi_listed_fields() -%}
    {{ return({
        'target_groups': [
            'core20', 'plus_group', 'place', 'ethnicity_culture_language', 'occupation', 'gender_sex', 'religion',
            'education', 'socioeconomic_status', 'social_capital', 'age', 'disability', 'sexual_orientation',
            'other_context', 'none'
        ],
        'equity_resourced': ['protected_time', 'funding', 'accessible_materials', 'none'],
        'cmoc_clusters': ['values_understanding', 'resources', 'data', 'design', 'none']
    }) }}
{%- endmacro %}

{#- The words of a group in one cell, sorted and parted by semicolons. -#}
{% macro words_together(column) -%}
    {{ adapter.dispatch('words_together', 'evenhand')(column) }}
{%- endmacro %}

{% macro duckdb__words_together(column) -%}
    string_agg(distinct {{ column }}, ';' order by {{ column }})
{%- endmacro %}

{% macro spark__words_together(column) -%}
    array_join(sort_array(collect_set({{ column }})), ';')
{%- endmacro %}
