"""Helpers that read worksheets: record numbers, tables below a preamble, labelled cells, days and months in words."""

from datetime import date

import pytest

from orchestration.datasets.reading import date_of, labelled_cells, month_in_cell, record_offsets, sheet_below


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


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10th October 2024", date(2024, 10, 10)),
        ("1st May 2025", date(2025, 5, 1)),
        ("Thursday 21st May 2025", date(2025, 5, 21)),
        ("09/10/2024", date(2024, 10, 9)),
        ("2024-10-09", date(2024, 10, 9)),
        ("31/02/2024", None),
        ("-", None),
        ("October 2024", None),
    ],
)
def test_a_day_in_words_or_numbers_is_read_day_first(text: str, day: date | None) -> None:
    assert date_of(text) == day


@pytest.mark.parametrize("text", ["April 2025", "Apr-25", "2025-04-01", "APR 2025"])
def test_a_month_in_a_cell_is_read_however_it_is_written(text: str) -> None:
    assert month_in_cell(text) == (date(2025, 4, 1), date(2025, 4, 30))


def test_other_text_names_no_month() -> None:
    assert month_in_cell("Provider") is None
