"""The privacy screen of QI logs finds planted personal data and never repeats it.

Belongs here: the screen and the message of a held file. Does not: what is loaded (tests/datasets/test_qi_projects.py).
"""

from pathlib import Path

import pytest

from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileHeld
from orchestration.qi_logs.intake import admit, held
from orchestration.qi_logs.privacy import Hit, rules_hit, screen_file

# 943 476 5919 is the example number of the NHS Data Dictionary's checks; no person has it
SPACINGS = (
    "9434765919",
    "943 476 5919",
    "943-476-5919",
    "943\u00a0476\u00a05919",
    "943\u2013476\u20135919",
    "9 4 3 4 7 6 5 9 1 9",
    "94 34 76 59 19",
    "943  476\t5919",
    "943\n476\n5919",
    "943 - 476 - 5919",
    "943.476.5919",
    "\uff19\uff14\uff13\uff14\uff17\uff16\uff15\uff19\uff11\uff19",
    "943\u200b476\u200b5919",
    "NHS no:943 476 5919, seen on 2023-04-01",
    "in 2023 943 476 5919 came",
    "ref 12 943 476 5919 34",
)
NOT_NHS_NUMBERS = (
    "943 476 5918",
    "94347659190",
    "943 476 591",
    "2023-04-01 12:30:00",
    "0.9434765919",
    "943 people, 476 visits and 5919 calls",
    "A-0943",
    "",
)
ADDRESSES = (
    "jane.canary@example.nhs.uk",
    "ask Jane <JANE+qi@Example.org>;",
    "jane @ example.org",
    "jane\uff20example.org",
)
NOT_ADDRESSES = ("@handle", "cost @ 5.50 each", "a@b")
PHONES = ("07700 900123", "+44 7700 900123", "(020) 7946 0958", "ring 01632960001")
NOT_PHONES = ("0 1 2", "2021-07-01", "00770", "12345678901")


@pytest.mark.parametrize("text", SPACINGS)
def test_q01_an_nhs_number_is_found_in_any_spacing(text: str) -> None:
    assert "nhs_number" in list(rules_hit(text))


@pytest.mark.parametrize("text", NOT_NHS_NUMBERS)
def test_q01_ten_digits_without_the_right_check_digit_are_no_nhs_number(text: str) -> None:
    assert "nhs_number" not in list(rules_hit(text))


@pytest.mark.parametrize("text", ADDRESSES)
def test_q02_an_email_address_is_found(text: str) -> None:
    assert list(rules_hit(text)) == ["email_address"]


@pytest.mark.parametrize("text", PHONES)
def test_q02_a_uk_telephone_number_is_found(text: str) -> None:
    assert "uk_phone_number" in list(rules_hit(text))


@pytest.mark.parametrize("text", NOT_ADDRESSES + NOT_PHONES)
def test_q02_what_only_looks_a_little_like_it_is_not_held(text: str) -> None:
    assert list(rules_hit(text)) == []


def test_q01_a_hit_names_row_and_column_of_a_csv_and_free_text_columns_are_screened(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Project reference,Status,Aim\nA-1,active,fine\nA-2,active,about 943 476 5919\n", encoding="utf-8")
    assert screen_file(path, "log.csv") == [Hit("nhs_number", "", 3, "C")]


def test_q01_every_sheet_of_a_workbook_is_screened_the_hidden_ones_too(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path, {"Projects": [["Project reference"], ["A-1"]], "Old": [[""], ["", 9434765919]]}, hide="Old"
    )
    assert screen_file(path, "log.xlsx") == [Hit("nhs_number", "Old", 2, "B")]


def test_q02_names_of_the_sheet_and_of_the_file_are_screened_and_withheld(tmp_path: Path) -> None:
    path = _workbook(tmp_path, {"Projects": [["Project reference"]], "jane@example.org": [["x"], ["jane@example.org"]]})
    name = "log of jane@example.org.xlsx"
    hits = screen_file(path, name)
    assert [(hit.sheet, hit.row) for hit in hits] == [("", 0), ("sheet 2", 0), ("sheet 2", 2)]
    assert "jane" not in str(held(name, hits)) + repr(hits)


@pytest.mark.parametrize("value", ["943 476 5919", "jane.canary@example.nhs.uk", "07700 900123"])
def test_q01_a_held_file_says_where_and_never_what(tmp_path: Path, value: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f'Project reference,Status,Aim\nA-1,active,"x, {value}"\n', encoding="utf-8")
    with pytest.raises(FileHeld) as caught:
        admit(SourceFile(path, "log.csv"))
    said = str(caught.value) + repr(caught.value) + repr(screen_file(path, "log.csv"))
    assert "log.csv" in said
    assert "row 2, column C" in said
    assert value not in said
    assert value.split()[-1] not in said
    assert caught.value.__cause__ is None


def test_a_long_list_of_hits_is_cut_and_counted() -> None:
    hits = [Hit("email_address", "Projects", row, "B") for row in range(2, 27)]
    message = str(held("log.xlsx", hits))
    assert message.count("e-mail address") == 20
    assert "and 5 more" in message


def _workbook(folder: Path, sheets: dict[str, list[list[object]]], hide: str = "") -> Path:
    from xlsxwriter import Workbook

    path = folder / "log.xlsx"
    with Workbook(str(path), {"strings_to_urls": False}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == hide:
                sheet.hide()
    return path
