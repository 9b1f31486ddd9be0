"""Diagnostic waiting times: both sheets of the workbook, the cells above them, what is refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support_datasets import Book, Cells, changed, reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dm01.parse import parse
from orchestration.datasets.dm01.synthesise import synthesise
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

ENTITY = dataset_spec("dm01").entity("waits")
Change = Callable[[Book], None]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("dm01")
    paths = []
    for file in synthesise(World.make(scale="small")):
        (folder / file.name).write_bytes(file.content)
        paths.append(folder / file.name)
    return paths


def rows_below(cells: Cells, heading: str = "Provider Code") -> tuple[list[object], Cells]:
    at = next(number for number, row in enumerate(cells) if heading in row)
    return cells[at], cells[at + 1 :]


@pytest.mark.parametrize(
    ("month", "published", "read", "loaded"),
    [
        ("August-2024", date(2025, 7, 10), 3557, 3127),
        ("September-2024", date(2025, 7, 10), 3575, 3142),
        ("October-2024", date(2025, 7, 10), 3594, 3155),
        ("November-2024", date(2025, 7, 10), 3607, 3169),
        ("December-2024", date(2025, 7, 10), 3525, 3093),
        ("January-2025", date(2025, 7, 10), 3576, 3146),
    ],
)
def test_every_row_of_the_real_workbooks_is_loaded_or_repeats_another(
    real_data: Path, month: str, published: date, read: int, loaded: int
) -> None:
    path = real_data / "dm01" / f"Monthly-Diagnostics-Web-File-Provider-{month}.xls"
    parsed = parse(SourceFile(path, "renamed.xls"))
    table = parsed.tables["waits"]
    validated = validate(ENTITY, table)
    assert (table.read, len(validated.frame), validated.quarantined) == (read, loaded, ())
    assert set(table.ignored) == {"total_row", "repeats_the_total_of_tests"}
    assert reconciles(parsed)
    assert (parsed.release_status, parsed.published_on, parsed.notes) == ("revised", published, ())
    assert parsed.period_label == f"{parsed.period_start:%Y-%m}"
    assert f"{parsed.period_start:%B-%Y}" == month


def test_every_synthetic_workbook_reads_back_without_a_fault(books: list[Path]) -> None:
    for path in books:
        parsed = parse(SourceFile(path, path.name))
        validated = validate(ENTITY, parsed.tables["waits"])
        assert validated.quarantined == ()
        assert len(validated.frame) == len(parsed.tables["waits"].frame) > 0
        assert reconciles(parsed)
        assert validated.frame["organisation_name"].str.endswith("(SYNTHETIC)").all()


def test_only_the_cell_says_that_a_workbook_is_a_revision(books: list[Path]) -> None:
    first, again, last = (parse(SourceFile(path, "the same name.xls")) for path in books)
    assert (first.release_status, again.release_status, last.release_status) == ("final", "revised", "final")
    assert first.published_on is not None
    assert again.published_on is not None
    assert again.published_on > first.published_on
    assert first.period_start == again.period_start < last.period_start


def test_a_provider_without_any_test_is_loaded_from_the_first_sheet(books: list[Path]) -> None:
    frame = parse(SourceFile(books[0], "x.xlsx")).tables["waits"].frame
    row = frame[frame["organisation_code"] == "ZQ0"].iloc[0]
    assert (row["diagnostic_id"], row["diagnostic_test"], row["waiting_list"]) == ("16", "Total", "0")
    assert frame["source_row"].is_unique


def test_another_month_under_another_name_is_read_from_the_cells(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        for cells in book.values():
            for row in cells:
                if "Period:" in row:
                    row[row.index("Period:") + 1] = "February 2027"

    parsed = parse(changed(tmp_path, books[0], change, "Monthly-Diagnostics-Web-File-Provider-xyz.xls"))
    assert (parsed.period_start, parsed.period_end) == (date(2027, 2, 1), date(2027, 2, 28))


def test_a_row_that_is_gone_refuses_the_file_by_the_total_row(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        cells = book["Provider by Test"]
        header, below = rows_below(cells)
        test = header.index("Diagnostic ID")
        cells.remove([row for row in below if row[test] == 16][-1])

    with pytest.raises(FileRefused, match="total row says"):
        parse(changed(tmp_path, books[0], change))


def test_a_provider_whose_sheets_contradict_each_other_is_quarantined(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        header, below = rows_below(book["Provider"])
        at = header.index("Planned tests / procedures")
        total, first = below[0], below[2]
        first[at] = float(str(first[at])) + 1
        total[at] = float(str(total[at])) + 1

    parsed = parse(changed(tmp_path, books[0], change))
    assert [fault.rule for fault in parsed.tables["waits"].malformed] == ["differs_from_the_total_of_tests"]
    assert reconciles(parsed)


def test_bands_that_do_not_add_up_are_quarantined(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        header, below = rows_below(book["Provider by Test"])
        at = header.index("03 <04 weeks")
        first = below[2]
        first[at] = float(str(first[at])) + 1

    validated = validate(ENTITY, parse(changed(tmp_path, books[0], change)).tables["waits"])
    assert [fault.rule for fault in validated.quarantined] == ["bands_add_up_to_the_waiting_list"]


def test_providers_that_did_not_submit_are_named_in_a_note(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        book["Notes"] = [["Notes"], ["", "Code", "Name"], ["", "ZZ1", "A NAME"], ["", "ZZ2", "B NAME"]]

    assert parse(changed(tmp_path, books[0], change)).notes == ("did not submit: ZZ1, ZZ2",)


def test_a_workbook_without_the_two_sheets_is_not_of_this_dataset(books: list[Path], tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="Provider by Test"):
        parse(changed(tmp_path, books[0], lambda book: book.pop("Provider by Test") and None))


def test_a_period_that_names_no_month_refuses_the_file(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        row = next(row for row in book["Provider"] if "Period:" in row)
        row[row.index("Period:") + 1] = "2024-25"

    with pytest.raises(FileRefused, match="not one month"):
        parse(changed(tmp_path, books[0], change))


def test_a_renamed_column_refuses_the_file_and_names_the_nearest(books: list[Path], tmp_path: Path) -> None:
    def change(book: Book) -> None:
        header, _ = rows_below(book["Provider by Test"])
        header[header.index("Number waiting 6+ Weeks")] = "Number waiting six Weeks"

    with pytest.raises(FileRefused, match="nearest is"):
        parse(changed(tmp_path, books[0], change))
