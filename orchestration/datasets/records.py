"""Records that users supply: what a template's columns are called, what silence means, the archive's canonical form.

Belongs here: headings, normal spelling of words, the register that a file belongs to, reading the canonical form.
Does not: reading spreadsheets in any shape, the privacy screen, writing the canonical form (qi_logs), judging words and
numbers (validation).

The canonical form is one CSV of all entities of a dataset with its loaded columns only; the archive keeps nothing else
of a user's file. No message repeats a word of a file: a heading or a cell may hold a person's name.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import PurePath

from orchestration.catalogue.models import Column, ColumnType, Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, clean, empty_frame, read_csv, table_from
from orchestration.errors import NotOfThisDataset

CANONICAL_LEAD = ("entity", "source_row", "source_place", "malformed_rule", "malformed_column")
EARLIEST = date(1990, 1, 1)
YES_NO = {"yes": "true", "y": "true", "no": "false", "n": "false"}
REGISTER = "register"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATES_IN_NAMES = re.compile(
    r"(?<!\d)(?:(?:19|20)\d{2}[-_. ]?[01]\d[-_. ]?[0-3]\d|[0-3]?\d[-_. ][01]?\d[-_. ](?:19|20)\d{2}|"
    r"(?:19|20)\d{2}(?:[-_/. ]\d{2}(?:\d{2})?)?|[0-3]?\d(?:st|nd|rd|th)?[-_. ]?(?="
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\(\d\))(?!\d)",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(
    r"synthetic|final|copy|draft|v\d+|q[1-4]|fy\d*|jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|"
    r"january|february|march|april|june|july|august|september|october|november|december|"
    r"projects?|sites?|measures?|classifications|checked|annotated"
)


def canonical_reader(dataset: str) -> Callable[[SourceFile], Parsed]:
    """The ``parse`` function of a dataset whose files reach the archive in canonical form only."""

    def parse(source: SourceFile) -> Parsed:
        """The tables of a canonical file; NotOfThisDataset for any other file."""
        return read_canonical(source, dataset)

    return parse


def read_canonical(source: SourceFile, dataset: str) -> Parsed:
    """The tables that the canonical form holds, as text under the spec's names."""
    sheet = read_csv(source)
    if sheet.header[: len(CANONICAL_LEAD)] != CANONICAL_LEAD:
        raise NotOfThisDataset(f"{source.name}: not in canonical form; users' files come in by `evenhand log import`")
    tables = dict(_canonical_tables(sheet, dataset))
    start, end = _period(dataset, tables)
    label = "undated" if start == end == EARLIEST else f"{start} to {end}"
    return Parsed("canonical", tables, start, end, label)


def _canonical_tables(sheet: Sheet, dataset: str) -> Iterable[tuple[str, Table]]:
    """Tables by entity; row 0 stands for an empty one; a malformed row says why, not what."""
    at = {heading: index for index, heading in enumerate(sheet.header)}
    by_entity: dict[str, list[list[str]]] = {}
    for _, row in sheet.rows:
        by_entity.setdefault(row[at["entity"]], []).append(row)
    for entity in dataset_spec(dataset).entities:
        rows = by_entity.get(entity.name)
        if rows is not None:
            yield entity.name, _canonical_table(entity, at, [row for row in rows if row[at["source_row"]] != "0"])


def _canonical_table(entity: Entity, at: dict[str, int], rows: list[list[str]]) -> Table:
    numbered = [(int(row[at["source_row"]]), row) for row in rows]
    bad = tuple(
        Malformed(number, row[at["malformed_rule"]], row[at["malformed_column"]])
        for number, row in numbered
        if row[at["malformed_rule"]]
    )
    good = [(number, row) for number, row in numbered if not row[at["malformed_rule"]]]
    places = {number: row[at["source_place"]] for number, row in numbered}
    if not good:
        return Table(empty_frame(entity), len(bad), {}, bad, places)
    known = {column.name: at[column.name] for column in entity.columns if column.name in at}
    blank = {column.name: None for column in entity.columns if column.name not in at}
    table = table_from(good, known, malformed=bad, constants=blank)
    return Table(table.frame, table.read, table.ignored, bad, places)


def headings(column: Column) -> tuple[str, ...]:
    """All headings under which a column may stand in a template, folded for comparison."""
    return tuple(folded(heading) for heading in (column.source or column.name, column.name, *column.aliases))


def folded(heading: str) -> str:
    """A heading for comparison: one spacing, no case, no closing colon or asterisk."""
    return clean(heading).casefold().rstrip(" :*")


def template_columns(entity: Entity) -> list[Column]:
    """The columns that a person fills in; derived ones are Evenhand's."""
    return [column for column in entity.columns if not column.derived]


def sheet_title(entity: Entity) -> str:
    """Name of the entity's sheet in the template: 'organisation_aliases' → 'Organisation aliases'."""
    return entity.name.replace("_", " ").capitalize()


def is_required(column: Column) -> bool:
    """Whether a template without the column cannot be read: a blank has no meaning for it."""
    return not column.derived and not column.nullable and silence(column) is None and column.name != REGISTER


def silence(column: Column) -> str | None:
    """What a blank cell says: private for publication, unknown where the vocabulary has that word, else nothing."""
    if column.name == "publication":
        return "private"
    if column.values and "unknown" in column.values:
        return "unknown"
    if column.is_list and "unknown" in (column.words or ()):
        return "unknown"
    return None


def normalised(column: Column, text: str) -> str:
    """A cell's text in the spec's spelling; what has no such spelling stays as it is, for validation to judge.

    Dates are not touched: reading them needs to know how the register writes them (qi_logs).
    """
    if not text:
        return silence(column) or ""
    if column.free_text:
        return plain_text(text, column.free_text)
    if column.type is ColumnType.BOOLEAN:
        return YES_NO.get(text.casefold(), text)
    if column.is_list:
        return ";".join(sorted({word_of(part) for part in re.split(r"[;,]", text) if part.strip()}))
    if column.name.endswith("organisation_code"):
        return text.upper()
    return word_of(text) if column.values else text


def word_of(text: str) -> str:
    """'Model for Improvement' → 'model_for_improvement'."""
    return re.sub(r"[\s-]+", "_", clean(text).casefold())


def plain_text(text: str, longest: int) -> str:
    """Prose on one line, without control, formatting and invisible characters, cut to ``longest`` characters."""
    if text.isascii() and text.isprintable():
        return clean(text)[:longest].strip()
    kept = "".join(" " if unicodedata.category(mark) in ("Cc", "Cf", "Zl", "Zp") else mark for mark in text)
    return clean(kept)[:longest].strip()


def template_cells(entity: Entity, rows: Iterable[Mapping[str, object]]) -> list[list[str]]:
    """Headings and rows of the entity's template as a person would fill it in: unknown is left blank."""
    columns = template_columns(entity)
    return [
        [column.source or column.name for column in columns],
        *[[_cell_text(column, row.get(column.name)) for column in columns] for row in rows],
    ]


def _cell_text(column: Column, value: object) -> str:
    if value is None or value == silence(column) == "unknown":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def iso_date(text: str) -> date | None:
    """The date written YYYY-MM-DD, None for any other text."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def register_of(name: str) -> str:
    """The register that a file belongs to, from its name without dates, versions and the like.

    'SYNTHETIC QI register 7 Mar 2024 v2 FINAL.xlsx' → 'qi-register'; other numbers stay, for they tell registers apart.
    A name of nothing else is the register 'log'.
    """
    words = re.split(r"[^a-z0-9]+", DATES_IN_NAMES.sub(" ", PurePath(clean(name)).stem).casefold())
    kept = [word for word in words if word and not NOT_A_NAME.fullmatch(word)]
    return "-".join(kept)[:60].strip("-") or "log"


def day_in_name(name: str) -> date | None:
    """The first day of the date that a file's name gives, by day, month or year; None when it gives none."""
    stem = PurePath(clean(name)).stem.casefold()
    if found := re.search(r"(?<!\d)(20\d{2})[-_. ]?(0[1-9]|1[0-2])(?:[-_. ]?([0-2]\d|3[01]))?(?!\d)", stem):
        return _day(int(found[1]), int(found[2]), int(found[3] or 1))
    if found := re.search(r"(?<!\d)([0-2]?\d|3[01])[-_. ](0?[1-9]|1[0-2])[-_. ](20\d{2})(?!\d)", stem):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    if found := re.search(rf"({'|'.join(MONTHS)})[a-z]*[-_. ]*(20\d{{2}})", stem):
        return _day(int(found[2]), MONTHS.index(found[1]) + 1, 1)
    if found := re.search(r"(?<!\d)(20\d{2})(?!\d)", stem):
        return date(int(found[1]), 1, 1)
    return None


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(max(day, 1), 28))


def column_letter(index: int) -> str:
    """Spreadsheet name of the column at position ``index``, 0 → 'A', 26 → 'AA'."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _period(dataset: str, tables: Mapping[str, Table]) -> tuple[date, date]:
    """First and last date that the file speaks of; the earliest allowed date when it has none."""
    spec = dataset_spec(dataset)
    days = {
        day
        for name, table in tables.items()
        for column in spec.entity(name).columns
        if column.type is ColumnType.DATE
        for text in table.frame[column.name].dropna().unique()
        if (day := iso_date(text)) is not None
    }
    return (min(days), max(days)) if days else (EARLIEST, EARLIEST)
