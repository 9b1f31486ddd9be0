"""Workbooks written for simulated files: a reader sees the cells that were given."""

from pathlib import Path

from orchestration.datasets.worksheets import read_workbook
from orchestration.datasets.writing import ods

SHEETS = {"Notes & key": [["<a> & b"], ["", None, "x"]], "Numbers": [["code", "value"], ["ZZ1", 1.5], ["ZZ2", 20]]}


def test_an_opendocument_workbook_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "SYNTHETIC.ods"
    path.write_bytes(ods(SHEETS))
    sheets = read_workbook(path, path.name)
    assert list(sheets) == ["Notes & key", "Numbers"]
    assert [list(row) for row in sheets["Numbers"]] == [["code", "value"], ["ZZ1", 1.5], ["ZZ2", 20.0]]
    assert next(iter(sheets["Notes & key"][0])) == "<a> & b"
    assert list(sheets["Notes & key"][1]) == ["", "", "x"]


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert ods(SHEETS) == ods(SHEETS)
