"""Read a month of Mental Health Services Monthly Statistics.

Belongs here: the eleven-column CSV in its variants, which rows are used, the state that the file says it is in. Does
not: telling organisations from strata (dbt staging), or making rates: they are published beside their parts.

The main monthly file has hundreds of thousands of rows, so records are streamed. Rows that are
not used are counted under the rule that names why.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import MONTHS, month_bounds
from orchestration.datasets.protocol import Malformed, Parsed, ReleaseStatus, SourceFile, Table
from orchestration.datasets.reading import CsvStream, Sheet, clean, columns_of, is_reissue, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

USED_MEASURES = re.compile(r"MRS\d+[a-z]*|EIP23[abi]|MHS81a?")
ORGANISATIONS = (
    "England", "Provider", "Commissioning Region",
    "ICB - GP Practice or Residence", "ICB of GP Practice or Residence",
    "STP - GP Practice or Residence", "STP of GP Practice or Residence",
    "Sub ICB - GP Practice or Residence", "Sub ICB of GP Practice or Residence",
    "CCG - GP Practice or Residence", "CCG of GP Practice or Residence",
)  # fmt: skip
STRATA = (
    "Age", "Age Group", "Age Band", "Gender", "IMD Decile",
    "Ethnicity", "Upper Ethnicity", "Ethnicity (Higher Level)",
)  # fmt: skip
STATUSES: dict[str, ReleaseStatus] = {"Provisional": "provisional", "Performance": "final", "Final": "revised"}
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NONE = "NONE"


def parse(source: SourceFile) -> Parsed:
    """One row per window of months, organisation, stratum and measure that is used, all of one month and one state."""
    entity = dataset_spec("mhsds").entity("measures")
    records = iter(CsvStream(source.name, lambda: source.path.open("rb")))
    header = Sheet(source.name, tuple(clean(cell) for cell in next(records)[1]), [])
    positions = _positions(header, entity)
    rows, malformed, ignored = _used(records, positions, len(header.header))
    if not rows:
        raise NotOfThisDataset(
            f"{source.name}: none of its {sum(ignored.values()) + len(malformed)} rows is of a measure and breakdown "
            "that is used (MRS…, EIP23…, MHS81); it is another product of the data set"
        )
    table = table_from(rows, positions, malformed=tuple(malformed), ignored=ignored)
    for column in ("period_start", "period_end"):
        table.frame[column] = [_iso(cell) for cell in table.frame[column]]
    start, end = _month(table, source.name)
    status = _one(table, "status", source.name)
    if status not in STATUSES:
        raise FileRefused(f"{source.name}: STATUS is {status!r}, not one of {list(STATUSES)}")
    return Parsed(
        layout=_layout(table),
        tables={"measures": table},
        period_start=start,
        period_end=end,
        period_label=f"{MONTHS[start.month - 1].capitalize()} {start.year}, {_product(table)}",
        release_status=_release_status(status, source.name),
        notes=unknown_headings(header, positions),
    )


def _positions(header: Sheet, entity: Entity) -> dict[str, int]:
    """Position of each column; NotOfThisDataset when fewer than half of the headings are there."""
    known = {
        heading.casefold(): column.name
        for column in entity.columns
        for heading in (column.source, *column.aliases)
        if heading
    }
    present = {known[heading.casefold()] for heading in header.header if heading.casefold() in known}
    if len(present) * 2 < len(entity.columns):
        raise NotOfThisDataset(
            f"{header.name}: the headings are {list(header.header)[:8]}, not REPORTING_PERIOD_START, STATUS …"
        )
    return columns_of(header, entity)


def _used(
    records: Iterator[tuple[int, list[str]]], positions: dict[str, int], width: int
) -> tuple[list[tuple[int, list[str]]], list[Malformed], Counter[str]]:
    """Rows that are used, records of a wrong width, and the others counted by rule."""
    measure, breakdown = positions["measure_code"], positions["breakdown"]
    rows: list[tuple[int, list[str]]] = []
    malformed: list[Malformed] = []
    ignored: Counter[str] = Counter()
    for number, record in records:
        if len(record) != width:
            malformed.append(Malformed(number, f"fields:{len(record)}_not_{width}"))
        elif not USED_MEASURES.fullmatch(record[measure].strip()):
            ignored["measure_not_used"] += 1
        elif not _is_used(record[breakdown].strip()):
            ignored["breakdown_not_used"] += 1
        else:
            rows.append((number, record))
    return rows, malformed, ignored


def _is_used(breakdown: str) -> bool:
    organisation, _, stratum = breakdown.partition("; ")
    return organisation in ORGANISATIONS and (not stratum or stratum in STRATA)


def _iso(cell: str | None) -> str | None:
    """'30/04/2024' as '2024-04-30'; anything else as it is, to be judged as a date by the schema."""
    match = DAY.fullmatch(cell or "")
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else cell


def _one(table: Table, column: str, name: str) -> str:
    """The one value of a column; refuses a file of several."""
    values = sorted({str(cell) for cell in table.frame[column]})
    if len(values) != 1:
        raise FileRefused(f"{name}: {column} has the values {values[:4]}; one file holds data in one state")
    return values[0]


def _month(table: Table, name: str) -> tuple[date, date]:
    """First and last day of the month that every window ends with; a cell that is no day is left to the schema."""
    cells = {str(cell) for cell in table.frame["period_end"]}
    ends = sorted(cell for cell in cells if ISO_DAY.fullmatch(cell))
    if len(ends) != 1:
        raise FileRefused(
            f"{name}: REPORTING_PERIOD_END says {ends[:4] or sorted(cells)[:4]}; one file holds one month"
        )
    try:
        day = date.fromisoformat(ends[0])
    except ValueError as error:
        raise FileRefused(f"{name}: REPORTING_PERIOD_END says {ends[0]}, which is no day") from error
    return month_bounds(day.year, day.month)


def _layout(table: Table) -> str:
    """Where the strata of England stand, or that there are none."""
    frame = table.frame[["breakdown", "secondary_level"]].drop_duplicates()
    stratified = [(str(b), str(s)) for b, s in frame.itertuples(index=False) if "; " in str(b)]
    if not stratified:
        return "four_week_waits"
    in_primary = any(b.startswith("England; ") and s == NONE for b, s in stratified)
    return "stratum_in_primary_level" if in_primary else "stratum_in_secondary_level"


def _product(table: Table) -> str:
    """Which of the month's files it is: they hold different measures and don't replace each other."""
    is_waits = all(str(code).startswith("MRS") for code in table.frame["measure_code"].unique())
    return "four-week waits" if is_waits else "main file"


def _release_status(status: str, name: str) -> ReleaseStatus:
    """The state that the file names; a re-issue says so in its name only (`…_v2.csv`)."""
    state = STATUSES[status]
    return "revised" if state == "final" and is_reissue(name) else state
