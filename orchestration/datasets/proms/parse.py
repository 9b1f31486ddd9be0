"""Read PROMs for hip and knee replacement: records, share improved, time series and the equality table.

Belongs here: which CSV is which table (by its headings), the year, the headings that differ by procedure and over the
years, a row per year from the time series. Does not: health gains, strata, disclosure control (dbt).

Of the 81 columns of a record those are read that a figure or a completeness check needs; single answers and illnesses
are left in the archive, because together they could make a person recognisable. A row of the time series becomes one
row per year: rows read are counted so, and ``source_row`` is record number × 100 + the year's last two digits.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import financial_year, financial_year_bounds, financial_year_label, financial_years_in
from orchestration.datasets.protocol import Malformed, Parsed, ReleaseStatus, SourceFile, Table
from orchestration.datasets.reading import (
    MAX_FIELD_CHARACTERS,
    Sheet,
    clean,
    columns_of,
    decode,
    first_headings,
    is_zip,
    members_of,
    read_csv_bytes,
    table_from,
    unknown_headings,
)
from orchestration.errors import FileRefused, NotOfThisDataset

MARKS_OF = {
    "records": {"PROVIDER CODE", "PROCEDURE", "YEAR", "AGE BAND", "GENDER"},
    "key_facts": {"PROCEDURE", "ORGANISATION TYPE", "ORGANISATION CODE", "MEASURE", "% IMPROVED"},
    "time_series": {"ORGCODE", "PROCEDURE", "MEASURE"},
    "equality": {"DIMENSION", "VALUE", "PROCEDURE", "MEASURE", "IMPROVED"},
}
YEARLY = re.compile(r"(Modelled_Records|Adjusted_Health_Gain|Outlier)_((?:19|20)\d\d)", re.IGNORECASE)
YEARLY_COLUMNS = {
    "modelled_records": "modelled_records",
    "adjusted_health_gain": "adjusted_health_gain",
    "outlier": "outlier_status",
}
PROCEDURE = re.compile(r"^(Hip|Knee) Replacement (?=.)")
OXFORD = re.compile(r"^O[HK]S (?=Post-Op Q Predicted$)")

Year = tuple[date, date]
Reader = Callable[[str, bytes, Year | None], tuple[Table, tuple[Year, ...], tuple[str, ...]]]


def parse(source: SourceFile) -> Parsed:
    """Tables of the file, of one year (the time series: of several)."""
    members, others = _members(source)
    if not members:
        raise NotOfThisDataset(
            f"{source.name}: no table of PROMs by its headings (records, share improved, time series, equality); "
            f"seen: {others[:5] or 'no CSV file'}"
        )
    tables: dict[str, Table] = {}
    years: set[Year] = set()
    notes: list[str] = []
    for kind, found in members.items():
        read = [READERS[kind](name, content, _year_in(name) or _year_in(source.name)) for name, content in found]
        tables[kind] = _one_below_the_other([table for table, _, _ in read])
        if kind != "time_series" and len({year for _, of_table, _ in read for year in of_table}) > 1:
            raise FileRefused(f"{source.name}: the tables of {kind} are of different years; give each its own file")
        years |= {year for _, of_table, _ in read for year in of_table}
        notes += [note for _, _, heard in read for note in heard]
    if others:
        notes.append(f"members not read ({len(others)}): {', '.join(others)}")
    start, end = min(years)[0], max(years)[1]
    return Parsed(
        layout="data_pack_zip" if is_zip(source) else "table_csv",
        tables=tables,
        period_start=start,
        period_end=end,
        period_label=financial_year_label(start.year) if len(years) == 1 else f"{start.year} to {end.year}",
        release_status=_status(source.name, *(name for found in members.values() for name, _ in found)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _entity(name: str) -> Entity:
    return dataset_spec("proms").entity(name)


def _members(source: SourceFile) -> tuple[dict[str, list[tuple[str, bytes]]], list[str]]:
    """Name and bytes of the CSV files by the table they are, and the names of other members."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    others: list[str] = []
    if not is_zip(source):
        content = source.path.read_bytes()
        kind = _kind_of(content, source.name)
        return ({kind: [(source.name, content)]} if kind else {}), others
    with zipfile.ZipFile(source.path) as archive:
        for name in sorted(members_of(archive)):
            plain = name.rpartition("/")[2]
            kind = _kind_of(archive.open(name).readline(), plain) if plain.lower().endswith(".csv") else None
            if kind:
                found.setdefault(kind, []).append((plain, archive.read(name)))
            else:
                others.append(plain)
    return found, others


def _kind_of(first_line: bytes, name: str) -> str | None:
    """The table whose headings a line holds; None for any other line."""
    headings = {heading.upper() for heading in first_headings(first_line, name)}
    for kind, marks in MARKS_OF.items():
        if headings >= marks and (kind != "time_series" or any(YEARLY.fullmatch(heading) for heading in headings)):
            return kind
    return None


def _status(*names: str) -> ReleaseStatus:
    """Provisional where a name says so; nothing else says whether the figures are final."""
    return "provisional" if any("provisional" in name.casefold() for name in names) else "final"


def _year_in(name: str) -> Year | None:
    """The one financial year written in a name ('1819', '2018-19', 'FY18_19'); None when there is none or two."""
    starts = financial_years_in(name)
    return financial_year_bounds(starts.pop()) if len(starts) == 1 else None


def _known(year: Year | None, name: str) -> Year:
    if year is None:
        raise FileRefused(
            f"{name}: the table names no year; its name should give one like 1819 or 2018-19. "
            "Give the file the name that the publisher gave it."
        )
    return year


def _constants(year: Year) -> dict[str, str | None]:
    return {"period_start": year[0].isoformat(), "period_end": year[1].isoformat()}


def _records(name: str, content: bytes, _: Year | None) -> tuple[Table, tuple[Year, ...], tuple[str, ...]]:
    """Records of one procedure and year; the columns that are needed are picked row by row."""
    text, notes = decode(content, name)
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = tuple(_plain(clean(cell)) for cell in next(reader))
    positions = columns_of(Sheet(name, header, []), _entity("records"))
    at_year = header.index("Year")
    picked = [at_year, *positions.values()]
    rows: list[tuple[int, list[str]]] = []
    malformed: list[Malformed] = []
    try:
        for number, record in enumerate(reader, start=2):
            if len(record) == len(header):
                rows.append((number, [record[index] for index in picked]))
            elif any(cell.strip() for cell in record):
                malformed.append(Malformed(number, f"fields:{len(record)}_not_{len(header)}"))
    except csv.Error as error:
        raise FileRefused(f"{name}: line {reader.line_num} is not valid CSV ({error})") from error
    labels = {row[0].strip() for _, row in rows}
    year = financial_year(labels.pop()) if len(labels) == 1 else None
    if year is None:
        raise FileRefused(
            f"{name}: column 'Year' should name one year like 2018/19 in every record; found {sorted(labels)}"
        )
    table = table_from(
        rows,
        {column: index for index, column in enumerate(positions, start=1)},
        malformed=tuple(malformed),
        constants=_constants(year),
    )
    table.frame["record"] = table.frame["source_row"].astype(str).astype("object")
    left = len(header) - len(picked)
    return table, (year,), (*notes, f"{left} columns with single answers and illnesses not read")


def _plain(heading: str) -> str:
    """A heading without what differs by procedure: its name before it, the spelling of EQ-5D, the name of the score."""
    plain = PROCEDURE.sub("", heading.replace("_", " ")).replace("EQ 5D", "EQ5D")
    return OXFORD.sub("Oxford ", plain)


def _key_facts(name: str, content: bytes, year: Year | None) -> tuple[Table, tuple[Year, ...], tuple[str, ...]]:
    """Share improved by organisation; percentages without their sign."""
    table, years, notes = _of_named_year("key_facts", name, content, year)
    table.frame["improved_percentage"] = [
        cell and cell.removesuffix("%") for cell in table.frame["improved_percentage"]
    ]
    return table, years, notes


def _equality(name: str, content: bytes, year: Year | None) -> tuple[Table, tuple[Year, ...], tuple[str, ...]]:
    """England by group."""
    return _of_named_year("equality", name, content, year)


def _of_named_year(
    kind: str, name: str, content: bytes, year: Year | None
) -> tuple[Table, tuple[Year, ...], tuple[str, ...]]:
    """A table whose year stands in its name."""
    sheet = read_csv_bytes(content, name)
    positions = columns_of(sheet, _entity(kind))
    year = _known(year, name)
    table = table_from(sheet.rows, positions, malformed=sheet.malformed, constants=_constants(year))
    return table, (year,), sheet.notes


def _time_series(name: str, content: bytes, _: Year | None) -> tuple[Table, tuple[Year, ...], tuple[str, ...]]:
    """A row per organisation, procedure, measure and year, from columns per year."""
    sheet = read_csv_bytes(content, name)
    positions = columns_of(sheet, _entity("time_series"))
    by_year: dict[int, dict[str, int]] = {}
    for index, heading in enumerate(sheet.header):
        if match := YEARLY.fullmatch(heading):
            by_year.setdefault(int(match[2]), {})[YEARLY_COLUMNS[match[1].lower()]] = index
    if short := [year for year, columns in by_year.items() if len(columns) != len(YEARLY_COLUMNS)]:
        raise FileRefused(f"{name}: of the year {min(short)} not all of {sorted(YEARLY_COLUMNS)} stand in the headings")
    tables, years = [], []
    for first, columns in sorted(by_year.items()):
        year = financial_year_bounds(first)
        table = table_from(sheet.rows, {**positions, **columns}, malformed=sheet.malformed, constants=_constants(year))
        tables.append(_numbered(table, factor=100, offset=first % 100))
        years.append(year)
    known = {**positions, **{f"{y} {c}": i for y, columns in by_year.items() for c, i in columns.items()}}
    return _joined(tables), tuple(years), (*sheet.notes, *unknown_headings(sheet, known))


def _numbered(table: Table, *, factor: int = 1, offset: int = 0) -> Table:
    """The table with every row number times ``factor`` plus ``offset``."""
    frame = table.frame.assign(source_row=table.frame["source_row"] * factor + offset)
    malformed = tuple(replace(fault, source_row=fault.source_row * factor + offset) for fault in table.malformed)
    return replace(table, frame=frame, malformed=malformed)


def _one_below_the_other(tables: Sequence[Table]) -> Table:
    """Tables of one entity as one; row numbers of the next go on after the last of the one before."""
    if len(tables) == 1:
        return tables[0]
    moved, offset = [], 0
    for table in tables:
        moved.append(_numbered(table, offset=offset))
        offset = max([offset, *moved[-1].frame["source_row"], *(fault.source_row for fault in moved[-1].malformed)])
    return _joined(moved)


def _joined(tables: Iterable[Table]) -> Table:
    import pandas as pd

    parts = list(tables)
    return Table(
        pd.concat([part.frame for part in parts], ignore_index=True),
        sum(part.read for part in parts),
        {},
        tuple(fault for part in parts for fault in part.malformed),
    )


READERS: Mapping[str, Reader] = {
    "records": _records,
    "key_facts": _key_facts,
    "time_series": _time_series,
    "equality": _equality,
}
