"""Beds open overnight: two rows of headings, England without a code, estimates, revisions, what is refused."""

from datetime import date
from pathlib import Path

import pytest
from support_datasets import Book, changed, reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.kh03_beds.parse import parse
from orchestration.datasets.kh03_beds.synthesise import synthesise
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

SPEC = dataset_spec("kh03_beds")
TRUSTS = "NHS Trust by Sector"
FIRST_ROW = 14  # headings; England below, a blank row, then trusts


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("kh03_beds")
    paths = []
    for file in synthesise(World.make(scale="small")):
        (folder / file.name).write_bytes(file.content)
        paths.append(folder / file.name)
    return paths


@pytest.mark.parametrize(
    ("name", "status", "published", "label", "beds", "cells", "estimated"),
    [
        ("Q2-2024-25", "final", date(2024, 11, 21), "2024-07 to 2024-09", 195, 14_476, 8),
        ("Q3-2024-25revised", "revised", date(2025, 5, 21), "2024-10 to 2024-12", 193, 14_322, 2),
    ],
)
def test_every_row_of_the_real_workbooks_is_loaded(
    real_data: Path, name: str, status: str, published: date, label: str, beds: int, cells: int, estimated: int
) -> None:
    path = real_data / "kh03_beds" / f"Beds-Open-Overnight-Web_File-{name}.xlsx"
    parsed = parse(SourceFile(path, "renamed.xlsx"))
    assert (parsed.release_status, parsed.published_on, parsed.period_label) == (status, published, label)
    assert reconciles(parsed)
    validated = {entity: validate(SPEC.entity(entity), table) for entity, table in parsed.tables.items()}
    assert [v.quarantined for v in validated.values()] == [(), ()]
    assert [len(v.frame) for v in validated.values()] == [beds, cells]
    assert parsed.tables["beds"].ignored == {"england_stands_twice": 1}
    assert int(validated["beds"].frame["is_estimated"].sum()) == estimated
    assert parsed.notes == ()


def test_every_synthetic_workbook_reads_back_without_a_fault(books: list[Path]) -> None:
    for path in books:
        parsed = parse(SourceFile(path, path.name))
        assert reconciles(parsed)
        for entity, table in parsed.tables.items():
            validated = validate(SPEC.entity(entity), table)
            assert validated.quarantined == ()
            assert len(validated.frame) == len(table.frame) > 0
            assert table.frame["source_row"].is_unique
    first, second = ([file.content for file in synthesise(World.make(scale="small"))] for _ in range(2))
    assert first == second


def test_a_dash_is_no_share_and_england_has_a_code_of_its_own(books: list[Path]) -> None:
    frame = validate(SPEC.entity("beds"), parse(SourceFile(books[0], "x.xlsx")).tables["beds"]).frame
    england = frame[frame["organisation_type"] == "England"]
    assert england["organisation_code"].tolist() == ["ENG"]
    assert set(frame["occupancy_mental_illness_status"]) == {"not_applicable"}
    assert frame["occupancy_mental_illness"].isna().all()
    assert set(frame["organisation_type"]) == {"England", "Region", "Trust"}


def test_estimates_are_flagged_with_their_heading_and_a_revision_that_has_none_is_not(books: list[Path]) -> None:
    first, revised = (parse(SourceFile(path, "x.xlsx")) for path in books)
    flagged = first.tables["beds"].frame.query("is_estimated == 'true'")
    assert flagged["estimate_note"].str.startswith("The following trusts did not submit").tolist() == [True]
    assert not (revised.tables["beds"].frame["is_estimated"] == "true").any()
    assert (first.release_status, revised.release_status) == ("final", "revised")
    assert first.published_on is not None
    assert revised.published_on is not None
    assert revised.published_on > first.published_on


def test_another_quarter_is_read_from_the_cells(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        for sheet in (TRUSTS, "Region by Sector", "Occupied by Specialty"):
            book[sheet][2][2] = "October to December 2027"
            for row in book[sheet][FIRST_ROW + 1 :]:
                row[2] = "December" if row[2] else ""

    parsed = parse(changed(tmp_path, books[0], change))
    assert (parsed.period_start, parsed.period_end) == (date(2027, 10, 1), date(2027, 12, 31))


@pytest.mark.parametrize("period", ["2024-25", "July to August 2024", "July 2024"])
def test_a_period_that_is_no_quarter_refuses_the_file(books: list[Path], tmp_path: Path, period: str) -> None:
    def change(book: Book) -> None:
        book[TRUSTS][2][2] = period

    with pytest.raises(FileRefused, match="not a quarter"):
        parse(changed(tmp_path, books[0], change))


def test_rows_of_another_quarter_refuse_the_file(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        book[TRUSTS][FIRST_ROW + 3][2] = "May"

    with pytest.raises(FileRefused, match="the quarter ends in"):
        parse(changed(tmp_path, books[0], change))


def test_a_trust_that_is_gone_refuses_the_file_by_englands_row(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        del book[TRUSTS][FIRST_ROW + 3]

    with pytest.raises(FileRefused, match="England's row says"):
        parse(changed(tmp_path, books[0], change))


def test_sectors_that_do_not_add_up_are_quarantined(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        for at in (1, 3):
            row = book[TRUSTS][FIRST_ROW + at]
            row[7] = float(str(row[7])) + 1

    table = parse(changed(tmp_path, books[0], change)).tables["beds"]
    assert {fault.rule for fault in validate(SPEC.entity("beds"), table).quarantined} == {"sectors_add_up_to_available"}


def test_an_estimate_for_a_trust_without_a_row_is_noted(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        book["Data Quality"].append(["ZZ9", "NO SUCH TRUST"])

    assert "ZZ9" in " ".join(parse(changed(tmp_path, books[0], change)).notes)


def test_a_workbook_without_the_sheet_of_trusts_is_not_of_this_dataset(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        del book[TRUSTS]

    with pytest.raises(NotOfThisDataset, match=TRUSTS):
        parse(changed(tmp_path, books[0], change))
