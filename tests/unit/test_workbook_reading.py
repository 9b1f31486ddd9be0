"""Helpers that read worksheets: record numbers, tables below a preamble, labelled cells."""

import pytest

from orchestration.datasets.worksheets import labelled_cells, record_offsets, sheet_below, table_below
from orchestration.errors import FileRefused


def test_record_numbers_run_on_from_sheet_to_sheet() -> None:
    assert record_offsets({"A": [[1], [2]], "B": [], "C": [[3]]}) == {"A": 0, "B": 2, "C": 2}


def test_a_table_starts_below_the_first_row_that_has_all_headings() -> None:
    rows = [["Title:", "Code"], [], ["", "Code ", "Total\nList"], ["", "", ""], ["", "R0A", 2.0]]
    sheet = sheet_below("file", rows, ["code", "Total List"], offset=10)
    assert sheet is not None
    assert sheet.header == ("", "Code", "Total List")
    assert sheet.rows == [(15, ["", "R0A", "2"])]


def test_a_sheet_without_the_headings_has_no_table() -> None:
    assert sheet_below("file", [["Code"]], ["Code", "Name"]) is None


def test_a_labelled_cell_is_found_by_its_label_and_an_empty_one_is_empty() -> None:
    rows = [["", "Period:", "August 2024"], ["", "Revised:", ""], ["", "no label", "text"]]
    assert labelled_cells(rows) == {"period": "August 2024", "revised": ""}


def test_a_sheet_that_must_have_a_table_is_refused_by_name() -> None:
    with pytest.raises(FileRefused, match=r"f\.xlsx: sheet 'Waits' has no row with the headings \['Code', 'Name'\]"):
        table_below("f.xlsx", "Waits", [["Code"]], ["Code", "Name"])
