"""Read a register by its column map into records, and write the canonical form that the archive keeps.

Belongs here: cells to the spec's words and dates, several organisations in a cell, what is odd about an entry, the
canonical bytes. Does not: finding headings (columnmaps.py), personal data (privacy.py), recognising organisations
(organisations.py) or deciding what happens to a file (intake.py).

Messages and quarantine say where and why, never what: no value of a file leaves it but by a loaded column.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache, partial
from hashlib import sha256
from typing import Literal

from orchestration.catalogue.models import Column, ColumnType, Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.reading import clean
from orchestration.datasets.records import (
    CANONICAL_LEAD,
    column_letter,
    folded,
    iso_date,
    normalised,
    register_of,
    silence,
    template_columns,
    word_of,
)
from orchestration.errors import ConfigurationError
from orchestration.qi_logs.columnmaps import (
    MEASURE_TEXT,
    MEASURES,
    SITES,
    MapColumn,
    Placed,
    RegisterMap,
    field_column,
    place_tables,
    shared_words,
)
from orchestration.qi_logs.dates import DateProblem, is_silent, read_date
from orchestration.qi_logs.equity import classifier_version, propose
from orchestration.qi_logs.grids import Grid

NOT_ARCHIVED = "[not archived]"
PROJECTS = "projects"
LOW_SCORE = 1.0
REMEMBERED = 10_000
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,17})?([eE][+-]?\d{1,2})?")
LEADING_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:[-:–].*)?$")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!]")
FORMULA = re.compile(r"^\s*[=+\-@]")
CODE_MARKS = re.compile(r"\s*[,/&+]\s*|\s+and\s+")
CODES = re.compile(rf"[A-Z0-9]{{3,6}}(?:(?:{CODE_MARKS.pattern})[A-Z0-9]{{3,6}})+")
ENDED = ("completed", "abandoned")
WRITTEN_AS = "~"  # between a day and its precision, until the row is whole

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Message:
    """Something about one cell or row, in words that a QI lead understands; ``column`` is a letter or ''."""

    place: str
    sheet: int
    row: int
    column: str
    rule: str
    severity: Severity


@dataclass
class Record:
    """A row of an entity as it will stand in the canonical form; with a rule, it goes to quarantine."""

    entity: str
    sheet: int
    row: int
    values: dict[str, str]
    rule: str = ""
    column: str = ""


@dataclass
class Imported:
    """What a file says: records by entity in the order of the file, and what was odd about them."""

    dataset: str
    map_name: str
    register: str
    records: dict[str, list[Record]]
    is_workbook: bool
    messages: list[Message] = field(default_factory=list)

    def place(self, record: Record) -> str:
        """'row 7', or 'sheet 2, row 7' in a workbook."""
        return f"sheet {record.sheet}, row {record.row}" if self.is_workbook else f"row {record.row}"


Reader = Callable[[str], str]


class _Malformed(Exception):
    """A cell that the row can't be loaded with; ``rule`` says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def import_grids(grids: Sequence[Grid], name: str, chosen: RegisterMap, *, today: date) -> Imported:
    """Records of every table that the map finds in the grids.

    Where the file has no column for it, the register is the map's, else it comes from the file's name. ``today``
    judges what lies in the future. FileRefused as ``place_tables`` says.
    """
    placed = place_tables(chosen, grids, name)
    spec = dataset_spec(chosen.dataset)
    own = chosen.register_name or register_of(name)
    done = Imported(chosen.dataset, chosen.name, own, {}, any(grid.sheet for grid in grids))
    for found in placed:
        done.records.setdefault(found.table.entity, [])
        _Table(chosen, found, done, today).read()
    if spec.kind == "qi_log":  # of other records a blank register is a gap, not the file's own
        for record in (record for records in done.records.values() for record in records):
            record.values["register"] = record.values.get("register") or done.register
    return done


class _Table:
    """One table of a file on its way into records."""

    def __init__(self, chosen: RegisterMap, found: Placed, done: Imported, today: date) -> None:
        self.chosen, self.found, self.done, self.today = chosen, found, done, today
        self.entity = dataset_spec(chosen.dataset).entity(found.table.entity)
        self.readers = {at: self._reader(column) for at, column in found.columns.items()}
        self.dates = {
            column.name
            for entity in dataset_spec(chosen.dataset).entities
            for column in entity.columns
            if column.type is ColumnType.DATE
        }
        self.constants = self._constants()
        self.heading_rows = self._heading_rows()
        self.first_headings = {row[0] for row in self.heading_rows if row}

    def read(self) -> None:
        """Add the records of all rows below the headings."""
        width = len(self.found.headings)
        for index in range(self.found.first_row, len(self.found.grid.rows)):
            cells = self.found.grid.rows[index]
            if not any(cells):
                continue
            if any(cells[width:]):
                self._malformed(index, "cells_beyond_the_headings", "")
            elif len(cells) < width and not self.found.grid.sheet:
                self._malformed(index, "record_too_short", "")
            elif self._repeats_the_headings(cells):
                self._malformed(index, "headings_again", "")
            else:
                self._row(index, cells)

    def _row(self, index: int, cells: Sequence[str]) -> None:
        values = dict(self.constants)
        several: list[tuple[MapColumn, str]] = []
        unplaced: list[str] = []
        faults: list[tuple[str, str]] = []
        for at, column in self.found.columns.items():
            text = cells[at] if at < len(cells) else ""
            if column.field.startswith((SITES, MEASURES)) and self.entity.name == PROJECTS:
                several.append((column, text))
                continue
            if column.field == MEASURE_TEXT:
                values["measure_stated"] = "yes" if text and not is_silent(text) else values.get("measure_stated", "no")
                continue
            try:
                read = self.readers[at](text)
            except _Malformed as fault:
                faults.append((fault.rule, column.field))
                self._say(index, column_letter(at), fault.rule, "error")
                continue
            if read == "" and text and column.words is not None and self._is_word(column):
                unplaced.append(column.field)
                self._say(index, column_letter(at), "word_not_placed", "warning")
            values[column.field] = read
        if not faults:
            self._finish(index, values, several, unplaced)
            return
        self._malformed(index, *faults[0])
        if self.entity.name == PROJECTS and values.get("project_ref"):
            self._sites(index, values, several)  # who is still named is in quarantine, not deleted

    def _finish(
        self, index: int, values: dict[str, str], several: list[tuple[MapColumn, str]], unplaced: list[str]
    ) -> None:
        values.update(self._silences(values))
        self._precisions(values)
        if not values.get("project_ref") and self.found.table.ref_from:
            values["project_ref"] = made_reference(values.get(name, "") for name in self.found.table.ref_from)
        if self.entity.name == PROJECTS:
            flags = odd_about(values, unplaced, self.today)
            for flag in flags:
                if flag != "words_not_placed":  # each such cell was named already
                    self._say(index, "", flag, "warning")
            values["flags"] = ";".join(flags)
        self._add(self.entity.name, index, values)
        if self.entity.name == PROJECTS:
            self._sites(index, values, several)
            self._measures(index, values, several)
            self._classifications(index, values)

    def _sites(self, index: int, project: Mapping[str, str], several: list[tuple[MapColumn, str]]) -> None:
        """A row per organisation in the cells; how many people it reaches is kept where there is only one."""
        entity = dataset_spec(self.chosen.dataset).entity("sites")
        named = [
            (part, column.role)
            for column, text in several
            if column.field == SITES + "organisation_as_written"
            for part in organisations_in(text, column.separator)
        ]
        constant = self.found.table.constants.get(SITES + "organisation_as_written")
        if constant and not named:
            named = [(constant, "lead")]
        known: dict[str, str] = {}
        if len(named) == 1:
            for column, text in several:
                name = column.field.removeprefix(SITES)
                if column.field.startswith(SITES) and name != "organisation_as_written":
                    try:
                        known[name] = self._reader(column)(text)
                    except _Malformed as fault:
                        self._say(index, "", fault.rule, "warning")
        for part, role in dict.fromkeys(named):
            values = {"project_ref": project.get("project_ref", ""), "role": role, **known}
            values["organisation_as_written"] = normalised(entity.column("organisation_as_written"), part)
            values.update(self._silences(values, entity))
            self._precisions(values, entity)
            self._add(entity.name, index, values, project.get("register", ""))

    def _measures(self, index: int, project: Mapping[str, str], several: list[tuple[MapColumn, str]]) -> None:
        entity = dataset_spec(self.chosen.dataset).entity("measures")
        chosen = [(column, text) for column, text in several if column.field == MEASURES + "measure_id" and text]
        for column, text in chosen:
            for part in parts_of(text, column.separator):
                measure = placed_word(column, entity.column("measure_id"), part)
                if measure:
                    values = {"project_ref": project.get("project_ref", ""), "measure_id": measure}
                    values.update(self._silences(values, entity))
                    self._add(entity.name, index, values, project.get("register", ""))

    def _classifications(self, index: int, project: Mapping[str, str]) -> None:
        """What the rules propose from the title and the aim, for a human to confirm."""
        texts = {name: project[name] for name in ("title", "aim") if project.get(name)}
        for proposal in propose(texts) if texts else ():
            values = {
                "project_ref": project.get("project_ref", ""),
                "field": proposal.field,
                "value": proposal.value,
                "coder": "rules",
                "classifier_version": classifier_version(),
                "rule_id": proposal.rule_id,
                "evidence_field": proposal.evidence_field,
                "evidence_words": proposal.evidence_words,
                "confidence": proposal.confidence,
            }
            self._add("classifications", index, values, project.get("register", ""))

    def _add(self, entity: str, index: int, values: dict[str, str], register: str = "") -> None:
        if register and not values.get("register"):
            values["register"] = register
        record = Record(entity, self.found.grid.position, index + 1, values)
        self.done.records.setdefault(entity, []).append(record)

    def _malformed(self, index: int, rule: str, column: str) -> None:
        record = Record(self.entity.name, self.found.grid.position, index + 1, {}, rule, column)
        self.done.records[self.entity.name].append(record)

    def _say(self, index: int, letter: str, rule: str, severity: Severity) -> None:
        grid = self.found.grid
        place = f"sheet {grid.position}, row {index + 1}" if grid.sheet else f"row {index + 1}"
        self.done.messages.append(Message(place, grid.position, index + 1, letter, rule, severity))

    def _repeats_the_headings(self, cells: Sequence[str]) -> bool:
        """Whether the row is a heading row again; where headings stand in two rows, either of them."""
        first = next(cell for cell in cells if cell)
        if folded(first) not in self.first_headings:
            return False
        return tuple(folded(cell) for cell in cells if cell) in self.heading_rows

    def _heading_rows(self) -> frozenset[tuple[str, ...]]:
        last = self.found.heading_row
        rows = self.found.grid.rows[last + 1 - self.chosen.heading_rows : last + 1]
        return frozenset(tuple(folded(cell) for cell in row if cell) for row in rows)

    def _is_word(self, column: MapColumn) -> bool:
        target = field_column(self.chosen.dataset, self.entity, column.field)
        return target is not None and bool(target.values or target.words)

    def _constants(self) -> dict[str, str]:
        """Fields that hold for every row, read as a cell would be."""
        own = {name: text for name, text in self.found.table.constants.items() if "." not in name}
        try:
            return {name: self._reader(MapColumn(field=name, headings=(name,)))(text) for name, text in own.items()}
        except _Malformed as fault:
            raise ConfigurationError(f"the column map {self.chosen.name}: a constant breaks {fault.rule}") from None

    def _silences(self, values: Mapping[str, str], entity: Entity | None = None) -> dict[str, str]:
        """What the blank and absent columns say."""
        said = _said_by_silence(self.chosen.dataset, (entity or self.entity).name)
        return {name: word for name, word in said.items() if not values.get(name)}

    def _precisions(self, values: dict[str, str], entity: Entity | None = None) -> None:
        """A date's precision is the team's own word, else how the date is written, which the reader left behind it."""
        names = _names_of(self.chosen.dataset, (entity or self.entity).name)
        for name in [name for name, text in values.items() if WRITTEN_AS in text and name in self.dates]:
            values[name], _, written = values[name].partition(WRITTEN_AS)
            precision = f"{name.removesuffix('_on')}_precision"
            if precision in names and values.get(precision, "unknown") in ("", "unknown"):
                values[precision] = written

    def _reader(self, column: MapColumn) -> Reader:
        """What reads the column's cells; prose and references differ from row to row, the others are read once."""
        target = field_column(self.chosen.dataset, self.entity, column.field)
        reader = self._plain_reader(column, target)
        is_new_each_time = target is not None and (target.free_text or target.name == "project_ref")
        return reader if is_new_each_time else lru_cache(maxsize=REMEMBERED)(reader)

    def _plain_reader(self, column: MapColumn, target: Column | None) -> Reader:
        if target is None:
            return lambda text: text
        if target.type is ColumnType.DATE:
            return partial(_read_day, order=self.chosen.date_order, date_1904=self.found.grid.is_1904)
        if target.type in (ColumnType.NUMBER, ColumnType.INTEGER):
            return partial(_read_number, target)
        if target.name == "project_ref":
            return lambda text: re.sub(r"\s+", "-", clean(text))
        if self.chosen.unplaced_words == "unknown" and (target.values or target.is_list):
            return partial(placed_words, column, target)
        return partial(normalised, target)


@cache
def _names_of(dataset: str, entity: str) -> frozenset[str]:
    return frozenset(column.name for column in dataset_spec(dataset).entity(entity).columns)


@cache
def _said_by_silence(dataset: str, entity: str) -> Mapping[str, str]:
    """What a blank says, of the template's columns in which it says anything."""
    columns = template_columns(dataset_spec(dataset).entity(entity))
    return {column.name: word for column in columns if (word := silence(column))}


def odd_about(values: Mapping[str, str], unplaced: Sequence[str], today: date) -> list[str]:
    """What is odd about a project's entry, in words of the spec's ``flags``."""
    status, score = values.get("status"), values.get("progress_score") or ""
    ended, started = iso_date(values.get("ended_on", "")), iso_date(values.get("implemented_on", ""))
    happened = [iso_date(values.get(name, "")) for name in ("registered_on", "testing_started_on", "last_updated_on")]
    texts = [values.get("title") or "", values.get("aim") or ""]
    found = {
        "completed_with_low_score": status == "completed" and is_low(score),
        "date_in_future": any(day and day > today for day in happened)
        or bool(status in (*ENDED, "sustaining") and started and started > today)
        or bool(ended and ended > today and values.get("end_date_basis") == "actual"),
        "aim_without_measure": bool(values.get("aim")) and values.get("measure_stated") == "no",
        "end_unknown": status in ENDED and ended is None,
        "status_against_dates": (status in ENDED and ended is not None and ended > today)
        or (status in ("idea", "awaiting_approval") and started is not None and started <= today),
        "words_not_placed": bool(unplaced),
        "formula_like_text": any(FORMULA.match(text) for text in texts),
        "markup_in_text": any(MARKUP.search(text) for text in texts),
    }
    return [flag for flag, holds in found.items() if holds]


def is_low(score: str) -> bool:
    """Whether the text is a score that does not go with a completed project."""
    return NUMBER.fullmatch(score) is not None and float(score) <= LOW_SCORE


def parts_of(text: str, separator: str | None) -> list[str]:
    """The values in a cell, each once."""
    parts = re.split(separator, text) if separator else [text]
    return list(dict.fromkeys(part.strip() for part in parts if part.strip() and not is_silent(part)))


def organisations_in(text: str, separator: str | None) -> list[str]:
    """The organisations in a cell: parted by the map's separator, and codes or acronyms by any usual mark.

    'RYJ, RJ1' are two; a comma or an 'and' in a name is part of the name.
    """
    return list(
        dict.fromkeys(
            code
            for part in parts_of(text, separator)
            for code in (CODE_MARKS.split(part) if CODES.fullmatch(part) else [part])
        )
    )


def placed_words(column: MapColumn, target: Column, text: str) -> str:
    """Evenhand's word for the register's, or several; '' when a word has no place.

    A word is placed before it is taken for silence: 'on hold' is no date, but it is a status.
    """
    if not text:
        return silence(target) or ""
    parts = re.split(column.separator or r"[;,]", text) if target.is_list else [text]
    words = [placed_word(column, target, part) for part in parts if part.strip()]
    if words and all(words):
        return ";".join(sorted(set(words)))
    return (silence(target) or "") if is_silent(text) else ""


def placed_word(column: MapColumn, target: Column, text: str) -> str:
    """The spec's word for one word of a register: by the map, as it stands, by the shared list; '' when none.

    The map goes first: a register may mean something else by one of our words.
    """
    allowed = target.words if target.is_list else target.values
    word, key = word_of(text), folded(text)
    if allowed is None:
        return {folded(theirs): ours for theirs, ours in column.words.items()}.get(key) or (
            word if target.pattern and re.fullmatch(target.pattern, word) and not column.words else ""
        )
    for theirs, ours in column.words.items():
        if folded(theirs) == key:
            return ours
    if word in allowed:
        return word
    return shared_words().get(target.name, {}).get(key, "")


def made_reference(texts: Iterator[str] | Sequence[str]) -> str:
    """A reference for a register that gives none: the same for the same words, whatever their case and spacing."""
    words = "|".join(clean(text).casefold() for text in texts)
    return f"made-{sha256(words.encode()).hexdigest()[:12]}-0" if words.strip("|") else ""


def _read_day(text: str, *, order: Literal["day_first", "month_first"] | None, date_1904: bool) -> str:
    """'2024-04-03~day': the first day meant and how exactly, '' for silence; _Malformed with the reason."""
    if not text or is_silent(text):
        return ""
    read = read_date(text, order=order, date_1904=date_1904)
    if isinstance(read, DateProblem):
        raise _Malformed(f"date_{read}")
    return f"{read.first.isoformat()}{WRITTEN_AS}{read.precision}"


def _read_number(target: Column, text: str) -> str:
    """A number; '35%' is 0.35 where at most 1 is allowed, '3.5 - improvement' is 3.5."""
    if not text or is_silent(text):
        return ""
    if (percent := PERCENT.fullmatch(text)) and target.maximum == 1:
        return repr(float(percent[1]) / 100)
    leading = LEADING_NUMBER.match(text)
    return leading[1] if leading else text.replace(",", "")


def canonical_bytes(done: Imported) -> bytes:
    """One UTF-8 CSV of all records, the same bytes for the same records.

    A cell that is no word, date or number of the spec's becomes ``[not archived]``: its row is quarantined, its text is
    not kept. Each entity that the file has, but no row of, has one line with row 0.
    """
    spec = dataset_spec(done.dataset)
    names = list(dict.fromkeys(column.name for entity in spec.entities for column in entity.columns))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*CANONICAL_LEAD, *names])
    for entity in spec.entities:
        records = done.records.get(entity.name)
        if records is None:
            continue
        keep = {column.name: (names.index(column.name), _fitting(column)) for column in entity.columns}
        if not records:
            writer.writerow([entity.name, "0", "", "", "", *[""] * len(names)])
        for number, record in enumerate(records, start=1):
            cells = [""] * len(names)
            for name, text in record.values.items():
                if text and name in keep:
                    at, fits = keep[name]
                    cells[at] = text if fits(text) else NOT_ARCHIVED
            writer.writerow([entity.name, number, done.place(record), record.rule, record.column, *cells])
    return stream.getvalue().encode("utf-8")


def _fitting(column: Column) -> Callable[[str], bool]:
    """Whether a cell is of the column's kind, so that the archive may keep its text."""
    if column.free_text:
        longest = column.free_text
        return lambda text: len(text) <= longest
    if column.type is ColumnType.DATE:
        return lambda text: iso_date(text) is not None
    if column.type is ColumnType.BOOLEAN:
        return lambda text: text in ("true", "false")
    if column.type in (ColumnType.INTEGER, ColumnType.NUMBER):
        return lambda text: NUMBER.fullmatch(text) is not None
    if column.words is not None:
        allowed = set(column.words)
        return lambda text: allowed.issuperset(text.split(";"))
    if column.values is not None:
        return frozenset(column.values).__contains__
    pattern = re.compile(column.pattern or r"(?!)")
    return lambda text: pattern.fullmatch(text) is not None
