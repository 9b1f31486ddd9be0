"""Reading helpers that several parsers share."""

import io
from collections.abc import Callable
from datetime import date
from typing import IO

import pytest

from orchestration.catalogue.models import Entity
from orchestration.datasets.reading import extract_date, read_large
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


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01Jan2022", date(2022, 1, 1)),
        ("01-Sep-20", date(2020, 9, 1)),
        ("01SEP2017", date(2017, 9, 1)),
        ("2026-07-01", date(2026, 7, 1)),
        ("31Feb2022", None),
        ("2022-13-01", None),
        ("01Foo2022", None),
        ("January", None),
    ],
)
def test_the_extract_date_is_read_in_every_spelling(text: str, day: date | None) -> None:
    assert extract_date(text) == day


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
