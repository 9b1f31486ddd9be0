"""The QI log in Evenhand's template: layouts, refusals, quarantine, and what the archive keeps.

Belongs here: parse, template and canonical form of ``qi_projects``. Does not: the privacy screen
(tests/unit/test_privacy.py).
"""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from orchestration.catalogue.models import ColumnType
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.qi_projects.parse import parse
from orchestration.datasets.records import column_letter, register_of
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.qi_logs.importing import NOT_ARCHIVED
from orchestration.qi_logs.intake import admit
from orchestration.qi_logs.organisations import KnownOrganisation, Matcher
from orchestration.qi_logs.resolving import resolved
from orchestration.qi_logs.template import write_template
from orchestration.validation.validate import Validated, validate

SPEC = dataset_spec("qi_projects")
TODAY = date(2026, 6, 1)
PROJECTS = "Project reference,Title,Clinical topic,Status,Implemented on,Ended on\n"


def source(folder: Path, text: str, name: str = "log.csv") -> SourceFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return SourceFile(path, name)


def workbook(folder: Path, sheets: dict[str, list[list[object]]]) -> SourceFile:
    from xlsxwriter import Workbook

    path = folder / "log.xlsx"
    options = {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    with Workbook(str(path), options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return SourceFile(path, "log.xlsx")


def archived(folder: Path, original: SourceFile) -> Parsed:
    """What the archive's form of the file says."""
    path = folder / "canonical"
    path.write_bytes(admit(original, "qi_projects", today=TODAY))
    return parse(SourceFile(path, original.name))


def loaded(folder: Path, original: SourceFile) -> Parsed:
    """The same with organisations recognised; ZT001 is the one that is known."""
    known = [KnownOrganisation("ZT001", "SYNTHETIC Known NHS Trust", "provider", None, None)]
    return resolved(archived(folder, original), Matcher(known)).parsed


def validated(parsed: Parsed, entity: str) -> Validated:
    return validate(SPEC.entity(entity), parsed.tables[entity], {"organisations": {"ZT001"}})


def quarantined_places(parsed: Parsed, judged: Validated, entity: str) -> set[str]:
    return {parsed.tables[entity].places[fault.source_row] for fault in judged.quarantined}


def test_blank_and_absent_cells_are_unknown_never_none_and_publication_is_private(tmp_path: Path) -> None:
    parsed = archived(tmp_path, source(tmp_path, PROJECTS + "A-1,,,Active,2021-04-01,\n"))
    row = parsed.tables["projects"].frame.iloc[0]
    assert row["status"] == "active"
    assert row["publication"] == "private"
    assert (row["implemented_on"], row["implemented_precision"]) == ("2021-04-01", "day")
    assert row["register"] == "log"
    assert row["ended_on"] is None
    silent = {"clinical_topic", "equity_mode", "target_groups", "core20plus5_area", "patient_involvement", "method"}
    assert {row[name] for name in silent} == {"unknown"}


def test_every_vocabulary_of_the_projects_knows_the_word_unknown() -> None:
    for column in SPEC.entity("projects").columns:
        words = column.words or column.values
        if words and column.name not in ("publication", "flags"):
            assert "unknown" in words, column.name


def test_prose_is_allowed_in_four_named_columns_only() -> None:
    prose = {(entity.name, column.name) for entity in SPEC.entities for column in entity.columns if column.free_text}
    assert prose == {
        ("projects", "title"),
        ("projects", "aim"),
        ("sites", "organisation_as_written"),
        ("classifications", "evidence_words"),
    }
    for entity in SPEC.entities:
        for column in entity.columns:
            if column.type is ColumnType.TEXT and not column.free_text:
                assert column.values or column.words or column.pattern, column.name
                assert not (column.pattern and re.fullmatch(column.pattern, "Jane Canary")), column.name


def test_the_three_tables_as_csv_are_told_apart_by_their_headings(tmp_path: Path) -> None:
    sites = source(tmp_path, "Project reference,Organisation code,Role\nA-1,zt001,Lead\n", "log sites.csv")
    measures = source(tmp_path, "Project reference,Measure,Primary measure\nA-1,recovery,Yes\n", "log measures.csv")
    projects = source(tmp_path, PROJECTS + "A-1,,,,,\n", "log projects.csv")
    found = [loaded(tmp_path, file).tables for file in (projects, sites, measures)]
    assert [list(tables) for tables in found] == [["projects"], ["sites"], ["measures"]]
    assert found[1]["sites"].frame.iloc[0]["organisation_code"] == "ZT001"
    assert {table.frame.iloc[0]["register"] for tables in found for table in tables.values()} == {"log"}
    assert validated(archived(tmp_path, measures), "measures").frame["is_primary"].tolist() == [True]


def test_a_workbook_gives_three_tables_and_its_dates_are_dates(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        {
            "Projects": [["Project reference", "Implemented on"], ["A-1", datetime(2021, 4, 1)], [], ["A-2", ""]],
            "Sites": [
                ["Project reference", "Organisation code", "Role", "Share reached"],
                ["A-1", "ZT001", "lead", 0.25],
            ],
            "Measures": [["Project reference", "Measure"]],
        },
    )
    parsed = loaded(tmp_path, file)
    assert validated(parsed, "projects").frame["implemented_on"].dropna().dt.strftime("%Y-%m-%d").tolist() == [
        "2021-04-01"
    ]
    assert list(parsed.tables["projects"].places.values()) == ["sheet 1, row 2", "sheet 1, row 4"]
    assert validated(parsed, "sites").frame["reach_share"].tolist() == [0.25]
    assert parsed.tables["measures"].read == 0
    assert (str(parsed.period_start), str(parsed.period_end)) == ("2021-04-01", "2021-04-01")


def test_an_unknown_column_refuses_the_whole_file_and_its_heading_is_not_repeated(tmp_path: Path) -> None:
    file = source(tmp_path, "Project reference,Jane Canary,Status\nA-1,x,active\n")
    with pytest.raises(FileRefused, match=r"row 1.*columns B") as caught:
        archived(tmp_path, file)
    assert "Canary" not in str(caught.value)


def test_a_heading_that_stands_twice_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="more than one column gives status"):
        archived(tmp_path, source(tmp_path, "Project reference,Status,status\nA-1,active,paused\n"))


def test_a_sheet_without_a_column_that_is_needed_refuses_the_workbook(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        {"Projects": [["Project reference"], ["A-1"]], "Sites": [["Project reference", "Role"], ["A-1", "lead"]]},
    )
    with pytest.raises(FileRefused, match="sheet 2 has no headings that the map evenhand_template knows"):
        archived(tmp_path, file)


def test_a_file_that_no_map_fits_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="evenhand log map"):
        archived(tmp_path, source(tmp_path, "Period,Org Code\nX,Y\n"))


def test_q05_an_end_before_the_start_goes_to_quarantine_and_the_rest_loads(tmp_path: Path) -> None:
    rows = "A-1,,,,2021-04-01,2020-04-01\nA-2,,,,2021-04-01,2021-04-01\nA-3,,,,1900-01-01,\n"
    parsed = archived(tmp_path, source(tmp_path, PROJECTS + rows))
    judged = validated(parsed, "projects")
    assert judged.frame["project_ref"].tolist() == ["A-2"]
    assert quarantined_places(parsed, judged, "projects") == {"row 2", "row 4"}
    assert (judged.read, judged.quarantined_rows) == (3, 2)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("03/04/2021", "date_ambiguous"),
        ("Q1 2021", "date_ambiguous"),
        ("2021-13-01", "date_impossible"),
        ("31/02/2021", "date_impossible"),
        ("some time soon", "date_unreadable"),
        ("01/01/1900", "date_out_of_range"),
    ],
)
def test_a_date_that_is_no_one_day_goes_to_quarantine_and_is_not_archived(tmp_path: Path, text: str, rule: str) -> None:
    original = source(tmp_path, PROJECTS + f"A-1,,,,{text},\nA-2,,,,2021-04-01,\n")
    assert text.encode() not in admit(original, "qi_projects", today=TODAY)
    judged = validated(archived(tmp_path, original), "projects")
    assert [(fault.source_row, fault.rule, fault.column) for fault in judged.quarantined] == [
        (1, rule, "implemented_on")
    ]
    assert judged.frame["project_ref"].tolist() == ["A-2"]


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("13/04/2021", "2021-04-13", "day"),
        ("44287", "2021-04-01", "day"),
        ("April 2021", "2021-04-01", "month"),
        ("Spring 2023", "2023-03-01", "season"),
        ("2022/23", "2022-04-01", "financial_year"),
    ],
)
def test_a_date_in_a_human_form_carries_its_precision(tmp_path: Path, text: str, day: str, precision: str) -> None:
    parsed = archived(tmp_path, source(tmp_path, PROJECTS + f"A-1,,,,{text},\n"))
    row = validated(parsed, "projects").frame.iloc[0]
    assert (str(row["implemented_on"])[:10], row["implemented_precision"]) == (day, precision)


def test_q06_two_rows_with_one_project_reference_both_go_to_quarantine(tmp_path: Path) -> None:
    rows = "A-1,,,active,,\nA-1,,,paused,,\nA-2,,,,,\n"
    parsed = archived(tmp_path, source(tmp_path, PROJECTS + rows))
    judged = validated(parsed, "projects")
    assert judged.frame["project_ref"].tolist() == ["A-2"]
    assert quarantined_places(parsed, judged, "projects") == {"row 2", "row 3"}


def test_q09_a_word_that_is_not_in_the_vocabulary_goes_to_quarantine_and_is_not_archived(tmp_path: Path) -> None:
    original = source(tmp_path, PROJECTS + "A-1,,,asked Jane Canary,,\nA-2,,,,,\n")
    content = admit(original, "qi_projects", today=TODAY).decode()
    assert "Canary" not in content
    assert NOT_ARCHIVED in content
    judged = validated(archived(tmp_path, original), "projects")
    assert judged.frame["project_ref"].tolist() == ["A-2"]
    assert [(fault.source_row, fault.column) for fault in judged.quarantined] == [(1, "status")]


def test_q04_an_unknown_organisation_goes_to_quarantine(tmp_path: Path) -> None:
    file = source(
        tmp_path, "Project reference,Organisation code,Role\nA-1,ZT001,lead\nA-1,ZT999,spread\nA-2,ward 6,lead\n"
    )
    parsed = loaded(tmp_path, file)
    judged = validated(parsed, "sites")
    assert judged.frame["organisation_code"].tolist() == ["ZT001"]
    assert judged.frame["match_method"].tolist() == ["code"]
    assert quarantined_places(parsed, judged, "sites") == {"row 3", "row 4"}
    assert {fault.rule for fault in judged.quarantined} == {"organisation_unknown_code", "organisation_unknown_name"}


def test_a_project_without_reference_is_read_and_quarantined_not_lost(tmp_path: Path) -> None:
    judged = validated(archived(tmp_path, source(tmp_path, PROJECTS + ",,,active,,\nA-2,,,,,\n")), "projects")
    assert (judged.read, len(judged.frame), judged.quarantined_rows) == (2, 1, 1)


def test_a_record_of_the_wrong_width_is_counted_in_the_canonical_form_too(tmp_path: Path) -> None:
    parsed = archived(tmp_path, source(tmp_path, PROJECTS + "A-1,a,b\nA-2,,,,,\nA-3,,,,,,more\n"))
    assert parsed.tables["projects"].read == 3
    assert [(bad.source_row, bad.rule) for bad in parsed.tables["projects"].malformed] == [
        (1, "record_too_short"),
        (3, "cells_beyond_the_headings"),
    ]


def test_text_that_looks_like_a_formula_or_markup_is_kept_as_text_and_flagged(tmp_path: Path) -> None:
    text = PROJECTS + 'A-1,=HYPERLINK("x"),,,,\n'.replace('"', "'") + "A-2,<b>Falls</b>\u202e\x07 bundle,,,,\n"
    frame = validated(archived(tmp_path, source(tmp_path, text)), "projects").frame
    assert frame["title"].tolist() == ["=HYPERLINK('x')", "<b>Falls</b> bundle"]
    assert frame["flags"].tolist() == ["formula_like_text", "markup_in_text"]


def test_the_canonical_form_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    original = source(tmp_path, PROJECTS + "A-1,t,other,Active,2021-04-01,\nA-2,,,,,2022-01-01\n")
    assert admit(original, "qi_projects", today=TODAY) == admit(original, "qi_projects", today=TODAY)
    assert archived(tmp_path, original).layout == "canonical"


def test_a_register_is_named_by_its_file_without_dates_and_versions() -> None:
    named = {
        "SYNTHETIC QI register 7 Mar 2024 v2 FINAL.xlsx": "qi-register",
        "qi-log-projects.csv": "qi-log",
        "ward 7 log 2023-24.csv": "ward-7-log",
        "ward 8 log 01-02-2024 (2).csv": "ward-8-log",
        "2024.csv": "log",
    }
    assert {name: register_of(name) for name in named} == named


def test_target_groups_are_a_sorted_list_of_known_groups(tmp_path: Path) -> None:
    text = 'Project reference,Target groups\nA-1,Disability; core20\nA-2,"age, nobody"\n'
    judged = validated(archived(tmp_path, source(tmp_path, text)), "projects")
    assert judged.frame["target_groups"].tolist() == ["core20;disability"]
    assert {fault.source_row for fault in judged.quarantined} == {2}


def test_the_empty_template_is_read_and_holds_every_column_of_the_spec(tmp_path: Path) -> None:
    path = write_template(tmp_path / "template.xlsx")
    parsed = archived(tmp_path, SourceFile(path, path.name))
    assert {name: table.read for name, table in parsed.tables.items()} == {"projects": 0, "sites": 0, "measures": 0}
    assert parsed.period_label == "undated"
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for entity in SPEC.entities[:3]:
        headings = book.get_sheet_by_name(entity.name.title()).to_python()[0]
        assert headings == [column.source for column in entity.columns if not column.derived]
    assert book.sheet_names == ["Projects", "Sites", "Measures", "Vocabulary", "Notes"]


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_row_in_quarantine_still_names_its_project_by_its_organisation(tmp_path: Path) -> None:
    original = source(tmp_path, "Project ID,Project title,Organisation,Start date\nQ-1,SYNTHETIC x,ZT001,03/04/2023\n")
    parsed = loaded(tmp_path, original)
    assert [bad.rule for bad in parsed.tables["projects"].malformed] == ["date_ambiguous"]
    assert parsed.tables["sites"].frame["project_ref"].tolist() == ["Q-1"]
