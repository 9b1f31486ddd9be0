"""Read a month of community health services waiting lists.

Belongs here: tables 1 to 4g of the monthly workbook, joining the bands of weeks to the whole list. Does not: judging
values, adding services up (dbt).

A record of waits is one cell of table 4 (row × 1,000 + column, rows running on through the workbook) with the cells
that stand in the same place of tables 4a to 4g; a record of the series is one cell as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_in_cell, month_of
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, clean, table_of
from orchestration.datasets.worksheets import labelled_cells, read_workbook, record_offsets, table_below
from orchestration.errors import FileRefused, NotOfThisDataset

COVER, OVERVIEW, SERIES, NOT_SUBMITTED, WHOLE = "Cover page", "Table 3", "Table 2", "Table 1", "Table 4"
HEADINGS = ("Organisation Type", "Organisation Code", "Organisation Name")
BANDS = {
    "0-1": "waiting_0_to_1_weeks",
    "1-2": "waiting_1_to_2_weeks",
    "2-4": "waiting_2_to_4_weeks",
    "4-12": "waiting_4_to_12_weeks",
    "12-18": "waiting_12_to_18_weeks",
    "18-52": "waiting_18_to_52_weeks",
    "52": "waiting_over_52_weeks",
}
SUMMARIES = ("England", "Adult services", "CYP services")
NATIONAL, ENGLAND_CODE = "National", "ENG"
Book = Mapping[str, Sequence[Sequence[object]]]
Record = dict[str, str | int | None]


@dataclass(frozen=True)
class Wide:
    """One of tables 4 to 4g: its organisations and services as printed, cells by organisation's place and service."""

    header: tuple[str, ...]
    organisations: tuple[tuple[str, str, str], ...]
    rows: list[tuple[int, list[str]]]

    @property
    def services(self) -> list[tuple[int, str]]:
        """Place and heading of every service."""
        return [(at, heading) for at, heading in enumerate(self.header) if at >= len(HEADINGS) and heading]


def parse(source: SourceFile) -> Parsed:
    """One row per organisation and service of the workbook's month, and England's series up to it."""
    name = source.name
    book = read_workbook(source.path, name)
    if WHOLE not in book or not book[WHOLE] or "by service" not in _title(book[WHOLE]):
        raise NotOfThisDataset(f"{name}: no sheet {WHOLE!r} with a waiting list by service; it has {list(book)}")
    offsets = record_offsets(book)
    start, end = _month(name, _title(book[WHOLE]))
    constants = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    whole = _wide(name, WHOLE, book[WHOLE], offsets[WHOLE])
    bands = _bands(name, book, offsets, whole, (start, end))
    records, not_provided = _waits(whole, bands)
    overview, repeated, malformed = _overview(name, book, offsets, records)
    _check_england(name, records)
    spec = dataset_spec("community_waits")
    ignored = {"no_submission_for_the_service": not_provided, "repeats_table_4": repeated}
    tables = {
        "waits": table_of(
            spec.entity("waits"), [*records, *overview], malformed=malformed, ignored=ignored, constants=constants
        ),
        "national_series": _series(name, spec.entity("national_series"), book, offsets),
        "non_submissions": _non_submissions(name, spec.entity("non_submissions"), book, offsets),
    }
    about = labelled_cells(book.get(COVER, ()))
    revised = day_of(about.get("revised", ""))
    return Parsed(
        layout="monthly_workbook",
        tables=tables,
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m}",
        published_on=revised or day_of(about.get("published", "")),
        release_status="revised" if revised else "final",
    )


def _title(rows: Sequence[Sequence[object]]) -> str:
    return clean(str(rows[0][0])) if rows and rows[0] else ""


def _month(name: str, title: str) -> tuple[date, date]:
    """The month at the end of a table's title ('… by service, August 2024')."""
    month = month_of(title.rpartition(",")[2])
    if month is None:
        raise FileRefused(f"{name}: the title {title!r} does not end with a month like 'August 2024'")
    return month


def _wide(name: str, sheet: str, rows: Sequence[Sequence[object]], offset: int) -> Wide:
    table = table_below(name, sheet, rows, HEADINGS, offset=offset)
    kind, code, label = (table.header.index(heading) for heading in HEADINGS)
    if (kind, code, label) != (0, 1, 2):
        raise FileRefused(f"{name}: sheet {sheet!r} should start with the columns {list(HEADINGS)}")
    organisations = tuple((clean(row[0]), clean(row[1]), clean(row[2])) for _, row in table.rows)
    return Wide(table.header, organisations, table.rows)


def _band(title: str) -> str | None:
    """Column of the band that a title or heading names: 'Number waiting >1-2 weeks …', 'Waiting >52 weeks'."""
    match = re.search(r"waiting\s*(?:>|over)?\s*(\d+(?:-\d+)?)\s*weeks", title, re.IGNORECASE)
    return BANDS.get(match[1]) if match else None


def _bands(name: str, book: Book, offsets: Mapping[str, int], whole: Wide, month: tuple[date, date]) -> dict[str, Wide]:
    """Tables of the bands by column; each must have the organisations and services of table 4 in the same order."""
    found: dict[str, Wide] = {}
    for sheet, rows in book.items():
        band = _band(_title(rows)) if re.fullmatch(rf"{WHOLE}\s*[a-z]", sheet, re.IGNORECASE) else None
        if band is None:
            continue
        table = _wide(name, sheet, rows, offsets[sheet])
        if (table.header, table.organisations) != (whole.header, whole.organisations):
            raise FileRefused(f"{name}: sheet {sheet!r} has other organisations or services than {WHOLE!r}")
        if band in found or _month(name, _title(rows)) != month:
            raise FileRefused(f"{name}: sheet {sheet!r} ({_title(rows)!r}) repeats a band or is of another month")
        found[band] = table
    if missing := set(BANDS.values()) - set(found):
        raise FileRefused(f"{name}: no sheet for the bands {sorted(missing)}")
    return found


def _waits(whole: Wide, bands: Mapping[str, Wide]) -> tuple[list[Record], int]:
    """A record per organisation and service that has any number, and how many have none."""
    records: list[Record] = []
    blank = 0
    for place, (number, row) in enumerate(whole.rows):
        kind, code, label = whole.organisations[place]
        for at, service in whole.services:
            cells = {band: table.rows[place][1][at].strip() or None for band, table in bands.items()}
            cells["waiting_list"] = row[at].strip() or None
            if not any(cells.values()):
                blank += 1
                continue
            records.append(
                {
                    **cells,
                    "organisation_type": kind,
                    "organisation_code": code or (ENGLAND_CODE if kind == NATIONAL else None),
                    "organisation_name": label,
                    "service": service,
                    "source_row": number * 1000 + at,
                }
            )
    return records, blank


def _overview(
    name: str, book: Book, offsets: Mapping[str, int], records: Sequence[Record]
) -> tuple[list[Record], int, tuple[Malformed, ...]]:
    """Table 3: England's three totals, rows that repeat table 4, rows that say something else."""
    if OVERVIEW not in book:
        return [], 0, ()
    table = table_below(name, OVERVIEW, book[OVERVIEW], ("Total waiting list",), offset=offsets[OVERVIEW])
    columns = {"waiting_list": table.header.index("Total waiting list")}
    columns |= {band: at for at, heading in enumerate(table.header) if (band := _band(heading))}
    known = {record["service"]: record for record in records if record["organisation_type"] == NATIONAL}
    totals: list[Record] = []
    malformed: list[Malformed] = []
    repeated = 0
    for number, row in table.rows:
        service = clean(row[0])
        cells = {column: row[at].strip() or None for column, at in columns.items()}
        if service in SUMMARIES:
            england = {"organisation_type": NATIONAL, "organisation_code": ENGLAND_CODE, "organisation_name": "England"}
            totals.append({**cells, **england, "service": service, "source_row": number * 1000})
        elif service in known and all(known[service][column] == cell for column, cell in cells.items()):
            repeated += 1
        else:
            malformed.append(Malformed(number * 1000, "differs_from_table_4", "service", service))
    return totals, repeated, tuple(malformed)


def _check_england(name: str, records: Sequence[Record]) -> None:
    """Refuse the file when the providers of a service do not add up to England: rows are lost or stand twice.

    Services that no provider has are published for England only.
    """
    columns = ("waiting_list", *BANDS.values())
    sums: dict[tuple[str, str], float] = {}
    for record in records:
        if record["organisation_type"] == "Provider":
            for column in columns:
                key = (str(record["service"]), column)
                sums[key] = sums.get(key, 0) + _number(record[column])
    for record in records:
        for column in columns if record["organisation_type"] == NATIONAL else ():
            ours, theirs = sums.get((str(record["service"]), column)), _number(record[column])
            if ours is not None and ours != theirs:
                raise FileRefused(
                    f"{name}: {record['service']}, {column}: providers add up to {ours:g}, England's row says "
                    f"{theirs:g}; rows are missing or stand twice"
                )


def _number(cell: str | int | None) -> float:
    text = str(cell or "")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0


def _series(name: str, entity: Entity, book: Book, offsets: Mapping[str, int]) -> Table:
    """Table 2: a cell per service and month that is filled in."""
    if SERIES not in book:
        return table_of(entity, [])
    table = table_below(name, SERIES, book[SERIES], ("Service",), offset=offsets[SERIES])
    records: list[Record] = [
        {"month": month, "service": clean(row[0]), "waiting_list": row[at].strip(), "source_row": number * 1000 + at}
        for number, row in table.rows
        for at, month in _months(table)
        if row[at].strip()
    ]
    return table_of(entity, records)


def _non_submissions(name: str, entity: Entity, book: Book, offsets: Mapping[str, int]) -> Table:
    """Table 1: a cell per organisation and month that is filled in; England's kind is left blank."""
    if NOT_SUBMITTED not in book:
        return table_of(entity, [])
    table = table_below(
        name, NOT_SUBMITTED, book[NOT_SUBMITTED], (HEADINGS[0], HEADINGS[2]), offset=offsets[NOT_SUBMITTED]
    )
    kind, label = table.header.index(HEADINGS[0]), table.header.index(HEADINGS[2])
    records: list[Record] = [
        {
            "month": month,
            "organisation_type": clean(row[kind]) or NATIONAL,
            "organisation_name": clean(row[label]),
            "not_submitted": row[at].strip(),
            "source_row": number * 1000 + at,
        }
        for number, row in table.rows
        for at, month in _months(table)
        if row[at].strip()
    ]
    return table_of(entity, records)


def _months(table: Sheet) -> list[tuple[int, str]]:
    """Place and first day of every column that is headed by a month."""
    months = [(at, month_in_cell(heading)) for at, heading in enumerate(table.header)]
    return [(at, month[0].isoformat()) for at, month in months if month]
