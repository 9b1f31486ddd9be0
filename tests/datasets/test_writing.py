"""Files written for simulated publications: a reader sees what was given, and the same content gives the same bytes."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from orchestration.datasets.worksheets import read_workbook
from orchestration.datasets.writing import Cell, csv_bytes, ods, round_to_5, xlsx, zipped

SHEETS = {"Notes & key": [["<a> & b"], ["", None, "x"]], "Numbers": [["code", "value"], ["ZZ1", 1.5], ["ZZ2", 20]]}


def test_an_opendocument_workbook_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "SYNTHETIC.ods"
    path.write_bytes(ods(SHEETS))
    sheets = read_workbook(path, path.name)
    assert list(sheets) == ["Notes & key", "Numbers"]
    assert [list(row) for row in sheets["Numbers"]] == [["code", "value"], ["ZZ1", 1.5], ["ZZ2", 20.0]]
    assert next(iter(sheets["Notes & key"][0])) == "<a> & b"
    assert list(sheets["Notes & key"][1]) == ["", "", "x"]


def test_an_excel_workbook_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "SYNTHETIC.xlsx"
    sheets = {**SHEETS, "Days": [["=1+1", date(2024, 4, 1)]], "Lookup": [["never seen"]]}
    path.write_bytes(xlsx(sheets, hidden=("Lookup",)))
    read = read_workbook(path, path.name)
    assert list(read) == ["Notes & key", "Numbers", "Days"]
    assert [list(row) for row in read["Numbers"]] == [["code", "value"], ["ZZ1", 1.5], ["ZZ2", 20.0]]
    assert list(read["Notes & key"][1]) == ["", "", "x"]
    assert list(read["Days"][0]) == ["=1+1", date(2024, 4, 1)]


def test_a_delimited_file_has_the_line_ends_quotes_and_encoding_that_are_asked_for() -> None:
    rows = [["code", "name"], ["ZZ1", "caf\u00e9, the"]]
    assert csv_bytes(rows) == 'code,name\r\nZZ1,"caf\u00e9, the"\r\n'.encode()
    assert csv_bytes(rows, encoding="cp1252", newline="\n", is_quoted=True) == b'"code","name"\n"ZZ1","caf\xe9, the"\n'


def test_a_zip_holds_its_members_in_order() -> None:
    members = {"b.csv": b"1", "folder/a.csv": b"2"}
    with ZipFile(BytesIO(zipped(members))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == members


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_a_count_is_rounded_to_the_nearest_multiple_of_5(count: int, shown: int) -> None:
    assert round_to_5(count) == shown


@pytest.mark.parametrize("write", [ods, xlsx])
def test_the_same_sheets_give_the_same_bytes(write: Callable[[Mapping[str, list[list[Cell]]]], bytes]) -> None:
    assert write(SHEETS) == write(SHEETS)
