{#-
    Titles as text to compare: small letters and digits with one space between words. The database's dialect decides how a
    pattern is replaced everywhere and how a text becomes a row per word; nothing else of a comparison depends on it.
-#}
{% macro title_text(column) -%}
    {{ adapter.dispatch('title_text', 'evenhand')(column) }}
{%- endmacro %}

{% macro duckdb__title_text(column) -%}
    trim(regexp_replace(lower({{ column }}), '[^\p{L}\p{N}]+', ' ', 'g'))
{%- endmacro %}

{% macro spark__title_text(column) -%}
    trim(regexp_replace(lower({{ column }}), '[^\\p{L}\\p{N}]+', ' '))
{%- endmacro %}

{#- A title without what tells a clone from its original: numbers and words such as phase, cycle, copy. Takes a title_text. -#}
{% macro title_stem(column) -%}
    {{ adapter.dispatch('title_stem', 'evenhand')(column) }}
{%- endmacro %}

{% macro duckdb__title_stem(column) -%}
    trim(regexp_replace(
        regexp_replace({{ column }}, '\b(?:\d+|i{1,3}|iv|v\d*|phase|part|cycle|copy|new|repeat|re)\b', ' ', 'g'),
        ' +', ' ', 'g'
    ))
{%- endmacro %}

{% macro spark__title_stem(column) -%}
    trim(regexp_replace(
        regexp_replace({{ column }}, '\\b(?:\\d+|i{1,3}|iv|v\\d*|phase|part|cycle|copy|new|repeat|re)\\b', ' '),
        ' +', ' '
    ))
{%- endmacro %}

{#- Rows (key, word) of a relation with a column of title_text: each word once, without words that any title may hold. -#}
{% macro title_words(relation, key, column) -%}
    select distinct
        split_titles.{{ key }},
        split_titles.word
    from (
        select
            {{ relation }}.{{ key }},
            {{ adapter.dispatch('each_word', 'evenhand')(relation ~ '.' ~ column) }} as word
        from {{ relation }}
    ) as split_titles
    where
        split_titles.word <> ''
        and split_titles.word not in (
            'a', 'an', 'and', 'at', 'audit', 'by', 'for', 'from', 'improve', 'improved', 'improvement', 'improving', 'in',
            'increase', 'increasing', 'of', 'on', 'or', 'our', 'project', 'qi', 'qip', 'quality', 're', 'reduce', 'reducing',
            'reduction', 'service', 'synthetic', 'the', 'through', 'to', 'using', 'via', 'with'
        )
{%- endmacro %}

{% macro duckdb__each_word(column) -%}
    unnest(string_split({{ column }}, ' '))
{%- endmacro %}

{% macro spark__each_word(column) -%}
    explode(split({{ column }}, ' '))
{%- endmacro %}

{#- Likeness of two texts by single letters, 0 to 1: one less the edits (Levenshtein) per letter of the longer one. -#}
{% macro letter_similarity(one, other) -%}
    1.0 - 1.0 * levenshtein({{ one }}, {{ other }}) / greatest(length({{ one }}), length({{ other }}), 1)
{%- endmacro %}
