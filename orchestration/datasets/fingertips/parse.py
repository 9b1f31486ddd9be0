"""Read Fingertips downloads: the wide layout of any indicator, and practice deprivation in six columns.

Belongs here: both layouts, periods, value notes as statuses. Does not: deciles, schemes or rates (staging and
int_fingertips__measured).
"""

import re
from collections.abc import Mapping
from datetime import date

from orchestration.catalogue.models import Entity, ValueStatus
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile
from orchestration.datasets.reading import Sheet, clean, columns_of, financial_year, read_csv, table_from
from orchestration.errors import FileRefused, NotOfThisDataset

WIDE = {27: "wide_27", 26: "wide_26"}
SHORT = 25  # records of the old layout lack the last of its 26 fields
UNUSED = 22  # the 23rd heading is named by the request: it is never read
PRACTICE_HEADER = ("IndicatorID", "Year", "AreaCode", "AreaName", "IsAreaCurrent", "Value")
ABSENCES: Mapping[str, ValueStatus] = {
    "value suppressed": ValueStatus.SUPPRESSED,
    "value missing": ValueStatus.MISSING_AT_SOURCE,
    "value for": ValueStatus.COMBINED_ELSEWHERE,  # 'Value for Cornwall & Isles of Scilly combined'
}


def parse(source: SourceFile) -> Parsed:
    """One row per published value; periods and statuses that cannot be read send their row to quarantine."""
    sheet = read_csv(source)
    if len(sheet.header) == SHORT + 1 and not sheet.rows:
        sheet = read_csv(source, width=SHORT)
    spec = dataset_spec("fingertips")
    if sheet.header == PRACTICE_HEADER:
        return _practice_deprivation(sheet, spec.entity("practice_deprivation"))
    if len(sheet.header) not in WIDE or sheet.header[:2] != ("Indicator ID", "Indicator Name"):
        raise NotOfThisDataset(
            f"{source.name}: {len(sheet.header)} headings from {list(sheet.header)[:3]}; no layout of Fingertips"
        )
    return _indicators(sheet, spec.entity("indicators"))


def _practice_deprivation(sheet: Sheet, entity: Entity) -> Parsed:
    positions = columns_of(sheet, entity)
    years = sorted(
        {int(row[positions["imd_version"]]) for _, row in sheet.rows if row[positions["imd_version"]].isdigit()}
    )
    if not years:
        raise FileRefused(f"{sheet.name}: no row names an edition of the index in the column Year")
    return Parsed(
        layout="practice_deprivation_6",
        tables={entity.name: table_from(sheet.rows, positions, malformed=sheet.malformed)},
        period_start=date(years[0], 1, 1),
        period_end=date(years[-1], 12, 31),
        period_label="indicator 93553",
        notes=sheet.notes,
    )


def _indicators(sheet: Sheet, entity: Entity) -> Parsed:
    named = Sheet(sheet.name, _without_the_request(sheet.header), sheet.rows, sheet.malformed, sheet.notes)
    positions = columns_of(named, entity)
    width = len(sheet.rows[0][1]) if sheet.rows else 0
    derived = {"period_start": width, "period_end": width + 1, "period_kind": width + 2, "value_status": width + 3}
    rows, malformed, bounds = [], list(sheet.malformed), []
    for number, record in sheet.rows:
        cells = [clean(cell) for cell in record]
        period = period_of(cells[positions["time_period"]])
        status = status_of(cells[positions["value"]], cells[positions["value_note"]])
        if period is None:
            malformed.append(
                Malformed(number, "time_period_unreadable", "time_period", cells[positions["time_period"]])
            )
        elif status is None:
            malformed.append(Malformed(number, "value_note_unknown", "value_note", cells[positions["value_note"]]))
        else:
            bounds.append(period[:2])
            rows.append((number, [*cells, period[0].isoformat(), period[1].isoformat(), period[2], str(status)]))
    if not rows:
        raise FileRefused(f"{sheet.name}: no row has a period and a value that can be read")
    indicators = sorted({row[positions["indicator_id"]] for _, row in rows})
    return Parsed(
        layout=WIDE[len(sheet.header)],
        tables={entity.name: table_from(rows, {**positions, **derived}, malformed=tuple(malformed))},
        period_start=min(start for start, _ in bounds),
        period_end=max(end for _, end in bounds),
        period_label=f"indicator {', '.join(indicators)}",
        notes=sheet.notes,
    )


def _without_the_request(header: tuple[str, ...]) -> tuple[str, ...]:
    """The header with its 23rd heading blanked: the request can name it like another column."""
    return (*header[:UNUSED], "", *header[UNUSED + 1 :])


def period_of(text: str) -> tuple[date, date, str] | None:
    """First day, last day and kind of '2019/20', '2015', '2001 - 03' or '2016/17 - 20/21'; None for other text."""
    if re.fullmatch(r"(19|20)\d{2}", text):
        return date(int(text), 1, 1), date(int(text), 12, 31), "calendar_year"
    if year := financial_year(text):
        if "/" in text:
            return *year, "financial_year"
        return None
    if match := re.fullmatch(r"((?:19|20)\d{2}) - (\d{2})", text):
        first = int(match[1])
        last = first + (int(match[2]) - first) % 100
        return date(first, 1, 1), date(last, 12, 31), "rolling"
    if match := re.fullmatch(r"((?:19|20)\d{2})/\d{2} - \d{2}/(\d{2})", text):
        first = int(match[1])
        last = first + (int(match[2]) - first) % 100
        return date(first, 4, 1), date(last, 3, 31), "rolling"
    return None


def status_of(value: str, note: str) -> ValueStatus | None:
    """Why a value is or is not there; None when it is absent and the note says nothing that is known."""
    if value:
        return ValueStatus.VALUE
    if not note:
        return ValueStatus.MISSING_AT_SOURCE
    for beginning, status in ABSENCES.items():
        if note.casefold().startswith(beginning):
            return status
    return None
