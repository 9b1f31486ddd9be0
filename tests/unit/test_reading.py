"""Reading helpers that several parsers share."""

import io
from collections.abc import Callable
from typing import IO
from zipfile import ZipFile

import pytest

from orchestration.catalogue.models import Entity
from orchestration.datasets.reading import first_headings, is_reissue, members_of, read_large, table_of
from orchestration.errors import FileRefused

ENTITY = Entity.model_validate(
    {
        "name": "lists",
        "grain": "one row per practice",
        "key": ["practice"],
        "columns": [
            {"name": "practice", "type": "text", "source": "PRACTICE", "meaning": "m"},
            {"name": "patients", "type": "integer", "source": "PATIENTS", "meaning": "m"},
        ],
    }
)


def part(name: str, content: bytes) -> tuple[str, Callable[[], IO[bytes]]]:
    return name, lambda: io.BytesIO(content)


def test_a_zips_folders_and_what_macos_adds_are_no_members() -> None:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for name in ("pack/", "pack/B.CSV", "pack/notes.txt", "__MACOSX/pack/._B.CSV", "a.csv"):
            archive.writestr(name, b"x")
        assert members_of(archive) == ["pack/B.CSV", "pack/notes.txt", "a.csv"]
        assert members_of(archive, ".csv", ".xlsx") == ["pack/B.CSV", "a.csv"]


def test_headings_are_the_cleaned_cells_of_the_first_line() -> None:
    assert first_headings(b'\xef\xbb\xbfOrg  Code,"A, b"\r\n1,2\r\n', "a.csv") == ["Org Code", "A, b"]


@pytest.mark.parametrize("name", ["a-v2.csv", "a_V3 final.csv", "a v12.csv", "a-revised-1234.csv", "a (v2).csv"])
def test_a_name_says_that_the_file_is_a_reissue(name: str) -> None:
    assert is_reissue(name)


@pytest.mark.parametrize("name", ["a-v1.csv", "a-v01.csv", "rev2.csv", "a-v2024.csv", "a.csv"])
def test_other_names_say_nothing_of_a_reissue(name: str) -> None:
    assert not is_reissue(name)


def test_a_table_of_records_has_every_column_and_counts_what_was_left_out() -> None:
    records = [{"practice": "A", "patients": "1", "source_row": 4}, {"practice": "B", "source_row": 5}]
    table = table_of(ENTITY, records, ignored={"total_row": 1, "none": 0}, constants={"patients": "7"})
    assert table.frame.to_numpy().tolist() == [["A", "7", 4], ["B", "7", 5]]
    assert (table.read, table.ignored) == (3, {"total_row": 1})
    assert table_of(ENTITY, records[1:]).frame.to_numpy().tolist() == [["B", None, 5]]


def test_parts_of_a_large_table_follow_each_other_and_records_are_numbered_on() -> None:
    first = part("a.csv", b"\xef\xbb\xbfPRACTICE,PATIENTS\nA,1\nB\n\n")
    parts = [first, part("b.csv", b"PATIENTS,PRACTICE\n2,C\x92\n")]
    table, notes = read_large(parts, ENTITY)
    assert table.frame.to_numpy().tolist() == [["A", "1", 2], ["C’", "2", 6]]
    assert [(row.source_row, row.rule) for row in table.malformed] == [(3, "fields:1_not_2")]
    assert table.read == 3
    assert notes == ("decoded as Windows-1252",)


def test_equal_cells_of_a_large_table_share_one_string() -> None:
    table, _ = read_large([part("a.csv", b"PRACTICE,PATIENTS\n" + b"PRACTICE-A,1000\n" * 3)], ENTITY)
    assert len({id(cell) for cell in table.frame["practice"]}) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PRACTICE,PATIENTS\n", "no records"),
        (b"PRACTICE,PATIENT\nA,1\n", "'PATIENTS' is missing; nearest is 'PATIENT'"),
        (b'PRACTICE,PATIENTS\nA,"1"2\n', "not valid CSV"),
    ],
)
def test_a_large_table_that_is_none_is_refused_by_name(content: bytes, message: str) -> None:
    with pytest.raises(FileRefused, match=f"a.csv: .*{message}"):
        read_large([part("a.csv", content)], ENTITY)
