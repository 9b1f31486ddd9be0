"""Community waiting lists: joining tables 4 to 4g, England's totals, blanks, what is refused."""

from datetime import date
from pathlib import Path

import pytest
from support_datasets import Book, changed, reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.community_waits.parse import parse
from orchestration.datasets.community_waits.synthesise import HIDDEN, synthesise
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

SPEC = dataset_spec("community_waits")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (file,) = synthesise(World.make(scale="small"))
    path = tmp_path_factory.mktemp("community_waits") / file.name
    path.write_bytes(file.content)
    return path


def test_every_cell_of_the_real_workbook_is_loaded_or_blank_or_repeats_another(real_data: Path) -> None:
    path = real_data / "community_waits" / "Community-health-services-waiting-lists-2024-25-August.xlsx"
    parsed = parse(SourceFile(path, "renamed.xlsx"))
    assert (parsed.period_label, parsed.published_on, parsed.release_status) == ("2024-08", date(2024, 10, 10), "final")
    assert reconciles(parsed)
    validated = {entity: validate(SPEC.entity(entity), table) for entity, table in parsed.tables.items()}
    assert all(v.quarantined == () for v in validated.values())
    assert {entity: len(v.frame) for entity, v in validated.items()} == {
        "waits": 3646,
        "national_series": 250,
        "non_submissions": 245,
    }
    table = parsed.tables["waits"]
    assert table.read == 9403
    assert table.ignored == {"no_submission_for_the_service": 5710, "repeats_table_4": 47}


def test_the_synthetic_workbook_reads_back_without_a_fault(book: Path) -> None:
    parsed = parse(SourceFile(book, book.name))
    assert reconciles(parsed)
    for entity, table in parsed.tables.items():
        validated = validate(SPEC.entity(entity), table)
        assert validated.quarantined == ()
        assert len(validated.frame) == len(table.frame) > 0
        assert table.frame["source_row"].is_unique
    assert [f.content for f in synthesise(World.make(scale="small"))] == [book.read_bytes()]


def test_a_service_that_is_shown_for_england_only_has_a_list_and_no_weeks(book: Path) -> None:
    frame = validate(SPEC.entity("waits"), parse(SourceFile(book, book.name)).tables["waits"]).frame
    row = frame[frame["service"] == HIDDEN]
    assert row["organisation_code"].tolist() == ["ENG"]
    assert row["waiting_list"].tolist() == [7]
    assert row["waiting_over_52_weeks"].isna().all()
    assert row["waiting_over_52_weeks_status"].tolist() == ["missing_at_source"]


def test_a_service_that_an_organisation_does_not_provide_is_no_zero(book: Path) -> None:
    table = parse(SourceFile(book, book.name)).tables["waits"]
    assert table.ignored["no_submission_for_the_service"] > 0
    assert table.frame["waiting_list"].notna().all()


def test_another_month_is_read_from_the_titles(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        for rows in sheets.values():
            title = str(rows[0][0])
            rows[0][0] = f"{title.rpartition(',')[0]}, February 2028" if "by service," in title else title

    parsed = parse(changed(tmp_path, book, change))
    assert (parsed.period_start, parsed.period_end) == (date(2028, 2, 1), date(2028, 2, 29))


def test_a_band_of_another_month_refuses_the_file(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        sheets["Table 4c"][0][0] = "Number waiting >2-4 weeks by service, May 2020"

    with pytest.raises(FileRefused, match="another month"):
        parse(changed(tmp_path, book, change))


def test_a_missing_band_refuses_the_file(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        del sheets["Table 4g"]

    with pytest.raises(FileRefused, match="waiting_over_52_weeks"):
        parse(changed(tmp_path, book, change))


def test_bands_of_other_organisations_refuse_the_file(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        rows = sheets["Table 4f"]
        rows[-1], rows[-2] = rows[-2], rows[-1]

    with pytest.raises(FileRefused, match="other organisations"):
        parse(changed(tmp_path, book, change))


def test_providers_that_do_not_add_up_to_england_refuse_the_file(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        for sheet, rows in sheets.items():
            if sheet.startswith("Table 4"):
                del rows[-1]

    with pytest.raises(FileRefused, match="England's row says"):
        parse(changed(tmp_path, book, change))


def test_a_row_of_table_3_that_contradicts_table_4_is_quarantined(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        row = next(row for row in sheets["Table 3"] if row[0] == "(CYP) Audiology")
        row[1] = float(str(row[1])) + 1

    parsed = parse(changed(tmp_path, book, change))
    assert [fault.rule for fault in parsed.tables["waits"].malformed] == ["differs_from_table_4"]
    assert reconciles(parsed)


def test_bands_above_the_whole_list_are_quarantined(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        for row in sheets["Table 3"]:
            if row[0] == "Adult services":
                row[1] = 1

    table = parse(changed(tmp_path, book, change)).tables["waits"]
    faults = validate(SPEC.entity("waits"), table).quarantined
    assert [fault.rule for fault in faults] == ["bands_within_the_waiting_list"]


def test_a_workbook_without_table_4_is_not_of_this_dataset(book: Path, tmp_path: Path) -> None:
    def change(sheets: Book) -> None:
        del sheets["Table 4"]

    with pytest.raises(NotOfThisDataset, match="Table 4"):
        parse(changed(tmp_path, book, change))
