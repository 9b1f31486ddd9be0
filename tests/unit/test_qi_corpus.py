"""A small corpus of messy registers comes through the door as its truth says, and its figures can be wrong.

Belongs here: the corpus at a size for every day. Does not: its full size (`make qi-corpus`), or rules one by one.
"""

import pytest
from nhs_number.validate import is_valid

from benchmarks.qi_corpus import MESS, SHAPES, Corpus, make_corpus
from benchmarks.qi_layouts import CorpusFile, files_of
from benchmarks.qi_places import Organisations, simulated_organisations
from benchmarks.qi_scoring import Figures, score, score_duplicates, score_reused


@pytest.fixture(scope="module")
def organisations() -> Organisations:
    return simulated_organisations(1)


@pytest.fixture(scope="module")
def corpus(organisations: Organisations) -> Corpus:
    return make_corpus(organisations, seed=7, projects=600, registers=20, canaries=60)


@pytest.fixture(scope="module")
def files(corpus: Corpus) -> list[CorpusFile]:
    return [file for register in corpus.registers for file in files_of(register)]


@pytest.fixture(scope="module")
def figures(files: list[CorpusFile], organisations: Organisations) -> Figures:
    return score(files, organisations.matcher())


def test_the_same_seed_gives_the_same_files(organisations: Organisations) -> None:
    once, again = (
        [
            file.content
            for one in make_corpus(organisations, projects=100, registers=10, canaries=9).registers
            for file in files_of(one)
        ]
        for _ in range(2)
    )
    assert once == again


def test_every_shape_and_mess_is_planted_and_nothing_looks_real(corpus: Corpus, files: list[CorpusFile]) -> None:
    entries = [entry for one in corpus.registers for _, release in one.releases for entry in release]
    assert {one.shape for one in corpus.registers} == set(SHAPES)
    assert set(MESS) <= {entry.mess for entry in entries}
    assert all("SYNTHETIC" in entry.title for entry in entries)
    assert all(file.name.startswith("SYNTHETIC ") for file in files)
    numbers = [canary.secrets[0] for canary in corpus.canaries if canary.kind == "nhs_number"]
    assert numbers
    assert all(is_valid(number) and number.startswith("999") for number in numbers)
    assert len({canary.secrets for canary in corpus.canaries}) == len(corpus.canaries)
    assert corpus.duplicates
    assert corpus.overlaps
    assert corpus.reused
    assert corpus.deleted


def test_every_canary_is_found_and_no_clean_file_is_held(figures: Figures) -> None:
    assert figures.counts["canaries"] == figures.counts["canaries found"] == 60
    assert figures.counts["files with canaries held"] == figures.counts["files with canaries"] > 0
    assert figures.counts["falsely held"] == 0


def test_organisations_are_found_and_none_is_wrong(figures: Figures) -> None:
    assert figures.share("organisations right", "organisations matched") >= 0.99
    assert figures.share("organisations right", "organisations meant") >= 0.95
    assert figures.counts["wrong by name"] == 0


def test_every_row_is_loaded_as_meant_or_quarantined_by_its_rule(figures: Figures) -> None:
    for name in figures.counts:
        if name.startswith("planted "):
            assert figures.counts[f"found {name.removeprefix('planted ')}"] == figures.counts[name], name
    for part, whole in (
        ("dates right", "dates"),
        ("words right", "words"),
        ("texts kept", "texts"),
        ("flags found", "flags"),
    ):
        assert figures.counts[part] == figures.counts[whole] > 0
    assert not figures.problems


def test_counts_reconcile_in_every_file(figures: Figures) -> None:
    assert figures.counts["files reconciled"] == figures.counts["files counted"] > 0
    assert figures.counts["right map"] == figures.counts["files"]


def test_the_figures_see_what_is_lost_or_wrong(organisations: Organisations, files: list[CorpusFile]) -> None:
    """A matcher that knows nobody and a file without its second half do not pass."""
    whole = next(file for file in files if file.name.endswith(".csv") and file.register.shape == "life_qi_export")
    half = whole.content[: whole.content.index(b"\r\n", len(whole.content) // 2)]
    cut = CorpusFile(whole.name, half, whole.register, whole.rows, whole.issued)
    figures = score([cut], Organisations(()).matcher())
    assert figures.counts["files reconciled"] < figures.counts["files counted"]
    assert figures.counts["organisations right"] == 0
    assert {"counts", "wrongly quarantined", "organisation missed: code"} <= set(figures.problems)


def test_pairs_and_references_are_compared_in_any_order(corpus: Corpus) -> None:
    pairs = sorted(corpus.duplicates)
    found = score_duplicates(corpus, [(two, one) for one, two in pairs[1:]] + [(("a", "1"), ("b", "2"))])
    assert (found.planted, found.found, found.others) == (len(pairs), len(pairs) - 1, 1)
    assert score_reused(corpus, corpus.reused).found == len(corpus.reused)


def test_a_measure_without_role_and_direction_stays_without(figures: Figures) -> None:
    assert figures.counts["bare measures"] > 0
    assert figures.counts["measures right"] == figures.counts["measures"] > figures.counts["bare measures"]
