"""Shipped column maps name what exists, and each is chosen for the shape it describes.

Belongs here: the maps and the shared words as documents. Does not: what an import makes of a file
(test_qi_importing.py, test_qi_corpus.py).
"""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmarks.qi_corpus import SHAPES, Author, Register, Shape, register_name
from benchmarks.qi_layouts import files_of
from benchmarks.qi_places import simulated_organisations
from orchestration.catalogue.models import Column
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.records import folded
from orchestration.errors import ConfigurationError
from orchestration.qi_logs.columnmaps import (
    MEASURE_TEXT,
    RegisterMap,
    choose_map,
    columns_of,
    field_column,
    load_maps,
    place_tables,
    shared_words,
)
from orchestration.qi_logs.grids import read_grids

MAPS = {one.name: one for one in load_maps() if one.dataset == "qi_projects"}
SPEC = dataset_spec("qi_projects")


def word_columns() -> dict[str, Column]:
    return {
        column.name: column for entity in SPEC.entities for column in entity.columns if column.values or column.words
    }


def test_there_is_a_map_for_each_of_the_five_shapes() -> None:
    assert set(SHAPES) <= set(MAPS)
    assert all(one.description.strip() for one in MAPS.values())


@pytest.mark.parametrize("name", sorted(MAPS))
def test_every_target_of_a_map_exists_and_is_filled_once_per_heading(name: str) -> None:
    chosen = MAPS[name]
    for table in chosen.tables:
        entity = SPEC.entity(table.entity)
        titles = [
            folded(title) for column in columns_of(table, chosen.dataset) for title in set(map(folded, column.headings))
        ]
        assert len(titles) == len(set(titles)), "one heading fills two fields"
        for column in columns_of(table, chosen.dataset):
            assert column.field == MEASURE_TEXT or field_column(chosen.dataset, entity, column.field) is not None


@pytest.mark.parametrize("name", sorted(MAPS))
def test_the_words_of_a_map_go_to_allowed_words(name: str) -> None:
    chosen = MAPS[name]
    for table in chosen.tables:
        constants = table.constants.items()
        for field, words in [(c.field, set(c.words.values())) for c in table.columns] + [
            (f, {w}) for f, w in constants
        ]:
            if not words or field == MEASURE_TEXT:
                continue
            target = field_column(chosen.dataset, SPEC.entity(table.entity), field)
            assert target is not None
            assert words <= set(target.values or target.words or ())


@pytest.mark.parametrize("name", sorted(MAPS))
def test_no_heading_of_a_map_is_both_loaded_and_personal_or_ignored(name: str) -> None:
    chosen = MAPS[name]
    personal, ignored = set(map(folded, chosen.personal)), set(map(folded, chosen.ignored))
    loaded = {
        folded(title) for table in chosen.tables for c in columns_of(table, chosen.dataset) for title in c.headings
    }
    assert not personal & loaded
    assert not personal & ignored
    assert not ignored & loaded


def test_every_register_that_people_keep_declares_its_personal_columns() -> None:
    for name, chosen in MAPS.items():
        if name != "evenhand_template":
            assert {"lead", "mail"} <= {
                word for title in chosen.personal for word in folded(title).replace("-", " ").split()
            }


def test_shared_words_go_to_allowed_words_and_never_contradict_a_vocabulary() -> None:
    columns = word_columns()
    for field, words in shared_words().items():
        allowed = set(columns[field].values or columns[field].words or ())
        assert set(words.values()) <= allowed
        for theirs, ours in words.items():
            own = theirs.replace(" ", "_").replace("-", "_")
            assert own not in allowed or own == ours, f"{field}: {theirs} is a word of its own"


def test_no_shared_word_stands_twice_in_the_file() -> None:
    text = (Path(__file__).parents[2] / "orchestration" / "qi_logs" / "words.yaml").read_text(encoding="utf-8")
    node = yaml.compose(text)
    for field, words in node.value:
        keys = [folded(key.value) for key, _ in words.value]
        assert len(keys) == len(set(keys)), field.value


def test_a_map_with_a_word_outside_the_vocabulary_is_refused(tmp_path: Path) -> None:
    document = {
        "map": "own", "title": "Own",
        "tables": [{"columns": [{"field": "status", "headings": ["RAG"], "words": {"green": "thriving"}}]}],
    }  # fmt: skip
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="status has no word thriving"):
        load_maps(tmp_path)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("number", [4, 5])
def test_the_right_map_is_chosen_for_a_file_of_each_shape(shape: Shape, number: int, tmp_path: Path) -> None:
    register = Register(number, shape, register_name(number, shape))
    author = Author(np.random.default_rng(number), simulated_organisations(1))
    register.releases.append((date(2025, 10, 31), [author.entry(register, at) for at in range(1, 8)]))
    for file in files_of(register):
        path = tmp_path / "file"
        path.write_bytes(file.content)
        grids = read_grids(path, file.name)
        chosen = choose_map(load_maps(), grids)
        assert isinstance(chosen, RegisterMap)
        assert chosen.name == shape
        assert all(not found.unknown for found in place_tables(chosen, grids, file.name))
