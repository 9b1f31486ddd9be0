"""Read a QI log in Evenhand's template: projects, sites and measures.

Belongs here: recognising the layouts, finding the template's columns, turning silence into ``unknown``.
Does not: the privacy screen and the archive's canonical form (qi_logs), judging words and numbers (validation).

No message repeats a word of the file: a heading or a cell may hold a person's name, so places are named instead.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from orchestration.catalogue.models import Column, ColumnType, Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import clean, empty_frame, read_csv, table_from
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

DATASET = "qi_projects"
SHEETS = {"projects": "projects", "sites": "sites", "measures": "measures"}
UNREAD_SHEETS = {"notes", "vocabulary"}
CANONICAL_LEAD = ("entity", "source_row", "malformed_rule", "malformed_column")
EARLIEST = date(1990, 1, 1)
MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00:00")
YES_NO = {"yes": "true", "y": "true", "no": "false", "n": "false"}


@dataclass(frozen=True)
class Records:
    """One table of a file as text: where it stands, its headings, its rows with their numbers."""

    place: str
    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    malformed: tuple[Malformed, ...] = ()


def parse(source: SourceFile) -> Parsed:
    """The log's tables, text cells normalised; refuses a file with a column that the template does not have."""
    if is_workbook(source.path):
        layout, tables = "workbook", _workbook_tables(source)
    else:
        layout, tables = _csv_tables(source)
    start, end = _period(tables.values())
    label = "undated" if start == end == EARLIEST else f"{start} to {end}"
    return Parsed(layout, tables, start, end, label)


def is_workbook(path: Path) -> bool:
    """Whether the bytes are a workbook's (a zip or an OLE container), whatever the name says."""
    with path.open("rb") as stream:
        start = stream.read(4)
    return start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def column_letter(index: int) -> str:
    """Spreadsheet name of the column at position ``index``, 0 → 'A', 26 → 'AA'."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def headings(column: Column) -> tuple[str, ...]:
    """All headings under which a column may stand, folded for comparison."""
    return tuple(clean(heading).casefold() for heading in (column.source or column.name, *column.aliases))


def is_required(column: Column) -> bool:
    """Whether a file without the column cannot be read: a blank has no meaning for it."""
    return not column.nullable and _silence(column) is None


def _workbook_tables(source: SourceFile) -> dict[str, Table]:
    spec = dataset_spec(DATASET)
    found: dict[str, Records] = {}
    for position, (title, cells) in enumerate(read_workbook(source.path, source.name).items(), start=1):
        key = clean(title).casefold()
        if key in UNREAD_SHEETS:
            continue
        if key not in SHEETS:
            raise NotOfThisDataset(
                f"{source.name}: sheet {position} is not one of the template's (Projects, Sites, Measures)"
            )
        found[SHEETS[key]] = _sheet_records(f"{source.name}, sheet {key.title()}", cells)
    if "projects" not in found:
        raise NotOfThisDataset(f"{source.name}: the workbook has no sheet Projects")
    tables = {}
    for entity in spec.entities:
        records = found.get(entity.name)
        tables[entity.name] = _table(entity, records) if records else Table(empty_frame(entity), 0)
    return tables


def _sheet_records(place: str, cells: Sequence[Sequence[object]]) -> Records:
    """Header in the first row; a row whose cells go beyond the header is malformed, a blank row is none."""
    texts = [[cell_text(cell).strip() for cell in row] for row in cells]
    if not texts or not any(texts[0]):
        raise FileRefused(f"{place}: the first row holds no headings")
    width = max(index for index, text in enumerate(texts[0], start=1) if text)
    header = tuple(clean(text) for text in texts[0][:width])
    rows, malformed = [], []
    for number, row in enumerate(texts[1:], start=2):
        if any(row[width:]):
            malformed.append(Malformed(number, "cells_beyond_the_headings"))
        elif any(row):
            rows.append((number, (row + [""] * width)[:width]))
    return Records(place, header, rows, tuple(malformed))


def _csv_tables(source: SourceFile) -> tuple[str, dict[str, Table]]:
    spec = dataset_spec(DATASET)
    sheet = read_csv(source)
    records = Records(source.name, sheet.header, sheet.rows, sheet.malformed)
    if sheet.header[: len(CANONICAL_LEAD)] == CANONICAL_LEAD:
        return "canonical", _canonical_tables(records)
    known = {heading.casefold() for heading in sheet.header}
    for name in ("measures", "sites", "projects"):
        entity = spec.entity(name)
        if all(known & set(headings(column)) for column in entity.columns if is_required(column)):
            return f"{name}_csv", {name: _table(entity, records)}
    raise NotOfThisDataset(f"{source.name}: no heading 'Project reference'; the file is not in Evenhand's template")


def _canonical_tables(records: Records) -> dict[str, Table]:
    """Tables of the canonical form: rows carry entity and original row number; row 0 stands for an empty table."""
    places = {heading: index for index, heading in enumerate(records.header)}
    tables = {}
    names = {row[places["entity"]] for _, row in records.rows}
    for entity in dataset_spec(DATASET).entities:
        if entity.name not in names:
            continue
        own = [(int(row[places["source_row"]]), row) for _, row in records.rows if row[places["entity"]] == entity.name]
        bad = tuple(
            Malformed(number, row[places["malformed_rule"]], row[places["malformed_column"]])
            for number, row in own
            if row[places["malformed_rule"]]
        )
        good = [(number, row) for number, row in own if number and not row[places["malformed_rule"]]]
        header = tuple(column.name for column in entity.columns)
        rows = [(number, [row[places[name]] for name in header]) for number, row in good]
        tables[entity.name] = _table(entity, Records(records.place, header, rows, bad))
    return tables


def _table(entity: Entity, records: Records) -> Table:
    """Rows under the spec's names: columns that the file leaves out are silent, a date that is not ISO is malformed."""
    places = _places(entity, records)
    rows, malformed = [], list(records.malformed)
    for number, cells in records.rows:
        values = {column.name: _normalise(column, _cell(cells, places.get(column.name))) for column in entity.columns}
        if wrong := _not_iso(entity, values):
            malformed.append(Malformed(number, "date_not_iso", wrong))
        else:
            rows.append((number, list(values.values())))
    positions = {column.name: index for index, column in enumerate(entity.columns)}
    if not rows:
        return Table(empty_frame(entity), len(malformed), {}, tuple(malformed))
    return table_from(rows, positions, malformed=tuple(malformed))


def _places(entity: Entity, records: Records) -> dict[str, int]:
    """Position of each column that the file has; refuses unknown, double and missing headings."""
    owner = {heading: column.name for column in entity.columns for heading in headings(column)}
    dropped = {clean(heading).casefold() for heading in entity.not_loaded}
    places: dict[str, int] = {}
    for index, heading in enumerate(records.header):
        key = heading.casefold()
        if key in dropped:
            continue
        name = owner.get(key)
        if name is None:
            near = get_close_matches(key, list(owner), n=1, cutoff=0.6)
            hint = f"; nearest is {entity.column(owner[near[0]]).source!r}" if near else ""
            raise FileRefused(
                f"{records.place}: column {column_letter(index)} has a heading that the template does not know{hint}. "
                "Nothing of the file was loaded. Rename or remove the column."
            )
        if name in places:
            at = f"{column_letter(places[name])} and {column_letter(index)}"
            raise FileRefused(f"{records.place}: heading {entity.column(name).source!r} stands in columns {at}")
        places[name] = index
    for column in entity.columns:
        if is_required(column) and column.name not in places:
            raise FileRefused(f"{records.place}: column {column.source!r} is missing. Nothing of the file was loaded.")
    return places


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _silence(column: Column) -> str | None:
    """What a blank cell says: private for publication, unknown where the vocabulary has that word, else nothing."""
    if column.name == "publication":
        return "private"
    if column.name == "target_groups" or (column.values and "unknown" in column.values):
        return "unknown"
    return None


def _normalise(column: Column, text: str) -> str:
    """A cell's text in the spec's spelling; what has no such spelling stays as it is, for validation to judge."""
    if not text:
        return _silence(column) or ""
    if column.type is ColumnType.DATE:
        midnight = MIDNIGHT.fullmatch(text)
        return midnight[1] if midnight else text
    if column.type is ColumnType.BOOLEAN:
        return YES_NO.get(text.casefold(), text)
    if column.name == "target_groups":
        words = {_word(part) for part in re.split(r"[;,]", text) if part.strip()}
        return ";".join(sorted(words))
    if column.name == "organisation_code":
        return text.upper()
    return _word(text) if column.values else text


def _word(text: str) -> str:
    """'Model for Improvement' → 'model_for_improvement'."""
    return re.sub(r"[\s-]+", "_", clean(text).casefold())


def _not_iso(entity: Entity, values: Mapping[str, str]) -> str:
    """Name of the first date column whose cell is no ISO date (31/01/2024 is ambiguous and refused), or ''."""
    for column in entity.columns:
        text = values[column.name]
        if column.type is ColumnType.DATE and text and iso_date(text) is None:
            return column.name
    return ""


def iso_date(text: str) -> date | None:
    """The date written YYYY-MM-DD, None for any other text."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _period(tables: Iterable[Table]) -> tuple[date, date]:
    """First and last date that the log speaks of; the earliest allowed date when it has none."""
    days = {
        day
        for table in tables
        for name in table.frame.columns
        if name.endswith("_on")
        for text in table.frame[name].dropna()
        if (day := iso_date(text)) is not None
    }
    return (min(days), max(days)) if days else (EARLIEST, EARLIEST)
