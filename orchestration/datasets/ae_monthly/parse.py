"""Read a month of A&E attendances and emergency admissions.

Belongs here: the CSV layout of the monthly publication. Does not: judging values, joining months.
"""

from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import month_of
from orchestration.datasets.protocol import Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, columns_of, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused

PERIOD, CODE = "Period", "Org Code"


def parse(source: SourceFile) -> Parsed:
    """One row per organisation of the month that the file covers; the total row is checked, then ignored."""
    entity = dataset_spec("ae_monthly").entity("attendances")
    sheet = read_csv(source)
    positions = columns_of(sheet, entity)
    period, code = _position(sheet, PERIOD), positions["organisation_code"]
    totals = [row for row in sheet.rows if _is_total(row[1][period]) or _is_total(row[1][code])]
    rows = [row for row in sheet.rows if row not in totals]
    start, end = _one_month(sheet, {row[period] for _, row in rows})
    counts = {
        name: at
        for name, at in positions.items()
        if name not in ("organisation_code", "organisation_name", "parent_name")
    }
    _check_totals(sheet, rows, totals, counts)
    constants = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    table: Table = table_from(
        rows, positions, malformed=sheet.malformed, ignored={"total_row": len(totals)}, constants=constants
    )
    return Parsed(
        layout="csv_22",
        tables={"attendances": table},
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m}",
        release_status="revised" if "revised" in source.name.casefold() else "final",
        notes=sheet.notes + unknown_headings(sheet, {**positions, "period": period}),
    )


def _position(sheet: Sheet, heading: str) -> int:
    try:
        return sheet.header.index(heading)
    except ValueError:
        raise FileRefused(f"{sheet.name}: column {heading!r} is missing; the file is not an A&E month") from None


def _is_total(cell: str) -> bool:
    """The total row's label is TOTAL, Total, 'Total ' or TOTAl, in any of its text columns."""
    return cell.strip().casefold() == "total"


def _one_month(sheet: Sheet, labels: set[str]) -> tuple[date, date]:
    """Bounds of the single month that all rows name ('MSitAE-APRIL-2021')."""
    months = {month_of(label) for label in labels}
    month = months.pop() if len(months) == 1 else None
    if month is None:
        raise FileRefused(f"{sheet.name}: the Period column names {sorted(labels)[:3]}, not one month")
    return month


def _check_totals(
    sheet: Sheet, rows: list[tuple[int, list[str]]], totals: list[tuple[int, list[str]]], counts: dict[str, int]
) -> None:
    """Refuse the file when a total row differs from the sum of the organisations: rows are lost or doubled (D12)."""
    for _, total in totals:
        for name, at in counts.items():
            cells = [row[at].strip() for _, row in rows]
            if not total[at].strip().isdigit() or not all(cell.isdigit() for cell in cells):
                continue
            if int(total[at]) != sum(map(int, cells)):
                raise FileRefused(
                    f"{sheet.name}: {name} adds up to {sum(map(int, cells))}, the total row says {total[at].strip()}; "
                    "rows are missing or stand twice"
                )
