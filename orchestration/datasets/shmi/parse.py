"""Read the SHMI: the publisher's zip of one window, one of its tables alone, the quarterly CSVs, the history table.

Belongs here: which member is which table (by its headings), the window that the names give, what a title sheet says.
Does not: rates by quintile, limits, or what a banding means (dbt).

A window stands in names only (``Nov20-Oct21``). Quarterly files of 2011 to 2015 bear the month of publication, which
follows seven months after the window's end (October 2011: April 2010 to March 2011).
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import unquote

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_bounds, month_number
from orchestration.datasets.protocol import Parsed, SourceFile, Table
from orchestration.datasets.reading import (
    Sheet,
    clean,
    columns_of,
    first_headings,
    is_zip,
    members_of,
    read_csv_bytes,
    table_from,
    unknown_headings,
)
from orchestration.errors import FileRefused, NotOfThisDataset

WINDOW_MONTHS = 12
MONTHS_TO_PUBLICATION = 7
QUARTERLY_MONTHS = (1, 4, 7, 10)
LONGEST_LIST_OF_NAMES = 100
MONTH = r"([A-Za-z]{3,9})[\s_-]*((?:19|20)?\d{2})(?!\d)"
WINDOW = re.compile(rf"(?<![A-Za-z]){MONTH}(?:\s*[-–_]\s*|\s+to\s+){MONTH}")
PUBLICATION = re.compile(r"(?<!\d)((?:19|20)\d{2})[\s_-]*([A-Za-z]{3,9})(?![A-Za-z])")
PUBLICATION_TURNED = re.compile(r"(?<![A-Za-z])([A-Za-z]{3,9})[\s_-]*((?:19|20)\d{2})(?!\d)")
TITLE_IMD = re.compile(r"\(IMD\)\s*((?:20)\d{2})|Index of Multiple Deprivation\s*((?:20)\d{2})")
OPTIONAL = {"history_csv": ("po_lower", "po_upper", "po_banding")}

Window = tuple[date, date]


@dataclass(frozen=True)
class Title:
    """What the title sheet of the workbook by quintile says; None where it says nothing."""

    published_on: date | None = None
    imd_version: int | None = None


def parse(source: SourceFile) -> Parsed:
    """Tables of the windows that the file holds: trust, diagnosis, site and deprivation, or some of them."""
    if is_zip(source):
        return _parse_zip(source)
    content = source.path.read_bytes()
    kind = _kind_of(content, source.name)
    if kind == "history":
        return _parse_history(source.name, content)
    if kind == "quarterly":
        return _parse_quarterly(source.name, content)
    if kind in ("trust", "site", "diagnosis"):
        window = _window_of_names([source.name], source.name)
        table, notes = _table(kind, source.name, content, window, Title())
        return _parsed("level_csv", window, {kind: table}, notes, Title())
    raise NotOfThisDataset(
        f"{source.name}: the headings are those of no SHMI table (PROVIDER_CODE, SHMI_VALUE, OBSERVED, EXPECTED …); "
        "deprivation tables are read from the publication's zip only"
    )


def _entity(name: str) -> Entity:
    return dataset_spec("shmi").entity(name)


def _kind_of(content: bytes, name: str) -> str | None:
    """The table whose headings stand in the first line; None for any other."""
    headings = {heading.upper().replace(" ", "_") for heading in first_headings(content, name)}
    if headings >= {"TIME_PERIOD", "PROVIDER_CODE", "SHMI_VALUE"}:
        return "history"
    if headings >= {"PROVIDER", "VALUE", "OD_BANDING", "EXPECTED"}:
        return "quarterly"
    if headings >= {"Q1_NUMERATOR", "Q5_NUMERATOR", "NULL_NUMERATOR"}:
        return "deprivation"
    if not headings >= {"PROVIDER_CODE", "SHMI_VALUE", "OBSERVED", "EXPECTED"}:
        return None
    if "SITE_CODE" in headings:
        return "site"
    return "diagnosis" if "DIAGNOSIS_GROUP_NUMBER" in headings else "trust"


def _parse_zip(source: SourceFile) -> Parsed:
    """The tables among the zip's members; the other members are named in a note."""
    members: dict[str, list[tuple[str, bytes]]] = {}
    others = []
    with zipfile.ZipFile(source.path) as archive:
        names = members_of(archive)
        for name in names:
            kind = _kind_of(archive.open(name).readline(), name) if name.lower().endswith(".csv") else None
            if kind in ("trust", "site", "diagnosis", "deprivation"):
                members.setdefault(kind, []).append((name.rpartition("/")[2], archive.read(name)))
            else:
                others.append(name.rpartition("/")[2])
        title = _title_of([archive.read(name) for name in names if _is_deaths_workbook(name)])
    if "trust" not in members:
        raise NotOfThisDataset(
            f"{source.name}: none of {len(names)} members is the SHMI at trust level, by its headings"
        )
    for kind, found in members.items():
        if len(found) > (2 if kind == "deprivation" else 1):
            raise FileRefused(
                f"{source.name}: {len(found)} members have the headings of {kind}: {[n for n, _ in found]}"
            )
    window = _window_of_names([name for found in members.values() for name, _ in found], source.name)
    tables, notes = {}, [_note("members not read", others)]
    for kind, found in sorted(members.items()):
        read = [_table(kind, name, content, window, title) for name, content in sorted(found)]
        tables[kind] = _one_below_the_other([table for table, _ in read], [content for _, content in sorted(found)])
        notes += [note for _, heard in read for note in heard]
    if absent := [kind for kind in ("diagnosis", "site", "deprivation") if kind not in members]:
        notes.append(_note("tables not in the zip", absent))
    return _parsed("publication_zip", window, tables, notes, title)


def _note(what: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:LONGEST_LIST_OF_NAMES]) + (" …" if len(names) > LONGEST_LIST_OF_NAMES else "")
    return f"{what} ({len(names)}): {shown}"


def _is_deaths_workbook(name: str) -> bool:
    """Whether a member is the workbook of deaths by quintile, whose title sheet names date and IMD version."""
    lower = name.rpartition("/")[2].lower()
    return lower.endswith((".xls", ".xlsx")) and "deaths" in lower and "depriv" in lower


def _title_of(workbooks: Sequence[bytes]) -> Title:
    """Date of publication and IMD version from the first sheet of the one workbook; nothing when it can't be read."""
    from python_calamine import CalamineError, CalamineWorkbook

    if len(workbooks) != 1:
        return Title()
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(workbooks[0])).get_sheet_by_index(0).to_python()
    except CalamineError:
        return Title()
    texts = [[clean(str(cell)) for cell in row if str(cell).strip()] for row in rows]
    stated = {row[0].rstrip(":").casefold(): row[1] for row in texts if len(row) > 1}
    versions = {int(year or other) for row in texts for cell in row for year, other in TITLE_IMD.findall(cell)}
    return Title(day_of(stated.get("publication date", "")), versions.pop() if len(versions) == 1 else None)


def _table(kind: str, name: str, content: bytes, window: Window, title: Title) -> tuple[Table, tuple[str, ...]]:
    """One table of a publication, its counts rounded, and notes on it."""
    sheet = read_csv_bytes(content, name)
    entity = _entity(kind)
    if kind == "trust":
        entity = _without(entity, ("po_banding",))
    positions = columns_of(sheet, entity)
    rows, ignored = _without_copyright(sheet)
    constants: dict[str, str | None] = {"period_start": window[0].isoformat(), "period_end": window[1].isoformat()}
    if kind == "trust":
        constants |= {"counts_are_rounded": "true", "po_banding": None}
    if kind == "deprivation":
        constants["imd_version"] = None if title.imd_version is None else str(title.imd_version)
    table = table_from(rows, positions, malformed=sheet.malformed, ignored=ignored, constants=constants)
    return table, (*sheet.notes, *_drift(sheet, positions))


def _one_below_the_other(tables: Sequence[Table], contents: Sequence[bytes]) -> Table:
    """Tables of one entity as one; row numbers of the second go on where the first file ends."""
    import pandas as pd

    if len(tables) == 1:
        return tables[0]
    frames, malformed, ignored, offset = [], [], Counter[str](), 0
    for table, content in zip(tables, contents, strict=True):
        frames.append(table.frame.assign(source_row=table.frame["source_row"] + offset))
        malformed += [replace(fault, source_row=fault.source_row + offset) for fault in table.malformed]
        ignored.update(table.ignored)
        offset += content.count(b"\n") + 1
    read = sum(table.read for table in tables)
    return Table(pd.concat(frames, ignore_index=True), read, dict(ignored), tuple(malformed))


def _without(entity: Entity, names: Sequence[str]) -> Entity:
    """The entity without columns that a layout does not have."""
    return entity.model_copy(update={"columns": tuple(c for c in entity.columns if c.name not in names)})


def _without_copyright(sheet: Sheet) -> tuple[list[tuple[int, list[str]]], dict[str, int]]:
    """Rows of data, and how many lines hold nothing but a copyright notice."""
    rows = [(n, r) for n, r in sheet.rows if not (r[0].strip().casefold().startswith("copyright") and not any(r[1:]))]
    left_out = len(sheet.rows) - len(rows)
    return rows, {"copyright_line": left_out} if left_out else {}


def _parse_quarterly(name: str, content: bytes) -> Parsed:
    """Trust level of one window with exact counts."""
    sheet = read_csv_bytes(content, name)
    entity = _entity("trust")
    if "PO_BANDING" not in sheet.header:
        entity = _without(entity, ("po_banding",))
    positions = columns_of(sheet, entity)
    window, notes = _window_of_quarter(name)
    rows, ignored = _without_copyright(sheet)
    constants: dict[str, str | None] = {
        "period_start": window[0].isoformat(),
        "period_end": window[1].isoformat(),
        "counts_are_rounded": "false",
    }
    if "po_banding" not in positions:
        constants["po_banding"] = None
    table = table_from(rows, positions, malformed=sheet.malformed, ignored=ignored, constants=constants)
    notes = (*notes, *sheet.notes, *_drift(sheet, positions))
    return _parsed("quarterly_csv", window, {"trust": table}, notes, Title())


def _parse_history(name: str, content: bytes) -> Parsed:
    """Trust level of many windows; each row names its own."""
    sheet = read_csv_bytes(content, name)
    upper = tuple(heading.upper() for heading in sheet.header)
    columns = {column.name: column.source for column in _entity("trust").columns}
    absent = [column for column in OPTIONAL["history_csv"] if columns[column] not in upper]
    positions = columns_of(sheet, _without(_entity("trust"), absent))
    at = upper.index("TIME_PERIOD")
    table = table_from(
        sheet.rows,
        {**positions, "label": at},
        malformed=sheet.malformed,
        constants={"counts_are_rounded": "true", **dict.fromkeys(absent)},
    )
    labels = {label: _window(label or "") for label in table.frame["label"].unique()}
    wrong = sorted(str(label) for label, window in labels.items() if window is None)
    if wrong or not labels:
        raise FileRefused(
            f"{name}: TIME_PERIOD should name twelve months like APR22_MAR23 in every row; found {wrong[:3]}"
        )
    windows = {label: window for label, window in labels.items() if window is not None}
    frame = table.frame.assign(
        period_start=[windows[label][0].isoformat() for label in table.frame["label"]],
        period_end=[windows[label][1].isoformat() for label in table.frame["label"]],
    ).drop(columns="label")
    span = (min(start for start, _ in windows.values()), max(end for _, end in windows.values()))
    notes = (*sheet.notes, *_drift(sheet, {**positions, "label": at}))
    return _parsed("history_csv", span, {"trust": replace(table, frame=frame)}, notes, Title())


def _drift(sheet: Sheet, positions: Mapping[str, int]) -> tuple[str, ...]:
    """Notes on headings that are neither in the spec nor known to be left out."""
    left_out = {"INDICATOR_CODE", "PUBLICATION_MONTH"}
    known = {**positions, **{h: i for i, h in enumerate(sheet.header) if h.upper() in left_out}}
    return unknown_headings(sheet, known)


def _parsed(layout: str, window: Window, tables: Mapping[str, Table], notes: Sequence[str], title: Title) -> Parsed:
    start, end = window
    return Parsed(
        layout=layout,
        tables=tables,
        period_start=start,
        period_end=end,
        period_label=f"{start:%b %Y} to {end:%b %Y}",
        published_on=title.published_on,
        notes=tuple(notes),
    )


def _window_of_names(names: Sequence[str], file_name: str) -> Window:
    """The one window that the tables' names give, else the file's own name; refuses none and two."""
    found = {window for name in names if (window := _window(name))}
    if not found and (window := _window(file_name)):
        found = {window}
    if len(found) != 1:
        raise FileRefused(
            f"{file_name}: the names should give one window of twelve months like Nov20-Oct21; "
            f"found {len(found)} in {sorted(names)[:4]}. Give the file the name that the publisher gave it."
        )
    return found.pop()


def _window_of_quarter(name: str) -> tuple[Window, tuple[str, ...]]:
    """The window in the name of a quarterly file, or the one that belongs to the month of publication in it."""
    if window := _window(name):
        return window, ()
    published = {month for month in _publication_months(name) if month[1] in QUARTERLY_MONTHS}
    if len(published) != 1:
        raise FileRefused(
            f"{name}: the table names no period; its name should give the window (Apr10-Mar11) or the month of a "
            f"quarterly publication (2011-october: January, April, July, October); found {len(published)}. Name it so."
        )
    year, month = published.pop()
    _, end = month_bounds(*_months_later((year, month), -MONTHS_TO_PUBLICATION))
    start, _ = month_bounds(*_months_later((end.year, end.month), 1 - WINDOW_MONTHS))
    return (start, end), (f"window taken from the month of publication in the name ({year}-{month:02})",)


def _publication_months(name: str) -> set[tuple[int, int]]:
    """Years and months written in a name, in either order ('2011-october', 'April 2013')."""
    text = unquote(name)
    pairs = [(year, word) for year, word in PUBLICATION.findall(text)]
    pairs += [(year, word) for word, year in PUBLICATION_TURNED.findall(text)]
    return {(int(year), month) for year, word in pairs if (month := month_number(word))}


def _window(text: str) -> Window | None:
    """The twelve months that ``text`` names ('Nov20-Oct21', 'APR22_MAR23'); None when it names no such window."""
    for first, first_year, last, last_year in WINDOW.findall(unquote(text)):
        numbers = month_number(first), month_number(last)
        if numbers[0] and numbers[1]:
            start, _ = month_bounds(_year(first_year), numbers[0])
            _, end = month_bounds(_year(last_year), numbers[1])
            if _months_later((start.year, start.month), WINDOW_MONTHS - 1) == (end.year, end.month):
                return start, end
    return None


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _months_later(month: tuple[int, int], months: int) -> tuple[int, int]:
    """Year and month that many months later."""
    total = month[0] * 12 + month[1] - 1 + months
    return total // 12, total % 12 + 1
