"""Read CVDPREVENT: raw data of one indicator, period and level as CSV or JSON, and lists of what is available.

Belongs here: both shapes of the raw data, windows, levels from codes, notes as statuses. Does not: strata of
observations (int_cvdprevent__measured) or what to ask the interface for (discover.py).
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from orchestration.catalogue.models import Entity, ValueStatus
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import month_of
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, clean, columns_of, decode, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

RAW, AVAILABLE = "indicatorRawData", "DataAvailability"
UNDATED = date(2021, 3, 1)  # a list of what is available names no period; the audit's first extract does
LEVELS = (
    (r"E92\d{6}", "england"), (r"E40\d{6}", "region"), (r"E54\d{6}", "icb"), (r"E38\d{6}", "sub_icb"),
    (r"U\d{5}", "pcn"), (r"[A-Z]\d{5}", "practice"),
)  # fmt: skip
DERIVED = ("area_level", "period_start", "period_end", "period_kind", "value_status")


def parse(source: SourceFile) -> Parsed:
    """One row per published value; a window that cannot be read sends its row to quarantine."""
    with source.path.open("rb") as stream:
        opening = stream.read(16).removeprefix(b"\xef\xbb\xbf").lstrip()
    if opening.startswith((b"{", b"[")):
        return _from_json(source)
    sheet = read_csv(source)
    if not {"IndicatorCode", "MetricCategoryTypeName", "TimePeriodName"} <= set(sheet.header):
        raise NotOfThisDataset(
            f"{source.name}: {len(sheet.header)} headings from {list(sheet.header)[:3]}; no raw data of CVDPREVENT"
        )
    return _outcomes(sheet, "raw_data_csv")


def _from_json(source: SourceFile) -> Parsed:
    text, notes = decode(source.path.read_bytes(), source.name)
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise FileRefused(f"{source.name}: the answer is cut short or no JSON ({error})") from error
    for key in (RAW, AVAILABLE):
        rows = answer.get(key) if isinstance(answer, dict) else None
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            sheet = _sheet(source.name, rows, notes)
            return _outcomes(sheet, "raw_data_json") if key == RAW else _availability(sheet)
    raise FileRefused(
        f"{source.name}: JSON without {RAW!r} or {AVAILABLE!r}: {text[:120]!r}. If the publisher's interface is out of "
        "order, ask again later."
    )


def _sheet(name: str, rows: Sequence[Mapping[str, object]], notes: tuple[str, ...]) -> Sheet:
    """Objects as text records under the names of their fields; null is an empty cell."""
    header = tuple(dict.fromkeys(field for row in rows for field in row))
    records = [
        (number, ["" if row.get(field) is None else str(row[field]) for field in header])
        for number, row in enumerate(rows, start=1)
    ]
    return Sheet(name, header, records, (), notes)


def _outcomes(sheet: Sheet, layout: str) -> Parsed:
    if not sheet.rows and not sheet.malformed:
        raise FileRefused(
            f"{sheet.name}: no row; that is how the publisher answers for a period or level for which an indicator is "
            "not available"
        )
    entity = dataset_spec("cvdprevent").entity("outcomes")
    positions = columns_of(sheet, entity)
    width = len(sheet.header)
    rows, malformed, windows = [], list(sheet.malformed), {}
    for number, record in sheet.rows:
        cells = [clean(cell) for cell in record]
        cell = {name: cells[at] for name, at in positions.items()}
        window = window_of(cell["time_period"])
        status = status_of(cell["value"], cell["value_note"])
        if window is None:
            malformed.append(Malformed(number, "time_period_unreadable", "time_period", cell["time_period"]))
        elif status is None:
            malformed.append(Malformed(number, "value_note_unknown", "value_note", cell["value_note"]))
        else:
            windows[cell["time_period"]] = window
            start, end = window
            level = level_of(cell["area_code"])
            rows.append((number, [*cells, level, start.isoformat(), end.isoformat(), "rolling", str(status)]))
    if not rows:
        raise FileRefused(f"{sheet.name}: no row has a period like 'To March 2026' and a value that can be read")
    derived = {name: width + at for at, name in enumerate(DERIVED)}
    table = table_from(rows, {**positions, **derived}, malformed=tuple(malformed))
    return Parsed(
        layout=layout,
        tables={entity.name: table},
        period_start=min(start for start, _ in windows.values()),
        period_end=max(end for _, end in windows.values()),
        period_label=_label(table, windows),
        notes=sheet.notes + unknown_headings(sheet, positions),
    )


def _label(table: Table, windows: Mapping[str, object]) -> str:
    """'CVDP007HYP, icb, To March 2026': what one answer holds."""
    codes, levels = (sorted(set(table.frame[name].dropna())) for name in ("indicator_code", "area_level"))
    return ", ".join(["/".join(codes), "/".join(levels), "/".join(sorted(windows))])


def _availability(sheet: Sheet) -> Parsed:
    entity: Entity = dataset_spec("cvdprevent").entity("availability")
    notes = sheet.notes
    if sheet.rows:
        positions = columns_of(sheet, entity)
        rows = sheet.rows
    else:
        positions, rows = {column.name: at for at, column in enumerate(entity.columns)}, []
        notes += ("the list is empty: the publisher says nothing about what is available",)
    return Parsed(
        layout="data_availability_json",
        tables={entity.name: table_from(rows, positions)},
        period_start=UNDATED,
        period_end=UNDATED,
        period_label="data availability",
        notes=notes,
    )


def window_of(text: str) -> tuple[date, date] | None:
    """First and last day of 'To March 2026' (the twelve months to its end) or 'Jan 2023 - Dec 2023'; None for others.

    The interface gives 1 January 1900 as the start of a period 'To …': the audit looks at records of the last twelve
    months, whatever was diagnosed before.
    """
    if match := re.fullmatch(r"To ([A-Z][a-z]+ (?:19|20)\d{2})", text):
        month = month_of(match[1])
        if month is None:
            return None
        start, end = month
        return date(start.year - (start.month < 12), start.month % 12 + 1, 1), end
    if match := re.fullmatch(r"([A-Z][a-z]+ (?:19|20)\d{2}) ?[-–] ?([A-Z][a-z]+ (?:19|20)\d{2})", text):
        first, last = month_of(match[1]), month_of(match[2])
        if first and last and first[0] <= last[0]:
            return first[0], last[1]
    return None


def level_of(code: str) -> str:
    """Level of the area that a code stands for; empty for a code of no known kind, which the schema refuses."""
    return next((level for pattern, level in LEVELS if re.fullmatch(pattern, code)), "")


def status_of(value: str, note: str) -> ValueStatus | None:
    """Why a value is or is not there; None when it is absent and the note says nothing that is known."""
    if value:
        return ValueStatus.VALUE
    if not note:
        return ValueStatus.MISSING_AT_SOURCE
    return ValueStatus.SUPPRESSED if "suppressed for disclosure" in note.casefold() else None
