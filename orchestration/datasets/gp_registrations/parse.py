"""Read the lists of general practices by area of residence and by age.

Belongs here: telling the two tables apart by their headings, the zip of the area tables, the extract date's spellings.
Does not: adding organisations or areas up, or which vintage an area code is of.
"""

import zipfile
from dataclasses import replace
from datetime import date
from functools import partial

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_bounds
from orchestration.datasets.protocol import Parsed, SourceFile, Table
from orchestration.datasets.reading import HEADING_BYTES, Opener, first_headings, is_zip, members_of, read_large
from orchestration.errors import FileRefused, NotOfThisDataset

HEADINGS = {"areas": {"PRACTICE_CODE", "LSOA_CODE", "SEX"}, "ages": {"ORG_CODE", "AGE_GROUP_5", "SEX"}}
LABELS = {"areas": "by area", "ages": "by age"}
LEFT_ALONE = ("PUBLICATION", "AGE_GROUP_10")


def parse(source: SourceFile) -> Parsed:
    """One row per practice, area and sex, or per organisation, sex and age band, of one extract."""
    if not is_zip(source):
        return _parse_parts(source.name, [(source.name, lambda: source.path.open("rb"))], is_zipped=False)
    with zipfile.ZipFile(source.path) as archive:
        members = sorted(members_of(archive, ".csv"))
        parts: list[tuple[str, Opener]] = [(name, partial(archive.open, name)) for name in members]
        return _parse_parts(source.name, parts, is_zipped=True)


def _parse_parts(name: str, parts: list[tuple[str, Opener]], *, is_zipped: bool) -> Parsed:
    tables = {_table_of(part, opener) for part, opener in parts}
    if len(tables) != 1:
        seen = ", ".join(sorted(tables)) or "no CSV file"
        raise NotOfThisDataset(f"{name}: holds {seen}; a file has the lists by area or by age")
    (entity,) = tables
    table, notes = read_large(parts, dataset_spec("gp_registrations").entity(entity), left_alone=LEFT_ALONE)
    table, day = _with_day(name, table)
    start, end = month_bounds(day.year, day.month)
    sexes = "" if entity == "ages" else " " + " and ".join(sorted(set(table.frame["sex"].dropna().str.lower())))
    return Parsed(
        layout=("lsoa_zip" if is_zipped else "lsoa_csv") if entity == "areas" else "quin_age",
        tables={entity: table},
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m} {LABELS[entity]}{sexes}",
        notes=notes,
    )


def _table_of(name: str, opener: Opener) -> str:
    """Which of the two tables a file is, by its headings."""
    with opener() as stream:
        headings = {heading.upper() for heading in first_headings(stream.read(HEADING_BYTES), name)}
    for entity, wanted in HEADINGS.items():
        if wanted <= headings:
            return entity
    raise NotOfThisDataset(f"{name}: headings {sorted(headings)[:6]} are those of no list of practices")


def _with_day(name: str, table: Table) -> tuple[Table, date]:
    """The table with ISO dates, and the one extract date; a cell that is no date stays for quarantine."""
    days = {cell: day_of(cell) for cell in table.frame["extract_on"].dropna().unique()}
    readable = {day for day in days.values() if day is not None}
    if len(readable) != 1:
        seen = sorted(map(str, readable)) or sorted(map(str, days))[:3]
        raise FileRefused(f"{name}: the extract dates are {seen}, not one day (like 01Jan2022)")
    spelt = {cell: day.isoformat() for cell, day in days.items() if day is not None}
    frame = table.frame.assign(extract_on=[spelt.get(cell, cell) for cell in table.frame["extract_on"]])
    return replace(table, frame=frame), readable.pop()
