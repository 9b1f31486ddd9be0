"""Read the monthly CSV files of Maternity Services Monthly Statistics.

Belongs here: the data, measures and data quality files under the headings of each year, the state in the file's name.
Does not: the window that a metric really covers, or making rates (dbt).

The headings changed between years and the same nine columns hold counts and metrics, so rows are told apart by what
they say: a row whose measure is Numerator, Denominator, Rate or Result is of a metric, any other one a count.
"""

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import MONTHS, month_bounds
from orchestration.datasets.protocol import Malformed, Parsed, ReleaseStatus, SourceFile, Table
from orchestration.datasets.reading import CsvStream, Sheet, clean, columns_of, is_reissue, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

if TYPE_CHECKING:
    import pandas as pd

NATIONAL, WHOLE = "National", "All"
UNUSED_LEVELS = frozenset({
    "MBRRACE Grouping", "Mbrrace", "Local Maternity System", "LMNS", "Local Authority of Residence", "Booking Site",
    "Delivery Site",
})  # fmt: skip
PROVISIONAL = re.compile(r"prov(?!id)", re.IGNORECASE)
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?")
FIRST_OF_2024 = "reportingperiodstartdate"
DATA_QUALITY = ("DataTable", "Data_Table")

Rows = list[tuple[int, list[str]]]


def parse(source: SourceFile) -> Parsed:
    """Counts and metrics of one month, or its data quality; the state of the figures is read from the name."""
    records = iter(CsvStream(source.name, lambda: source.path.open("rb")))
    header = Sheet(source.name, tuple(clean(cell) for cell in next(records)[1]), [])
    kind = _kind(header)
    positions = columns_of(header, _entity(kind))
    rows, malformed, ignored = [], [], Counter[str]()
    for number, record in records:
        if len(record) != len(header.header):
            malformed.append(Malformed(number, f"fields:{len(record)}_not_{len(header.header)}"))
        elif kind == "counts" and record[positions["organisation_level"]].strip() in UNUSED_LEVELS:
            ignored["organisation_level_not_used"] += 1
        else:
            rows.append((number, record))
    if not rows:
        raise FileRefused(f"{source.name}: the file has the headings and no row that can be read")
    tables = _tables(kind, rows, positions, source.name, tuple(malformed), ignored)
    start, end = _month(tables, source.name)
    return Parsed(
        layout=_layout(kind, header),
        tables=tables,
        period_start=start,
        period_end=end,
        period_label=f"{MONTHS[start.month - 1].capitalize()} {start.year}, {' and '.join(tables).replace('_', ' ')}",
        release_status=_release_status(source.name),
        notes=unknown_headings(header, positions),
    )


def _entity(name: str) -> Entity:
    return dataset_spec("maternity_msms").entity(name)


def _kind(header: Sheet) -> str:
    """``data_quality`` or ``counts``; NotOfThisDataset when fewer than half of the headings are there."""
    present = {heading.casefold() for heading in header.header}
    kind = "data_quality" if present & {name.casefold() for name in DATA_QUALITY} else "counts"
    columns = [column for column in _entity(kind).columns if column.source]
    found = [c for c in columns if present & {name.casefold() for name in (c.source or "", *c.aliases)}]
    if len(found) * 2 < len(columns):
        raise NotOfThisDataset(
            f"{header.name}: the headings are {list(header.header)[:9]}, not ReportingPeriodStartDate, Dimension … or "
            "RPStartDate, Indicator …"
        )
    return kind


def _layout(kind: str, header: Sheet) -> str:
    if kind == "data_quality":
        return kind
    is_2024 = any(heading.casefold() == FIRST_OF_2024 for heading in header.header)
    return "headings_2024" if is_2024 else "headings_2023"


def _tables(
    kind: str,
    rows: Rows,
    positions: dict[str, int],
    name: str,
    malformed: tuple[Malformed, ...],
    ignored: Counter[str],
) -> dict[str, Table]:
    """A table per entity that the file has rows of; records that can't be placed are counted with the first."""
    constants = {"status": "provisional" if _release_status(name) == "provisional" else "final"}
    if kind == "data_quality":
        tables = {kind: table_from(rows, positions, malformed=malformed, ignored=ignored, constants=constants)}
    else:
        currencies = set(_entity("indicators").column("currency").values or ())
        at = positions["measure"]
        metrics = [row for row in rows if row[1][at].strip() in currencies]
        counts = [row for row in rows if row[1][at].strip() not in currencies]
        renamed = {"dimension": "indicator", "measure": "currency", "count_of": "indicator_family"}
        of_metrics = {renamed.get(column, column): place for column, place in positions.items()}
        parts = (("counts", counts, positions), ("indicators", metrics, of_metrics))
        present = [part for part in parts if part[1]]
        tables = {
            entity: table_from(
                chosen,
                places,
                malformed=malformed if entity == present[0][0] else (),
                ignored=ignored if entity == present[0][0] else None,
                constants=constants,
            )
            for entity, chosen, places in present
        }
    for entity, table in tables.items():
        _complete(entity, table.frame)
    return tables


def _complete(entity: str, frame: "pd.DataFrame") -> None:
    """Days as ISO, England's code and the totals' label where the publisher leaves them blank, marks beside numbers."""
    for column in ("period_start", "period_end"):
        frame[column] = [_iso(cell) for cell in frame[column]]
    if entity == "data_quality":
        return
    is_national = frame["organisation_level"] == NATIONAL
    frame.loc[is_national, "organisation_code"] = NATIONAL
    if entity == "counts":
        frame["measure"] = [WHOLE if cell is None else cell for cell in frame["measure"]]
    else:
        marks = {mark for mark in _entity("indicators").column("value").marks if mark}
        frame["mark"] = [cell if cell in marks else None for cell in frame["value"]]


def _iso(cell: str | None) -> str | None:
    """'30/04/2024' or '2024-04-30 00:00:00' as '2024-04-30'; anything else as it is, to be judged by the schema."""
    if match := DAY.fullmatch(cell or ""):
        return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    match = ISO_DAY.fullmatch(cell or "")
    return match[1] if match else cell


def _month(tables: dict[str, Table], name: str) -> tuple[date, date]:
    """The one month that rows begin with; a cell that is no day is left to the schema."""
    cells = {str(cell) for table in tables.values() for cell in table.frame["period_start"]}
    starts = sorted(cell for cell in cells if ISO_DAY.fullmatch(cell))
    if len(starts) != 1:
        seen = starts[:4] or sorted(cells)[:4]
        raise FileRefused(f"{name}: the reporting period begins on {seen}; one file holds one month")
    try:
        day = date.fromisoformat(starts[0])
    except ValueError as error:
        raise FileRefused(f"{name}: the reporting period begins on {starts[0]}, which is no day") from error
    return month_bounds(day.year, day.month)


def _release_status(name: str) -> ReleaseStatus:
    """Provisional where the name says so (`msds-may2024Provisional-…`), else final, or revised if it is a re-issue."""
    if PROVISIONAL.search(name):
        return "provisional"
    return "revised" if is_reissue(name) else "final"
