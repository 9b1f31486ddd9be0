"""Read the census table of ethnic group by small area (TS021), alone or out of Nomis' zip.

Belongs here: finding the table of small areas, columns by their labels. Does not: adding groups up (the columns of five
groups and of their nineteen parts stand between each other).
"""

import zipfile
from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.reading import (
    Sheet,
    columns_of,
    is_zip,
    members_of,
    read_csv_bytes,
    table_from,
    unknown_headings,
)
from orchestration.errors import FileRefused, NotOfThisDataset

AREA, YEAR = "geography code", "date"
LABEL = "Ethnic group: "
SMALL_AREAS = ("E01", "W01")
CENSUS_DAYS = {"2021": date(2021, 3, 21)}
HEADING_BYTES = 8192


def parse(source: SourceFile) -> Parsed:
    """One row per small area of England and Wales."""
    is_zipped = is_zip(source)
    sheet = _from_zip(source) if is_zipped else _sheet(source.path.read_bytes(), source.name)
    at = sheet.header.index(AREA)
    kinds = {row[at].strip()[:3] for _, row in sheet.rows}
    if not kinds & set(SMALL_AREAS):
        raise FileRefused(
            f"{source.name}: areas begin with {sorted(kinds)[:5]}; the table of LSOAs (E01, W01) is wanted"
        )
    years = {row[sheet.header.index(YEAR)].strip() for _, row in sheet.rows}
    if len(years) != 1 or not years <= set(CENSUS_DAYS):
        raise FileRefused(f"{source.name}: the census is of {sorted(years)[:4]}; known are {sorted(CENSUS_DAYS)}")
    day = CENSUS_DAYS[years.pop()]
    positions = columns_of(sheet, dataset_spec("census_ethnicity").entity("areas"))
    known = {**positions, YEAR: sheet.header.index(YEAR)}
    constants = {"census_on": day.isoformat()}
    return Parsed(
        layout="bulk_zip" if is_zipped else "wide_csv",
        tables={"areas": table_from(sheet.rows, positions, malformed=sheet.malformed, constants=constants)},
        period_start=day,
        period_end=day,
        period_label=f"census {day.year}",
        notes=sheet.notes + unknown_headings(sheet, known),
    )


def _sheet(content: bytes, name: str) -> Sheet:
    sheet = read_csv_bytes(content, name)
    if not {AREA, YEAR} <= set(sheet.header) or not any(heading.startswith(LABEL) for heading in sheet.header):
        raise NotOfThisDataset(
            f"{name}: headings {list(sheet.header)[:5]} are not those of ethnic group by area (TS021)"
        )
    return sheet


def _from_zip(source: SourceFile) -> Sheet:
    """The member whose first area is a small one."""
    with zipfile.ZipFile(source.path) as archive:
        members = members_of(archive, ".csv")
        found = []
        for name in members:
            with archive.open(name) as stream:
                first = stream.read(HEADING_BYTES).partition(b"\n")[2].partition(b"\n")[0]
            if any(f",{kind}".encode() in first.replace(b'"', b"") for kind in SMALL_AREAS):
                found.append(name)
        if len(found) != 1:
            raise NotOfThisDataset(
                f"{source.name}: {len(found)} of {len(members)} CSV members are of LSOAs; one must be"
            )
        return _sheet(archive.read(found[0]), found[0].rpartition("/")[2])
