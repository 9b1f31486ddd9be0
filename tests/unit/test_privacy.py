"""The privacy screen of QI logs finds planted personal data and never repeats it.

Belongs here: the screen and the message of a held file. Does not: what is loaded (tests/datasets/test_qi_projects.py).
"""

import random
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.qi_projects.synthesise import synthesise
from orchestration.errors import FileHeld
from orchestration.qi_logs.intake import admit, held_message
from orchestration.qi_logs.privacy import Hit, rules_hit, screen_cells, screen_file
from orchestration.qi_logs.template import write_template
from orchestration.simulation.world import World

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
    "943/476/5919",
    "943\\476\\5919",
    "943, 476, 5919",
    "(943) 476 | 5919",
    "943\x00476\x1f5919",
    "9\ufe0f\u20e34\ufe0f\u20e33 476 5919",
    "\u2468\u2463\u2462 476 5919",
)
NOT_NHS_NUMBERS = (
    "943 476 5918",
    "94347659190",
    "943 476 591",
    "2023-04-01 12:30:00",
    "0.9434765919",
    "943 people, 476 visits and 5919 calls",
    "A-0943",
    "01/04/2022 - 31/03/2023",
    "2022/23 and 2023/24, 2024-25 2025-26",
    "from 2022/23 2023/24 2024/25",
    "",
)
ADDRESSES = (
    "jane.canary@example.nhs.uk",
    "ask Jane <JANE+qi@Example.org>;",
    "jane @ example.org",
    "jane\uff20example.org",
    "jane.canary [at] example.org",
)
NOT_ADDRESSES = ("@handle", "cost @ 5.50 each", "a@b")
PHONES = ("07700 900123", "+44 7700 900123", "(020) 7946 0958", "ring 01632960001", "0044 7700 900123")
NOT_PHONES = ("0 1 2", "2021-07-01", "00770", "12345678901", "01-04-2023 10:30", "01-04-23 31-03-24")
POSTCODES = (
    "SW1A 1AA", "sw1a1aa", "lives at M1 1AE.", "E1  6AN", "B33-8TH", "CR2 6XH", "DN55 1PT", "W1A 0AX", "B5 2ND",
    "EC1A\u00a01BB", "ec1a\u200b1bb", "G1\n1AA", "(LS1 4AP)", "\uff2d\uff11 \uff11\uff21\uff25",
)  # fmt: skip
NOT_POSTCODES = (
    "E1 ward", "RX1RA", "R1HKH", "W2U3Z", "L81016", "E40000001", "QI12 3AB", "QI-E12 3AB", "Ward B5 2nd floor", "B33",
    "vitamin B12 5ug", "CT1 2nd year", "N1 4hr wait", "HbA1c 1st", "OP12 3AB", "sepsis-6 in 1hr", "1st 2nd 3rd",
    "M4 2x", "b5 2nd floor", "L1A 1AA",
)  # fmt: skip
BIRTHS = (
    "DOB 12/03/1954", "d.o.b.: 3.4.54", "Date of birth - 12 March 1954", "born on 3rd March 1954", "born 3/4/1954",
    "12/03/1954 (DOB)", "D.O.B 1954-03-12", "dob=12031954", "DoB was 12 Mar 54", "patient, born March 3, 1954",
    "date of birth:\n12/03/1954", "date_of_birth: 1954-03-12",
)  # fmt: skip
NOT_BIRTHS = (
    "babies born from 1 April 2023", "all babies born 01/04/2023 to 30/06/2023", "record DOB on form by 01/04/2023",
    "patients born after 1 April 1950", "date of birth recorded in 95% by 1 April 2023", "newborn 12/03/2023",
    "DOB completeness 2023/24", "stillborn", "born too soon", "reborn 1/2/2023",
)  # fmt: skip
GAPS = (
    "",
    "",
    "",
    " ",
    "\u00a0",
    "\u2009",
    "\u200b",
    "\u2060",
    "-",
    "\u2013",
    "\u2011",
    "/",
    ".",
    "\n",
    "\r\n",
    "\t",
    " - ",
)
DIGITS = (
    "0123456789",
    "".join(chr(0xFF10 + digit) for digit in range(10)),
    "".join(chr(0x0660 + digit) for digit in range(10)),
)


def _check_digit(nine: str) -> int:
    """Modulus 11 of the NHS Data Dictionary: weights 10 to 2, 11 counts as 0, 10 makes the number invalid."""
    return (11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11) % 11


def _spelled(digits: str, gaps: list[str], script: str) -> str:
    return "".join(script[int(digit)] + gap for digit, gap in zip(digits, [*gaps, ""], strict=True))


@given(
    st.from_regex(r"[4-9][0-9]{8}", fullmatch=True).filter(lambda nine: _check_digit(nine) < 10),
    st.lists(st.sampled_from(GAPS), min_size=9, max_size=9),
    st.sampled_from(DIGITS),
)
def test_q01_every_nhs_number_is_found_in_any_spacing_and_script(nine: str, gaps: list[str], script: str) -> None:
    text = _spelled(f"{nine}{_check_digit(nine)}", gaps, script)
    assert "nhs_number" in list(rules_hit(f"seen: {text}, twice"))


@given(
    st.from_regex(r"[0-9]{10}", fullmatch=True).filter(lambda ten: _check_digit(ten[:9]) != int(ten[9])),
    st.lists(st.sampled_from(GAPS), min_size=9, max_size=9),
    st.sampled_from(DIGITS),
)
def test_q01_no_number_that_fails_the_check_is_called_an_nhs_number(ten: str, gaps: list[str], script: str) -> None:
    assert "nhs_number" not in list(rules_hit(_spelled(ten, gaps, script)))


@given(st.text())
def test_no_text_makes_the_screen_fail(text: str) -> None:
    list(rules_hit(text))
    screen_cells("", [["DOB", text], [text, text]])


@pytest.mark.parametrize("text", POSTCODES)
def test_a_full_postcode_is_found(text: str) -> None:
    assert "uk_postcode" in list(rules_hit(text))


@pytest.mark.parametrize("text", BIRTHS)
def test_a_date_of_birth_is_found(text: str) -> None:
    assert "date_of_birth" in list(rules_hit(text))


@pytest.mark.parametrize("text", NOT_POSTCODES + NOT_BIRTHS)
def test_codes_and_dates_of_groups_are_not_held(text: str) -> None:
    assert list(rules_hit(text)) == []


def test_a_column_that_asks_for_personal_data_is_held_unless_it_is_exempt() -> None:
    rows = [
        ["Register of 2023", "", "", "", ""],
        ["Ref", "Patient's name", "NHS No.", "D.O.B.", "Hospital number"],
        ["A-1", "JB", "123", "12/03/1954", ""],
        ["A-2", "", "", "unknown", "n/a"],
    ]
    assert screen_cells("Old", rows) == [
        Hit("personal_column", "Old", 2, "B"),
        Hit("personal_column", "Old", 2, "C"),
        Hit("personal_column", "Old", 2, "D"),
        Hit("date_of_birth", "Old", 3, "D"),
    ]
    assert screen_cells("Old", rows, exempt_columns=frozenset({1, 2, 3})) == []


def test_exempt_columns_are_not_read_and_other_columns_are() -> None:
    rows = [["Ref", "Lead e-mail", "Aim"], ["A-1", "jane@example.org", "about 943 476 5919"]]
    assert screen_cells("", rows, exempt_columns=frozenset({1})) == [Hit("nhs_number", "", 2, "C")]


def test_names_in_organisation_columns_are_names_of_organisations() -> None:
    rows = [["Ref", "Practice", "Aim"], ["A-1", "Dr Smith and Partners", "asked Dr Smith"]]
    assert screen_cells("", rows, organisation_columns=frozenset({1})) == [Hit("name_near_role", "", 2, "C")]
    assert len(screen_cells("", rows)) == 2


def test_names_below_a_heading_of_persons_are_found_and_departments_are_not() -> None:
    rows = [["Ref", "Project lead"], ["A-1", "Kwabena Asante"], ["A-2", "Emergency Department"], ["A-3", "TBC"]]
    assert screen_cells("", rows) == [Hit("name_near_role", "", 2, "B")]


def test_a_measure_called_nhs_number_among_the_data_is_no_heading() -> None:
    rows = [["Ref", "Measure"], *[["A", word] for word in ("falls", "sepsis", "NHS number", "waits")]]
    assert screen_cells("", rows) == []


def test_the_message_of_a_held_file_has_words_for_every_rule() -> None:
    rules = ("uk_postcode", "date_of_birth", "name_near_role", "personal_column")
    message = str(held_message("log.csv", [Hit(rule, "", 2, "C") for rule in rules]))
    for words in ("UK postcode", "date of birth", "name beside a role", "column of personal data"):
        assert f"{words} in row 2, column C" in message


@pytest.mark.parametrize("piece", ["a", "1", "born ", "dob 1/", "Dr ", "lead: A ", "9-", "@", "E1 ", ".a"])
def test_a_cell_as_long_as_a_spreadsheet_allows_is_screened_in_time(piece: str) -> None:
    text = (piece * 32767)[:32700] + " born dob @ lead"
    before = time.process_time()
    list(rules_hit(text))
    assert time.process_time() - before < 2


def test_many_cells_of_ordinary_text_are_screened_in_time() -> None:
    chance = random.Random(4)
    words = (
        "reduce",
        "the",
        "share",
        "of",
        "patients",
        "who",
        "wait",
        "led",
        "nurse",
        "Sepsis",
        "Falls",
        "2023/24",
        "95%",
    )
    rows = [
        [f"A-{number}", "active", "2023-04-01", *(" ".join(chance.choices(words, k=16)) for _ in range(4)), *[""] * 18]
        for number in range(1000)
    ]
    before = time.process_time()
    screen_cells("", rows)
    # some 0.25 s on the machine on which 50,000 such rows take 12 s; the rest is for slower ones
    assert time.process_time() - before < 1


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
    assert screen_file(path, "log.xlsx") == [Hit("nhs_number", "sheet 2", 2, "B")]


def test_q02_names_of_the_sheet_and_of_the_file_are_screened_and_withheld(tmp_path: Path) -> None:
    path = _workbook(tmp_path, {"Projects": [["Project reference"]], "jane@example.org": [["x"], ["jane@example.org"]]})
    name = "log of jane@example.org.xlsx"
    hits = screen_file(path, name)
    assert [(hit.sheet, hit.row) for hit in hits] == [("", 0), ("sheet 2", 0), ("sheet 2", 2)]
    assert "jane" not in str(held_message(name, hits)) + repr(hits)


@pytest.mark.parametrize("value", ["943 476 5919", "jane.canary@example.nhs.uk", "07700 900123"])
def test_q01_a_held_file_says_where_and_never_what(tmp_path: Path, value: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f'Project reference,Status,Aim\nA-1,active,"x, {value}"\n', encoding="utf-8")
    with pytest.raises(FileHeld) as caught:
        admit(SourceFile(path, "log.csv"), "qi_projects", today=date(2026, 1, 5))
    said = str(caught.value) + repr(caught.value) + repr(screen_file(path, "log.csv"))
    assert "log.csv" in said
    assert "row 2, column C" in said
    assert value not in said
    assert value.split()[-1] not in said
    assert caught.value.__cause__ is None


def test_a_long_list_of_hits_is_cut_and_counted() -> None:
    hits = [Hit("email_address", "Projects", row, "B") for row in range(2, 27)]
    message = str(held_message("log.xlsx", hits))
    assert message.count("e-mail address") == 20
    assert "and 5 more" in message


def test_the_empty_template_and_the_logs_of_a_synthetic_world_are_clean(tmp_path: Path) -> None:
    template = write_template(tmp_path / "template.xlsx")
    assert screen_file(template, template.name) == []
    for file in synthesise(World.make(scale="small")):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        assert screen_file(path, file.name) == []


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
