"""The QI log in Evenhand's template: layouts, refusals, quarantine, and what the archive keeps.

Belongs here: parse, template and canonical form of ``qi_projects``. Does not: the privacy screen
(tests/unit/test_privacy.py).
"""

import re
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.catalogue.models import ColumnType
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.qi_projects.parse import column_letter, parse
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.qi_logs.intake import NOT_ARCHIVED, admit
from orchestration.qi_logs.template import write_template
from orchestration.validation.validate import Validated, validate

SPEC = dataset_spec("qi_projects")
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
    path = folder / "canonical"
    path.write_bytes(admit(original))
    return parse(SourceFile(path, original.name))


def validated(parsed: Parsed, entity: str) -> Validated:
    return validate(SPEC.entity(entity), parsed.tables[entity], {"organisations": {"ZT001"}})


def test_blank_and_absent_cells_are_unknown_never_none_and_publication_is_private(tmp_path: Path) -> None:
    parsed = parse(source(tmp_path, PROJECTS + "A-1,,,Active,2021-04-01,\n"))
    row = parsed.tables["projects"].frame.iloc[0]
    assert row["status"] == "active"
    assert row["publication"] == "private"
    assert row["implemented_on"] == "2021-04-01"
    assert row["ended_on"] is None
    silent = {"clinical_topic", "equity_mode", "target_groups", "core20plus5_area", "patient_involvement", "method"}
    assert {row[name] for name in silent} == {"unknown"}


def test_every_vocabulary_of_the_projects_knows_the_word_unknown() -> None:
    for column in SPEC.entity("projects").columns:
        if column.values and column.name != "publication":
            assert "unknown" in column.values, column.name


def test_no_column_of_the_spec_can_hold_free_text() -> None:
    for entity in SPEC.entities:
        for column in entity.columns:
            if column.type is ColumnType.TEXT:
                assert column.values or column.pattern, column.name
                assert not (column.pattern and re.fullmatch(column.pattern, "Jane Canary")), column.name


def test_the_three_csv_layouts_are_told_apart_by_their_headings(tmp_path: Path) -> None:
    sites = source(tmp_path, "Project reference,Organisation code,Role\nA-1,zt001,Lead\n", "s.csv")
    measures = source(tmp_path, "Project reference,Measure,Primary measure\nA-1,recovery,Yes\n", "m.csv")
    projects = source(tmp_path, PROJECTS + "A-1,,,,,\n", "p.csv")
    assert [parse(file).layout for file in (projects, sites, measures)] == ["projects_csv", "sites_csv", "measures_csv"]
    assert parse(sites).tables["sites"].frame.iloc[0]["organisation_code"] == "ZT001"
    assert validated(parse(measures), "measures").frame["is_primary"].tolist() == [True]


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
    parsed = archived(tmp_path, file)
    assert validated(parsed, "projects").frame["implemented_on"].dropna().dt.strftime("%Y-%m-%d").tolist() == [
        "2021-04-01"
    ]
    assert parsed.tables["projects"].frame["source_row"].tolist() == [2, 4]
    assert validated(parsed, "sites").frame["reach_share"].tolist() == [0.25]
    assert parsed.tables["measures"].read == 0
    assert (str(parsed.period_start), str(parsed.period_end)) == ("2021-04-01", "2021-04-01")


def test_an_unknown_column_refuses_the_whole_file_and_its_heading_is_not_repeated(tmp_path: Path) -> None:
    file = source(tmp_path, "Project reference,Jane Canary,Statuss\nA-1,x,active\n")
    with pytest.raises(FileRefused, match="column B") as caught:
        parse(file)
    assert "Canary" not in str(caught.value)
    with pytest.raises(FileRefused, match=r"column B.*nearest is 'Status'"):
        parse(source(tmp_path, "Project reference,Statuss\nA-1,active\n"))


def test_a_heading_that_stands_twice_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="'Status' stands in columns B and C"):
        parse(source(tmp_path, "Project reference,Status,status\nA-1,active,paused\n"))


def test_a_missing_required_column_refuses_the_workbook(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        {"Projects": [["Project reference"], ["A-1"]], "Sites": [["Project reference", "Role"], ["A-1", "lead"]]},
    )
    with pytest.raises(FileRefused, match="'Organisation code' is missing"):
        parse(file)


def test_other_files_are_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset):
        parse(source(tmp_path, "Period,Org Code\nX,Y\n"))
    with pytest.raises(NotOfThisDataset):
        parse(workbook(tmp_path, {"Sheet1": [["Project reference"], ["A-1"]]}))


def test_q05_an_end_before_the_start_goes_to_quarantine_and_the_rest_loads(tmp_path: Path) -> None:
    rows = "A-1,,,,2021-04-01,2020-04-01\nA-2,,,,2021-04-01,2021-04-01\nA-3,,,,1900-01-01,\n"
    judged = validated(archived(tmp_path, source(tmp_path, PROJECTS + rows)), "projects")
    assert judged.frame["project_ref"].tolist() == ["A-2"]
    assert {fault.source_row for fault in judged.quarantined} == {2, 4}
    assert (judged.read, judged.quarantined_rows) == (3, 2)


@pytest.mark.parametrize("text", ["03/04/2021", "2021-13-01", "44287", "Spring 2023", "2022/23", "2021-4-1"])
def test_a_date_that_is_not_iso_goes_to_quarantine_and_is_not_archived(tmp_path: Path, text: str) -> None:
    original = source(tmp_path, PROJECTS + f"A-1,,,,{text},\nA-2,,,,2021-04-01,\n")
    assert text.encode() not in admit(original)
    judged = validated(archived(tmp_path, original), "projects")
    assert [(fault.source_row, fault.rule, fault.column) for fault in judged.quarantined] == [
        (2, "date_not_iso", "implemented_on")
    ]
    assert judged.frame["project_ref"].tolist() == ["A-2"]


def test_q06_two_rows_with_one_project_reference_both_go_to_quarantine(tmp_path: Path) -> None:
    rows = "A-1,,,active,,\nA-1,,,paused,,\nA-2,,,,,\n"
    judged = validated(archived(tmp_path, source(tmp_path, PROJECTS + rows)), "projects")
    assert judged.frame["project_ref"].tolist() == ["A-2"]
    assert {fault.source_row for fault in judged.quarantined} == {2, 3}


def test_q09_a_word_that_is_not_in_the_vocabulary_goes_to_quarantine_and_is_not_archived(tmp_path: Path) -> None:
    original = source(tmp_path, PROJECTS + "A-1,,,asked Jane Canary,,\nA-2,,,,,\n")
    content = admit(original).decode()
    assert "Canary" not in content
    assert NOT_ARCHIVED in content
    judged = validated(archived(tmp_path, original), "projects")
    assert judged.frame["project_ref"].tolist() == ["A-2"]
    assert [(fault.source_row, fault.column) for fault in judged.quarantined] == [(2, "status")]


def test_q04_an_unknown_organisation_goes_to_quarantine(tmp_path: Path) -> None:
    file = source(
        tmp_path, "Project reference,Organisation code,Role\nA-1,ZT001,lead\nA-1,ZT999,spread\nA-2,ward 6,lead\n"
    )
    judged = validated(archived(tmp_path, file), "sites")
    assert judged.frame["organisation_code"].tolist() == ["ZT001"]
    assert {fault.source_row for fault in judged.quarantined} == {3, 4}


def test_a_project_without_reference_is_read_and_quarantined_not_lost(tmp_path: Path) -> None:
    judged = validated(archived(tmp_path, source(tmp_path, PROJECTS + ",,,active,,\nA-2,,,,,\n")), "projects")
    assert (judged.read, len(judged.frame), judged.quarantined_rows) == (2, 1, 1)


def test_a_record_of_the_wrong_width_is_counted_in_the_canonical_form_too(tmp_path: Path) -> None:
    parsed = archived(tmp_path, source(tmp_path, PROJECTS + "A-1,a,b\nA-2,,,,,\n"))
    assert parsed.tables["projects"].read == 2
    assert [bad.source_row for bad in parsed.tables["projects"].malformed] == [2]


def test_free_text_is_neither_loaded_nor_archived(tmp_path: Path) -> None:
    original = source(tmp_path, PROJECTS + "A-1,=HYPERLINK(free),,,,\n")
    assert b"HYPERLINK" not in admit(original)
    assert "title" not in {name.casefold() for name in parse(original).tables["projects"].frame.columns}


def test_the_canonical_form_is_the_same_bytes_each_time_and_says_what_the_original_says(tmp_path: Path) -> None:
    original = source(tmp_path, PROJECTS + "A-1,t,other,Active,2021-04-01,\nA-2,,,,,2022-01-01\n")
    first = admit(original)
    assert first == admit(original)
    again = archived(tmp_path, original)
    assert again.layout == "canonical"
    assert again.tables["projects"].frame.equals(parse(original).tables["projects"].frame)
    assert admit(SourceFile(tmp_path / "canonical", "canonical")) == first


def test_target_groups_are_a_sorted_list_of_known_groups(tmp_path: Path) -> None:
    text = 'Project reference,Target groups\nA-1,Disability; core20\nA-2,"age, nobody"\n'
    judged = validated(archived(tmp_path, source(tmp_path, text)), "projects")
    assert judged.frame["target_groups"].tolist() == ["core20;disability"]
    assert {fault.source_row for fault in judged.quarantined} == {3}


def test_the_empty_template_is_read_and_holds_every_column_of_the_spec(tmp_path: Path) -> None:
    path = write_template(tmp_path / "template.xlsx")
    parsed = parse(SourceFile(path, path.name))
    assert {name: table.read for name, table in parsed.tables.items()} == {"projects": 0, "sites": 0, "measures": 0}
    assert parsed.period_label == "undated"
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for entity in SPEC.entities:
        headings = book.get_sheet_by_name(entity.name.title()).to_python()[0]
        assert headings == [column.source for column in entity.columns] + list(entity.not_loaded)
    assert book.sheet_names == ["Projects", "Sites", "Measures", "Vocabulary", "Notes"]


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
