"""Read Fingertips: the wide CSV of any indicator, practice deprivation in six columns, metadata and upload dates.

Belongs here: all layouts, periods, value notes as statuses, breakdowns with index and geography. Does not: which
indicator is a measure, strata of observations (int_fingertips__classified) or rates (int_fingertips__measured).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.catalogue.models import Entity, ValueStatus
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import financial_year, month_bounds, month_of
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile
from orchestration.datasets.reading import Sheet, clean, columns_of, decode, read_csv, table_from
from orchestration.errors import FileRefused, NotOfThisDataset

WIDE = {27: "wide_27", 26: "wide_26"}
WIDE_BY_NAME = "wide_by_name"
BEFORE_THE_REQUEST = "comparedtoengland"  # the next heading is named by the request: its column is never read
PRACTICE_HEADER = ("IndicatorID", "Year", "AreaCode", "AreaName", "IsAreaCurrent", "Value")
UNDATED = date(2012, 11, 1)  # metadata tell of no period; Fingertips opened then
NAMED_AT_MOST = 5
QUARTERS_OF_FINANCIAL_YEAR = {1: (0, 4), 2: (0, 7), 3: (0, 10), 4: (1, 1)}  # years after the first, first month
# Beginnings of value notes that excuse an absent value, the narrower first.
ABSENCES: Mapping[str, ValueStatus] = {
    "value suppressed due to incompleteness": ValueStatus.MISSING_AT_SOURCE,
    "value suppressed": ValueStatus.SUPPRESSED,
    "value missing": ValueStatus.MISSING_AT_SOURCE,
    "value not published": ValueStatus.MISSING_AT_SOURCE,
    "value cannot be calculated": ValueStatus.NOT_APPLICABLE,
    "value for": ValueStatus.COMBINED_ELSEWHERE,  # 'Value for Cornwall & Isles of Scilly combined'
}
DECILES = (
    "most deprived", "second most deprived", "third more deprived", "fourth more deprived", "fifth more deprived",
    "fifth less deprived", "fourth less deprived", "third less deprived", "second least deprived", "least deprived",
)  # fmt: skip
# 'County & UA deprivation deciles in England (IMD2019, 4/21 geography)', 'LSOA21 deprivation deciles within area
# (IMD trend)', 'Districts and Unitary Authorities deprivation deciles: Apr 2021 geography (Index of … 2019)'
BY_DECILE = re.compile(
    r"(?P<areas>.+?) deprivation deciles(?P<within> within area)?(?: in England)?(?:: ?(?P<before>[^(]*?))? ?"
    r"\((?:IMD|Index of Multiple Deprivation) ?(?P<index>\d{4}|trend)(?:, (?P<after>[^)]*))?\)",
    re.IGNORECASE,
)
DERIVED = (
    "period_start", "period_end", "period_kind", "value_status", "breakdown", "imd_version", "ranked_areas",
    "areas_vintage", "deprivation_decile",
)  # fmt: skip


@dataclass(frozen=True)
class Breakdown:
    """What a category type and its category say; deciles run from 1, the most deprived."""

    kind: str | None = None
    imd_version: str | None = None
    ranked_areas: str | None = None
    areas_vintage: str | None = None
    decile: int | None = None


def parse(source: SourceFile) -> Parsed:
    """One row per published value; periods and statuses that cannot be read send their row to quarantine."""
    with source.path.open("rb") as stream:
        opening = stream.read(4).removeprefix(b"\xef\xbb\xbf").lstrip()
    if opening.startswith((b"{", b"[")):
        return _from_json(source)
    sheet = read_csv(source)
    if not sheet.rows and sheet.malformed:  # records of the oldest layout lack their last field
        sheet = read_csv(source, width=len(sheet.header) - 1)
    spec = dataset_spec("fingertips")
    if sheet.header == PRACTICE_HEADER:
        return _practice_deprivation(sheet, spec.entity("practice_deprivation"))
    headings = {_squeezed(heading) for heading in sheet.header}
    if {"indicatorid", "areacode", "timeperiod", "value"} <= headings:
        return _indicators(sheet, spec.entity("indicators"))
    if "indicatorid" in headings and headings & {"unit", "yeartype", "valuetype"}:
        return _metadata_from_csv(sheet)
    raise NotOfThisDataset(
        f"{source.name}: {len(sheet.header)} headings from {list(sheet.header)[:3]}; no layout of Fingertips"
    )


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
    if not sheet.rows and not sheet.malformed:
        raise FileRefused(
            f"{sheet.name}: a header and no row; that is how the publisher answers for a kind of area for which an "
            "indicator is not published. Ask for another area type (api/available_data lists them)."
        )
    named = Sheet(sheet.name, _canonical(sheet.header, entity), sheet.rows, sheet.malformed, sheet.notes)
    positions = columns_of(named, entity)
    width = len(sheet.rows[0][1]) if sheet.rows else 0
    derived = {name: width + at for at, name in enumerate(DERIVED)}
    rows, malformed, bounds = [], list(sheet.malformed), []
    for number, record in sheet.rows:
        cells = [clean(cell) for cell in record]
        cell = {name: cells[at] for name, at in positions.items()}
        period = period_of(cell["time_period"])
        status = status_of(cell["value"], cell["value_note"])
        if period is None:
            malformed.append(Malformed(number, "time_period_unreadable", "time_period", cell["time_period"]))
        elif status is None:
            malformed.append(Malformed(number, "value_note_unknown", "value_note", cell["value_note"]))
        else:
            bounds.append(period[:2])
            rows.append((number, [*cells, *_derived(period, status, breakdown_of(**_categories(cell)))]))
    if not rows:
        raise FileRefused(f"{sheet.name}: no row has a period and a value that can be read")
    return Parsed(
        layout=WIDE.get(len(sheet.header), WIDE_BY_NAME),
        tables={entity.name: table_from(rows, {**positions, **derived}, malformed=tuple(malformed))},
        period_start=min(start for start, _ in bounds),
        period_end=max(end for _, end in bounds),
        period_label=_label("indicator", (row[positions["indicator_id"]] for _, row in rows)),
        notes=sheet.notes,
    )


def _categories(cell: Mapping[str, str]) -> dict[str, str]:
    return {"category_type": cell["category_type"], "category": cell["category"]}


def _derived(period: tuple[date, date, str], status: ValueStatus, breakdown: Breakdown) -> list[str]:
    """Cells of the columns that the file says in words, in the order of DERIVED."""
    decile = "" if breakdown.decile is None else str(breakdown.decile)
    said = (breakdown.kind, breakdown.imd_version, breakdown.ranked_areas, breakdown.areas_vintage)
    return [period[0].isoformat(), period[1].isoformat(), period[2], str(status), *(s or "" for s in said), decile]


def _squeezed(heading: str) -> str:
    """A heading without case, blanks and marks: 'Lower CI 95.0 limit', 'LowerCI95.0limit' and 'Lower.CI…' are one."""
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def _canonical(header: Sequence[str], entity: Entity) -> tuple[str, ...]:
    """The header in the spec's words, with the heading that the request named blanked: it can be called anything."""
    known = {_squeezed(name): column.source for column in entity.columns if column.source
             for name in (column.source, *column.aliases)}  # fmt: skip
    named = [known.get(_squeezed(heading)) or heading for heading in header]
    for at, heading in enumerate(header[:-1]):
        if _squeezed(heading).startswith(BEFORE_THE_REQUEST):
            named[at + 1] = ""
            break
    return tuple(named)


def _label(what: str, ids: Iterable[str]) -> str:
    """'indicator 200', or how many there are."""
    known = sorted(set(ids))
    return f"{what} {', '.join(known)}" if len(known) <= NAMED_AT_MOST else f"{what}s: {len(known)}"


def period_of(text: str) -> tuple[date, date, str] | None:
    """First day, last day and kind of a period as published; None for other text.

    Years '2019/20', '2015'; quarters '2019/20 Q1', '2019 Q3'; months 'Apr 2019'; several years '2001 - 03',
    '2016/17 - 20/21'; from one month to another 'Aug 2019 - Jul 2020'. An academic year looks like a financial one.
    """
    if re.fullmatch(r"(19|20)\d{2}", text):
        return date(int(text), 1, 1), date(int(text), 12, 31), "calendar_year"
    if "/" in text and (year := financial_year(text)):
        return *year, "financial_year"
    if match := re.fullmatch(r"((?:19|20)\d{2})(/\d{2})? Q([1-4])", text):
        return _quarter(int(match[1]), int(match[3]), is_financial=bool(match[2]))
    if match := re.fullmatch(r"([A-Z][a-z]{2,8} (?:19|20)\d{2})(?: - ([A-Z][a-z]{2,8} (?:19|20)\d{2}))?", text):
        return _months(match[1], match[2])
    if match := re.fullmatch(r"((?:19|20)\d{2}) - ((?:19|20)?\d{2})", text):
        return date(int(match[1]), 1, 1), date(_after(match[1], match[2]), 12, 31), "rolling"
    if match := re.fullmatch(r"((?:19|20)\d{2})/\d{2} - (?:19|20)?\d{2}/((?:19|20)?\d{2})", text):
        return date(int(match[1]), 4, 1), date(_after(match[1], match[2]), 3, 31), "rolling"
    return None


def _after(first: str, last: str) -> int:
    """The year that the last two digits of ``last`` mean, not before the year ``first``."""
    return int(first) + (int(last[-2:]) - int(first)) % 100


def _quarter(year: int, quarter: int, *, is_financial: bool) -> tuple[date, date, str]:
    years, month = QUARTERS_OF_FINANCIAL_YEAR[quarter] if is_financial else (0, 3 * quarter - 2)
    return date(year + years, month, 1), month_bounds(year + years, month + 2)[1], "quarter"


def _months(first: str, last: str | None) -> tuple[date, date, str] | None:
    start, end = month_of(first), month_of(last or first)
    if start is None or end is None or end < start:
        return None
    return start[0], end[1], "rolling" if last else "month"


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


def breakdown_of(category_type: str, category: str) -> Breakdown:
    """The breakdown that a row belongs to; its kind is None for the whole.

    The category type of deciles carries the index's edition, which areas were ranked, and the vintage of their
    boundaries. ``trend``: each period by the edition of its time.
    """
    if not category_type:
        return Breakdown()
    if match := BY_DECILE.fullmatch(category_type):
        areas = _slug(re.sub(r"(?i)^LSOA(\d\d)$", r"LSOA20\1", match["areas"])) + (
            "_within_area" if match["within"] else ""
        )
        vintage = re.sub(r"(?i)\s*(geography|geog\.?|CCGs)$", "", match["before"] or match["after"] or "")
        return Breakdown("deprivation", match["index"].casefold(), areas, _slug(vintage) or None, decile_of(category))
    return Breakdown("ethnicity" if "ethnic" in category_type.casefold() else "other")


def decile_of(category: str) -> int | None:
    """1 (most deprived) to 10 of 'Third more deprived decile (IMD2019)'; None for other words."""
    words = re.sub(r"\s*\(.*\)$", "", category).casefold().removesuffix(" decile")
    return DECILES.index(words) + 1 if words in DECILES else None


def _slug(text: str) -> str:
    """'County & UA' as county_ua, '4/21' as 4_21."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def _metadata_from_csv(sheet: Sheet) -> Parsed:
    """Metadata as a table; only what the spec names is loaded, and only identifier and name must be there."""
    entity = dataset_spec("fingertips").entity("metadata")
    places = {_squeezed(heading): at for at, heading in reversed(list(enumerate(sheet.header)))}
    records: list[dict[str, str | None]] = []
    for number, row in sheet.rows:
        record: dict[str, str | None] = {"source_row": str(number)}
        for column in entity.columns:
            names = [_squeezed(name) for name in (column.source or "", *column.aliases)]
            at = next((places[name] for name in names if name in places), None)
            record[column.name] = None if at is None else clean(row[at]) or None
        record["last_uploaded_on"] = _day(record["last_uploaded_on"])
        records.append(record)
    if not records:
        raise FileRefused(f"{sheet.name}: metadata without an indicator")
    return _described("metadata_csv", "metadata", "metadata of indicator", records, sheet.malformed, sheet.notes)


def _from_json(source: SourceFile) -> Parsed:
    """Metadata, or the date of an indicator's last upload, as the programming interface answers."""
    text, notes = decode(source.path.read_bytes(), source.name)
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise FileRefused(f"{source.name}: the answer is cut short or no JSON ({error})") from error
    if isinstance(answer, dict) and "LastUploadedAt" in answer:
        answer = [answer]
    if isinstance(answer, dict) and answer and all(re.fullmatch(r"\d+", key) for key in answer):
        records = [_metadata_record(at, key, item) for at, (key, item) in enumerate(answer.items(), start=1)]
        return _described("metadata_json", "metadata", "metadata of indicator", records, notes=notes)
    if isinstance(answer, list) and answer and all(isinstance(i, dict) and "LastUploadedAt" in i for i in answer):
        records = [
            {
                "source_row": str(at),
                "indicator_id": _text(item.get("IndicatorId")) or _asked_for(source.name),
                "last_uploaded_on": _day(_text(item["LastUploadedAt"])),
            }
            for at, item in enumerate(answer, start=1)
        ]
        return _described("data_changes_json", "data_changes", "uploads of indicator", records, notes=notes)
    seen = f"keys {sorted(answer)[:5]}" if isinstance(answer, dict) else f"a list of {len(answer)}"
    raise FileRefused(
        f"{source.name}: JSON with {seen}, neither metadata nor data changes: {text[:120]!r}. If the publisher's "
        "interface is out of order, ask again later."
    )


def _metadata_record(number: int, key: str, item: object) -> dict[str, str | None]:
    """One indicator's metadata; what an object has under another name is absent, never guessed."""
    known = item if isinstance(item, dict) else {}
    descriptive = known.get("Descriptive") or {}
    unit = known.get("Unit") or {}
    return {
        "source_row": str(number),
        "indicator_id": key,
        "indicator_name": _text(descriptive.get("Name") or descriptive.get("NameLong") or known.get("Name")),
        "unit": _text(unit.get("Label")),
        "unit_value": _text(unit.get("Value")),
        "value_type": _text((known.get("ValueType") or {}).get("Name")),
        "year_type": _text((known.get("YearType") or {}).get("Name")),
        "polarity": _text((known.get("Polarity") or {}).get("Name") or descriptive.get("Polarity")),
        "interval_method": _text((known.get("ConfidenceIntervalMethod") or {}).get("Name")),
        "disclosure_control": _text(descriptive.get("DiscControl")),
        "last_uploaded_on": _day(_text((known.get("DataChange") or {}).get("LastUploadedAt"))),
    }


def _text(value: object) -> str | None:
    """A scalar of JSON as text; None for null, an empty text and anything composed."""
    if value is None or isinstance(value, (dict, list)):
        return None
    return clean(str(value)) or None


def _day(text: str | None) -> str | None:
    """The day of '2024-05-07T09:12:44.1' or '07/05/2024 09:12:44'; other text stands, for the schema to judge."""
    if text is None:
        return None
    if match := re.match(r"(\d{2})/(\d{2})/(\d{4})\b", text):
        return f"{match[3]}-{match[2]}-{match[1]}"
    return text[:10]


def _asked_for(name: str) -> str | None:
    """The indicator that the file's name says was asked for."""
    match = re.search(r"indicator_ids?[=_-](\d+)", name)
    return match[1] if match else None


def _described(
    layout: str,
    entity: str,
    what: str,
    records: Sequence[Mapping[str, str | None]],
    malformed: tuple[Malformed, ...] = (),
    notes: tuple[str, ...] = (),
) -> Parsed:
    """Rows about indicators, without a period of their own: the day of the newest upload, when it is known, stands."""
    names = [column.name for column in dataset_spec("fingertips").entity(entity).columns]
    rows = [(int(record["source_row"] or 0), [record[name] or "" for name in names]) for record in records]
    positions = {name: at for at, name in enumerate(names)}
    days = [day for record in records if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day := record["last_uploaded_on"] or "")]
    return Parsed(
        layout=layout,
        tables={entity: table_from(rows, positions, malformed=malformed)},
        period_start=UNDATED,
        period_end=UNDATED,
        period_label=_label(what, (record["indicator_id"] or "?" for record in records)),
        published_on=date.fromisoformat(max(days)) if days else None,
        notes=notes,
    )
