"""Cancer waiting times: stacked blocks, both layouts, halves, notes on who did not submit, what is refused."""

from datetime import date
from pathlib import Path

import pytest
from support_datasets import Book, changed, reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.cancer_waits.parse import parse
from orchestration.datasets.cancer_waits.synthesise import synthesise
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

SPEC = dataset_spec("cancer_waits")
ENTITY = SPEC.entity("waits")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Provisional workbook, final workbook, extract."""
    folder = tmp_path_factory.mktemp("cancer_waits")
    paths = []
    for file in synthesise(World.make(scale="small")):
        assert b"SYNTHETIC" in file.name.encode()
        (folder / file.name).write_bytes(file.content)
        paths.append(folder / file.name)
    return paths


@pytest.mark.parametrize(
    ("name", "layout", "status", "label", "read", "loaded"),
    [
        ("APRIL-2025-CWT-CRS-PROVIDER-WORKBOOK-FINAL", "provider_workbook", "final", "2025-04", 15660, 15506),
        (
            "CWT-CRS-Oct-2024-to-Mar-2025-Data-Extract-Provider",
            "provider_extract",
            "provisional",
            "2024-10 to 2025-03",
            61649,
            61649,
        ),
    ],
)  # fmt: skip
def test_every_row_of_the_real_files_is_loaded_but_the_totals_of_england(
    real_data: Path, name: str, layout: str, status: str, label: str, read: int, loaded: int
) -> None:
    parsed = parse(SourceFile(real_data / "cancer_waits" / f"{name}.xlsx", "renamed.xlsx"))
    assert (parsed.layout, parsed.release_status, parsed.period_label) == (layout, status, label)
    table = parsed.tables["waits"]
    validated = validate(ENTITY, table)
    assert (table.read, len(validated.frame), validated.quarantined) == (read, loaded, ())
    assert reconciles(parsed)
    assert set(validated.frame["standard"]) == {"FDS", "31D", "62D"}
    treated = validated.frame["treated"]
    assert (treated != treated.round()).any()


def test_the_notes_of_the_real_provisional_workbook_name_who_did_not_submit(real_data: Path) -> None:
    path = real_data / "cancer_waits" / "APRIL-2025-CWT-CRS-PROVIDER-WORKBOOK-PROVISIONAL.xlsx"
    notes = parse(SourceFile(path, path.name)).tables["data_quality_notes"].frame
    missing = notes[notes["standards"].notna()]
    assert dict(zip(missing["organisation_code"], missing["standards"], strict=True)) == {
        "NQT": "FDS",
        "NYT": "FDS",
        "RBS": "FDS,31D,62D",
    }
    assert len(notes) == 10


def test_every_synthetic_file_reads_back_without_a_fault(books: list[Path]) -> None:
    for path in books:
        parsed = parse(SourceFile(path, path.name))
        assert reconciles(parsed)
        for name, table in parsed.tables.items():
            validated = validate(SPEC.entity(name), table)
            assert validated.quarantined == ()
            assert len(validated.frame) == len(table.frame) > 0
            assert table.frame["source_row"].is_unique


def test_the_extract_and_the_provisional_workbook_speak_of_the_same_rows(books: list[Path]) -> None:
    key = ["period_start", "standard", "organisation_code", "stage_or_route", "treatment_modality", "cancer_type"]
    provisional, _, extract = (validate(ENTITY, parse(SourceFile(p, p.name)).tables["waits"]).frame for p in books)
    joined = provisional.merge(extract, on=key, suffixes=("_workbook", "_extract"))
    newest = extract[extract["period_start"] == extract["period_start"].max()]
    assert len(joined) == len(newest) > 0
    assert (joined["treated_workbook"] == joined["treated_extract"]).all()


def test_the_status_is_read_from_the_front_page_and_else_from_the_name(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        book["Frontpage"] = [row for row in book["Frontpage"] if not str(row[0]).startswith("Status")]

    assert [parse(SourceFile(path, "x.xlsx")).release_status for path in books[:2]] == ["provisional", "final"]
    assert parse(changed(tmp_path, books[0], change, "MAY-Final.xlsx")).release_status == "final"
    with pytest.raises(FileRefused, match="provisional, final or revised"):
        parse(changed(tmp_path, books[0], change))


def test_another_month_is_read_from_the_sheets(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        for sheet, cells in book.items():
            cells[2 if sheet == "Frontpage" else 1][0] = "May 2027" if sheet == "Frontpage" else "May-27"

    parsed = parse(changed(tmp_path, books[1], change))
    assert (parsed.period_start, parsed.period_end) == (date(2027, 5, 1), date(2027, 5, 31))


def test_sheets_of_two_months_refuse_the_file(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        book["Frontpage"][2][0] = "May 2027"

    with pytest.raises(FileRefused, match="2 months"):
        parse(changed(tmp_path, books[0], change))


def test_a_provider_that_is_gone_refuses_the_file_by_its_total(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        cells = book["62-DAY (BY CANCER)"]
        at = next(number for number, row in enumerate(cells) if "ODS CODE (1)" in row)
        del cells[at + 1]

    with pytest.raises(FileRefused, match="row of all English providers says"):
        parse(changed(tmp_path, books[1], change))


def test_a_row_without_a_code_that_is_no_total_is_quarantined(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        cells = book["USC referral to FOA"]
        at = next(number for number, row in enumerate(cells) if "ODS CODE (1)" in row)
        cells[at + 1][1] = ""

    parsed = parse(changed(tmp_path, books[1], change))
    table = parsed.tables["first_attendances"]
    assert [fault.rule for fault in validate(SPEC.entity("first_attendances"), table).quarantined] == ["missing"]
    assert reconciles(parsed)


def test_a_quarter_of_a_person_and_an_unknown_standard_are_quarantined(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        first, second = book["CWT CRS Provider Extract"][1:3]
        first[8], first[9], first[10] = 2.25, 1.25, 1.0
        second[3] = "2WW"

    validated = validate(ENTITY, parse(changed(tmp_path, books[2], change)).tables["waits"])
    assert sorted(fault.rule for fault in validated.quarantined) == ["counts_are_whole_or_half", "values"]


def test_a_workbook_without_blocks_is_not_of_this_dataset(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        for sheet in [sheet for sheet in book if sheet != "Frontpage"]:
            del book[sheet]

    with pytest.raises(NotOfThisDataset, match="before October 2023"):
        parse(changed(tmp_path, books[0], change))


def test_headings_of_another_standard_refuse_the_file(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        for row in book["31-DAY (ALL)"]:
            row[:] = [str(cell).replace("31 DAYS", "14 DAYS") if "DAYS" in str(cell) else cell for cell in row]

    with pytest.raises(FileRefused, match="headings that no standard has"):
        parse(changed(tmp_path, books[0], change))
