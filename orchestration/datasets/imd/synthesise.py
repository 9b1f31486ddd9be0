"""Print a world's areas as File 1 of the indices of deprivation, in the headings of each edition, and one File 6.

Belongs here: the files' sheets, headings and names. Does not: how deprived an area is (the simulation).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, xlsx
from orchestration.simulation.records import Lsoa
from orchestration.simulation.world import World

PAGE = "/government/statistics/english-indices-of-deprivation-{edition}"
DIRECTION = " (where 1 is most deprived)"


@dataclass(frozen=True)
class Edition:
    """How one edition names its file, its sheet and its headings."""

    year: int
    file_name: str
    sheet: str
    lsoa_vintage: int
    lad_vintage: int
    rank_suffix: str
    decile_suffix: str
    published_on: date


EDITIONS = (
    Edition(
        2015, "File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx", "IMD 2015", 2011, 2013,
        DIRECTION, " (where 1 is most deprived 10% of LSOAs)", date(2015, 9, 30),
    ),
    Edition(
        2019, "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx", "IMD2019", 2011, 2019, "", "", date(2019, 9, 26),
    ),
    Edition(
        2025, "File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx", "IMD25", 2021, 2024,
        DIRECTION, " (where 1 is most deprived 10% of LSOA", date(2025, 10, 30),
    ),
)  # fmt: skip


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook per edition (notes and a sheet of six columns), and the populations of 2019 as CSV."""
    names = {lad.code: lad.name for lad in world.lads}
    for edition in EDITIONS:
        lsoas = world.lsoas_2011 if edition.lsoa_vintage == 2011 else world.lsoas_2021
        rows = [_row(lsoa, names[lsoa.lad_code], edition.year) for lsoa in lsoas]
        yield SyntheticFile(
            name=f"SYNTHETIC-{edition.file_name}",
            content=_workbook(edition, rows),
            page=PAGE.format(edition=edition.year),
            link_text="File 1: Index of Multiple Deprivation",
            published_on=edition.published_on,
        )
    edition = EDITIONS[1]
    yield SyntheticFile(
        name="SYNTHETIC-File_6_-_IoD2019_Population_Denominators.csv",
        content=_populations(world.lsoas_2011, names),
        page=PAGE.format(edition=edition.year),
        link_text="File 6: population denominators",
        published_on=edition.published_on,
    )


def _populations(lsoas: Sequence[Lsoa], names: Mapping[str, str]) -> bytes:
    """File 6 with a byte order mark and whole numbers written with two decimals, as a third party saved it."""
    ages = ("Dependent Children aged 0-15", "Population aged 16-59", "Older population aged 60 and over")
    year = "mid 2015 (excluding prisoners)"
    rows: list[list[str]] = [
        [
            "LSOA code (2011)", "LSOA name (2011)", "Local Authority District code (2019)",
            "Local Authority District name (2019)", *(f"{group}: {year}" for group in ("Total population", *ages)),
            "Working age population 18-59/64: for use with Employment Deprivation Domain (excluding prisoners)",
        ]
    ]  # fmt: skip
    for lsoa in lsoas:
        children, older = round(lsoa.population * 0.19), round(lsoa.population * 0.23)
        adults = lsoa.population - children - older
        people = (lsoa.population, children, adults, older, round(adults * 1.01))
        name = f"{names[lsoa.lad_code]} (SYNTHETIC)"
        rows.append([lsoa.code, lsoa.name, lsoa.lad_code, name, *(f"{number}.00" for number in people)])
    return csv_bytes(rows, encoding="utf-8-sig", newline="\n")


def _row(lsoa: Lsoa, lad_name: str, edition: int) -> tuple[str | int, ...]:
    standing = lsoa.deprivation(edition)
    return (lsoa.code, lsoa.name, lsoa.lad_code, lad_name, standing.rank, standing.decile)


def _workbook(edition: Edition, rows: Sequence[tuple[str | int, ...]]) -> bytes:
    """The workbook of an edition: notes, and a sheet of ``rows`` under its headings."""
    headings = (
        f"LSOA code ({edition.lsoa_vintage})",
        f"LSOA name ({edition.lsoa_vintage})",
        f"Local Authority District code ({edition.lad_vintage})",
        f"Local Authority District name ({edition.lad_vintage})",
        f"Index of Multiple Deprivation (IMD) Rank{edition.rank_suffix}",
        f"Index of Multiple Deprivation (IMD) Decile{edition.decile_suffix}",
    )
    notes = [["SYNTHETIC: made by a simulation, not a publication"]]
    return xlsx({"Notes": notes, edition.sheet: (headings, *rows)})
