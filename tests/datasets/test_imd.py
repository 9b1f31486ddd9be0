"""The parser of the indices of deprivation and their populations, on small files and on the published ones."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.imd.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.validation.validate import validate

DIRECTION = " (where 1 is most deprived)"


def workbook(
    path: Path, deciles: Sequence[int], lsoa: int = 2021, lad: int = 2024, direction: str = DIRECTION
) -> SourceFile:
    """File 1 with one area per rank, and the deciles given in order of rank."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Notes")
        sheet = book.add_worksheet("IMD")
        headings = (f"LSOA code ({lsoa})", f"LSOA name ({lsoa})", f"Local Authority District code ({lad})",
                    f"Local Authority District name ({lad})", f"Index of Multiple Deprivation (IMD) Rank{direction}",
                    f"Index of Multiple Deprivation (IMD) Decile{direction[:-1]}")  # fmt: skip
        sheet.write_row(0, 0, headings)
        for rank, decile in enumerate(deciles, start=1):
            sheet.write_row(rank, 0, (f"E01{900000 + rank}", "area", "E07990001", "district", rank, decile))
    return SourceFile(path, path.name)


TENTHS = [decile for decile in range(1, 11) for _ in range(3)]


@pytest.mark.parametrize(
    ("lsoa", "lad", "direction", "edition"),
    [(2011, 2013, DIRECTION, "2015"), (2011, 2019, "", "2019"), (2021, 2024, DIRECTION, "2025")],
)
def test_headings_of_every_edition_are_matched_by_prefix(
    tmp_path: Path, lsoa: int, lad: int, direction: str, edition: str
) -> None:
    parsed = parse(workbook(tmp_path / "File_1.xlsx", TENTHS, lsoa, lad, direction))
    frame = parsed.tables["deprivation"].frame
    assert parsed.layout == f"file_1_{edition}"
    assert set(frame["imd_version"]) == {edition}
    assert set(frame["lsoa_vintage"]) == {str(lsoa)}
    assert set(frame["lad_vintage"]) == {str(lad)}
    assert frame.iloc[0][["lsoa_code", "rank", "decile", "source_row"]].tolist() == ["E01900001", "1", "1", 2]


def test_deciles_that_run_from_least_to_most_deprived_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="do not rise with rank"):
        parse(workbook(tmp_path / "File_1.xlsx", TENTHS[::-1]))


def test_deciles_of_unequal_size_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="not a tenth each"):
        parse(workbook(tmp_path / "File_1.xlsx", [1, 1, 1, *TENTHS]))


def test_an_unknown_edition_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="district vintage 2027 is no known edition"):
        parse(workbook(tmp_path / "File_1.xlsx", TENTHS, 2021, 2027))


def test_a_workbook_without_areas_is_not_of_this_dataset(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "other.xlsx")) as book:
        book.add_worksheet("Sheet1").write_row(0, 0, ("Org Code", "Beds"))
    with pytest.raises(NotOfThisDataset, match="Sheet1"):
        parse(SourceFile(tmp_path / "other.xlsx", "other.xlsx"))


def populations(lsoa: int = 2011, lad: int = 2019, year: str = "mid 2015") -> tuple[str, ...]:
    groups = ("Total population", "Dependent Children aged 0-15", "Population aged 16-59")
    groups = (*groups, "Older population aged 60 and over")
    people = [f"{group}: {year} (excluding prisoners)" for group in groups]
    area = (f"LSOA code ({lsoa})", f"LSOA name ({lsoa})")
    district = (f"Local Authority District code ({lad})", f"Local Authority District name ({lad})")
    return (*area, *district, *people, "Working age population 18-59/64: for use with Employment Deprivation Domain")


AREA = ("E01900001", "area", "E07990001", "district")


def test_populations_are_read_from_csv_with_decimals_and_overlapping_ages_are_no_part(tmp_path: Path) -> None:
    lines = (populations(), (*AREA, "10.00", "2.00", "5.00", "3.00", "6.00"))
    (tmp_path / "any.csv").write_text("\n".join(",".join(line) for line in lines), encoding="utf-8-sig")
    parsed = parse(SourceFile(tmp_path / "any.csv", "any.csv"))
    result = validate(dataset_spec("imd").entity("population_denominators"), parsed.tables["population_denominators"])
    assert (parsed.layout, parsed.period_label) == ("file_6", "edition 2019, population")
    row = result.frame.iloc[0]
    assert row[["imd_version", "population_year", "total", "working_age"]].tolist() == [2019, 2015, 10, 6]


def test_populations_are_read_from_the_workbook_of_another_edition(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "File_6.xlsx")) as book:
        book.add_worksheet("Notes").write(0, 0, "Notes")
        sheet = book.add_worksheet("Population Denominators")
        sheet.write_row(0, 0, populations(2021, 2024, "mid 2022"))
        sheet.write_row(1, 0, (*AREA, 10, 2, 5, 3, 6))
        sheet.write_row(2, 0, ("E01900002", *AREA[1:], 10, 2, 5, 4, 6))
    parsed = parse(SourceFile(tmp_path / "File_6.xlsx", "File_6.xlsx"))
    result = validate(dataset_spec("imd").entity("population_denominators"), parsed.tables["population_denominators"])
    assert (result.read, len(result.frame), result.quarantined_rows) == (2, 1, 1)
    assert result.frame.iloc[0][["imd_version", "population_year"]].tolist() == [2025, 2022]


def test_populations_without_a_year_are_refused(tmp_path: Path) -> None:
    line = ",".join(populations(year="recent"))
    (tmp_path / "any.csv").write_text(f"{line}\n{','.join((*AREA, '10', '2', '5', '3', '6'))}", encoding="utf-8")
    with pytest.raises(FileRefused, match="names no year"):
        parse(SourceFile(tmp_path / "any.csv", "any.csv"))


def test_the_published_populations_load_whole(real_data: Path) -> None:
    (path,) = (real_data / "imd").glob("File_6*")
    parsed = parse(SourceFile(path, path.name))
    result = validate(dataset_spec("imd").entity("population_denominators"), parsed.tables["population_denominators"])
    assert (result.read, len(result.frame), result.quarantined) == (32_844, 32_844, ())
    assert result.frame["total"].sum() == 54_728_204


@pytest.mark.parametrize(("edition", "areas"), [(2015, 32844), (2019, 32844), (2025, 33755)])
def test_the_published_editions_load_whole_and_start_with_the_most_deprived_area(
    real_data: Path, edition: int, areas: int
) -> None:
    path = next(path for path in (real_data / "imd").glob("File_1*.xlsx") if str(edition) in path.name)
    parsed = parse(SourceFile(path, path.name))
    validated = validate(dataset_spec("imd").entity("deprivation"), parsed.tables["deprivation"])
    assert (validated.read, len(validated.frame), validated.quarantined) == (areas, areas, ())
    first = validated.frame[validated.frame["rank"] == 1]
    assert first[["lsoa_code", "decile"]].to_numpy().tolist() == [["E01021988", 1]]
    sizes = validated.frame["decile"].value_counts()
    assert set(sizes.index) == set(range(1, 11))
    assert sizes.max() - sizes.min() <= 1
