"""The parser of mid-year populations of small areas, on generated workbooks only: no publication is at hand."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.lsoa_population.parse import parse
from orchestration.datasets.protocol import SourceFile, synthesiser_of
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

ENTITY = dataset_spec("lsoa_population").entity("areas")
AGES = [f"{sex}{age}" for sex in "FM" for age in range(91)]
AREA = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name"]
PLACE = ["E07990001", "District", "E01990001", "Area"]


def workbook(
    path: Path, sheets: dict[str, Sequence[Sequence[object]]], headings: Sequence[str] = (*AREA, "Total", *AGES)
) -> SourceFile:
    """Sheets with three lines of notes before the headings."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Notes").write(0, 0, "Total")
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line in range(3):
                sheet.write(line, 0, "note")
            sheet.write_row(3, 0, headings)
            for line, row in enumerate(rows, start=4):
                sheet.write_row(line, 0, row)
    return SourceFile(path, path.name)


def area(total: object, **people: object) -> list[object]:
    return [*PLACE, total, *(people.get(age, 0) for age in AGES)]


def read(source: SourceFile) -> Validated:
    return validate(ENTITY, parse(source).tables["areas"])


def test_single_years_become_bands_of_five_and_90_holds_everyone_older(tmp_path: Path) -> None:
    source = workbook(tmp_path / "any.xlsx", {"Mid-2024 LSOA 2021": [area(21, F0=1, F4=2, F5=4, M89=6, M90=8)]})
    row = read(source).frame.iloc[0]
    bands = ("female_0_to_4", "female_5_to_9", "male_85_to_89", "male_90_and_over")
    assert [row[band] for band in bands] == [3, 4, 6, 8]
    assert row["mid_year"].isoformat().startswith("2024-06-30")


def test_every_year_of_the_workbook_is_read_and_other_sheets_are_left_alone(tmp_path: Path) -> None:
    sheets = {f"Mid-{year} LSOA 2021": [area(1, F0=1)] for year in (2022, 2023)}
    parsed = parse(workbook(tmp_path / "any.xlsx", sheets))
    assert parsed.period_label == "mid-2022 to mid-2023"
    assert parsed.tables["areas"].frame["mid_year"].tolist() == ["2022-06-30", "2023-06-30"]


def test_ages_that_miss_the_total_and_cells_that_are_no_number_go_to_quarantine(tmp_path: Path) -> None:
    rows = [area(2, F0=1), area(1, F0="x"), area(1, M90=1)]
    result = read(workbook(tmp_path / "any.xlsx", {"Mid-2024 LSOA 2021": rows}))
    rules = {fault.rule for fault in result.quarantined}
    assert (result.read, len(result.frame), result.quarantined_rows) == (3, 1, 2)
    assert rules == {"ages_and_sexes_make_up_the_total", "age_is_no_whole_number"}


def test_a_missing_year_of_age_is_refused_by_name(tmp_path: Path) -> None:
    headings = [*AREA, "Total", *(age for age in AGES if age != "M37")]
    with pytest.raises(FileRefused, match="'M37'"):
        parse(workbook(tmp_path / "any.xlsx", {"Mid-2024 LSOA 2021": []}, headings))


def test_a_sheet_without_headings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no heading 'Total'"):
        parse(workbook(tmp_path / "any.xlsx", {"Mid-2024 LSOA 2021": []}, ["Something"]))


def test_another_workbook_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="Mid-2022 LSOA 2021"):
        parse(workbook(tmp_path / "any.xlsx", {"Mid-2024 MSOA 2021": []}))


def test_the_synthetic_workbook_reads_back_whole(tmp_path: Path) -> None:
    world = World.make(scale="small")
    (file,) = synthesiser_of("lsoa_population")(world)
    (tmp_path / file.name).write_bytes(file.content)
    result = read(SourceFile(tmp_path / file.name, file.name))
    assert file.name.startswith("SYNTHETIC-")
    assert result.quarantined == ()
    totals = result.frame.groupby("mid_year")["total"].sum().tolist()
    assert totals == [sum(area.population for area in world.lsoas_2021)] * 2
