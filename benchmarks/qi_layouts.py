"""Write registers of the corpus as files in their shapes, and say which row each entry stands in.

Belongs here: headings, title rows, merged groups, sheets, delimiters, hidden and blank rows. Does not: what entries
say (qi_corpus.py) or how they are read (orchestration.qi_logs).
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from benchmarks.qi_corpus import DATE_FIELDS, Cell, Entry, Register, Written, is_workbook
from orchestration.datasets.writing import WRITTEN_AT, ods

Row = list[Cell]
Getter = Callable[[Entry], Cell]
REPEATED_AT = 17
BLANK_AT = 11
STRAY_AT = 23


@dataclass(frozen=True)
class TrueRow:
    """What ought to become of a row: an entry, or quarantine by a rule."""

    entity: str
    sheet: int
    row: int
    entry: Entry | None
    rule: str = ""


@dataclass(frozen=True)
class CorpusFile:
    """A file of a register, its map, and its rows below the headings."""

    name: str
    content: bytes
    register: Register
    rows: tuple[TrueRow, ...]
    issued: date


@dataclass
class _Sheet:
    name: str
    rows: list[Row]
    merges: list[tuple[int, int, int]] = field(default_factory=list)  # row, first column, last column
    is_hidden: bool = False


def files_of(register: Register) -> list[CorpusFile]:
    """Every release of the register as files; one file except for templates in CSV."""
    made = []
    for day, entries in register.releases:
        made += _WRITERS[register.shape](register, day, entries)
    return made


def _file(
    register: Register, day: date, ending: str, content: bytes, rows: Sequence[TrueRow], part: str = ""
) -> CorpusFile:
    name = f"SYNTHETIC {register.name.replace('-', ' ')}{part} {day.isoformat()}.{ending}"
    return CorpusFile(name, content, register, tuple(rows), day)


def _word(name: str) -> Getter:
    return lambda entry: entry.words[name].cell


def _date(name: str) -> Getter:
    return lambda entry: entry.dates.get(name, Written("", "")).cell


def _sites(role: str, separator: str = "; ") -> Getter:
    return lambda entry: separator.join(site.text for site in entry.sites if site.role == role)


def _title(entry: Entry) -> Cell:
    return entry.title


def _aim(entry: Entry) -> Cell:
    return entry.aim


def _ref(entry: Entry) -> Cell:
    return entry.ref


LIFE_QI: tuple[tuple[str, Getter], ...] = (
    ("Project ID", _ref), ("Project title", _title), ("Aim statement", _aim), ("Project type", _word("activity_type")),
    ("Project status", _word("status")), ("Methodology", _word("method")), ("Scope", _word("scope")),
    ("Specialty", _word("specialty")), ("Topic", _word("clinical_topic")), ("Lead organisation", _sites("lead")),
    ("Other organisations", _sites("participant")), ("Spread to", _sites("spread")),
    ("Created", _date("registered_on")), ("Start date", _date("testing_started_on")),
    ("Change implemented", _date("implemented_on")),
    ("End date", _date("ended_on")), ("Progress score", lambda e: f"{e.score} - as judged"),
    ("Measures", lambda e: e.measures), ("Project lead", lambda e: e.lead),
    ("Lead e-mail", lambda e: f"{e.lead.lower()}@example.org"), ("Team members", lambda e: f"{e.lead}; others"),
    ("Groups", lambda _: "Improvement group"), ("Description", lambda e: e.comment),
)  # fmt: skip
AUDIT: tuple[tuple[str, Getter], ...] = (
    ("Audit number", _ref), ("Audit title", _title), ("Objectives", _aim), ("Type of audit", _word("activity_type")),
    ("Audit status", _word("status")), ("Specialty", _word("specialty")), ("Trust", _sites("lead", "\n")),
    ("Joint with", _sites("participant")), ("Date registered", _date("registered_on")),
    ("Data collection start", _date("testing_started_on")), ("Action plan implemented", _date("implemented_on")),
    ("Date completed", _date("ended_on")), ("Standards audited", lambda e: e.measures),
    ("Audit lead", lambda e: e.lead),
    ("Supervising consultant", lambda e: f"Dr {e.lead}"), ("Contact e-mail", lambda e: f"{e.lead.lower()}@example.org"),
    ("Priority", lambda _: "2"), ("Comments", lambda e: e.comment),
)  # fmt: skip
TRUST: tuple[tuple[str, str, Getter], ...] = (
    ("Project", "Ref", lambda e: float(e.ref)), ("Project", "Title", _title), ("Project", "Aim", _aim),
    ("Project", "Type", _word("activity_type")), ("Project", "Method", _word("method")),
    ("Project", "Theme", _word("clinical_topic")), ("Where", "Site", _sites("lead")),
    ("Where", "Also at", _sites("participant")), ("Where", "Spread to", _sites("spread")),
    ("Where", "Department", _word("specialty")), ("Where", "Scope", _word("scope")),
    ("Dates", "Registered", _date("registered_on")), ("Dates", "Started", _date("testing_started_on")),
    ("Dates", "Change in use", _date("implemented_on")), ("Dates", "End", _date("ended_on")),
    ("Progress", "Status", _word("status")), ("Progress", "Score", lambda e: e.score),
    ("Progress", "Measures", lambda e: e.measures), ("Progress", "Comments", lambda e: e.comment),
    ("People", "Lead", lambda e: e.lead), ("People", "E-mail", lambda e: f"{e.lead.lower()}@example.org"),
)  # fmt: skip
IDEAS: tuple[tuple[str, Getter], ...] = (
    ("Idea", _ref), ("Idea title", _title), ("Summary", _aim), ("Year", _date("registered_on")),
    ("Theme", lambda _: "Digital"),
    ("Lead organisation", _sites("lead")), ("Partner organisations", _sites("participant")),
    ("Topic", _word("clinical_topic")), ("Outcome", _word("status")),
    ("Meet the team", lambda e: f"{e.lead} (lead), others"),
    ("Comments", lambda e: e.comment),
)  # fmt: skip
TEMPLATE: tuple[tuple[str, Getter], ...] = (
    ("Project reference", _ref), ("Title", _title), ("Aim", _aim), ("Activity type", _word("activity_type")),
    ("Status", _word("status")), ("Method", _word("method")), ("Scope", _word("scope")),
    ("Specialty", _word("specialty")), ("Clinical topic", _word("clinical_topic")),
    ("Registered on", _date("registered_on")), ("Testing started on", _date("testing_started_on")),
    ("Implemented on", _date("implemented_on")), ("Ended on", _date("ended_on")),
    ("Measure stated", lambda e: "yes" if e.measures else "no"), ("Progress score", lambda e: e.score),
)  # fmt: skip
FIELDS = {
    "life_qi_export": {*DATE_FIELDS, "status", "method", "scope", "specialty", "clinical_topic", "activity_type"},
    "clinical_audit_register": {*DATE_FIELDS, "status", "specialty", "activity_type"},
    "trust_register": {*DATE_FIELDS, "status", "method", "scope", "specialty", "clinical_topic", "activity_type"},
    "q_exchange": {"registered_on", "status", "clinical_topic"},
    "evenhand_template": {*DATE_FIELDS, "status", "method", "scope", "specialty", "clinical_topic", "activity_type"},
}

ROLES = {
    "life_qi_export": {"lead", "participant", "spread"},
    "clinical_audit_register": {"lead", "participant"},
    "trust_register": {"lead", "participant", "spread"},
    "q_exchange": {"lead", "participant"},
    "evenhand_template": {"lead", "participant", "spread"},
}


def _life_qi(register: Register, day: date, entries: Sequence[Entry]) -> list[CorpusFile]:
    """A CSV of one heading row with bytes of Windows, quoted line breaks and, halfway, the headings again."""
    columns = list(LIFE_QI)
    if register.number % 2:
        columns = columns[5:] + columns[:5]
    rows, truth = _table(columns, entries, sheet=1)
    return [_file(register, day, "csv", _csv(rows, ",", "utf-8-sig"), truth)]


def _audit(register: Register, day: date, entries: Sequence[Entry]) -> list[CorpusFile]:
    """A workbook (of Excel or OpenDocument) with title rows and a sheet of notes."""
    above: list[Row] = [["SYNTHETIC register of clinical audits"], [], ["Keep up to date"]]
    rows, truth = _table(AUDIT, entries, sheet=1, above=above)
    sheets = [_Sheet("Audits", rows), _Sheet("Lists", [["Local audit"], ["Re-audit"]])]
    if is_workbook(register):
        return [_file(register, day, "xlsx", _xlsx(sheets, is_1904=register.is_1904), truth)]
    tables = {
        sheet.name: [[str(cell) if cell != "" else None for cell in row] for row in sheet.rows] for sheet in sheets
    }
    return [_file(register, day, "ods", ods(tables), truth)]


def _trust(register: Register, day: date, entries: Sequence[Entry]) -> list[CorpusFile]:
    """A workbook with a sheet per directorate, merged groups above the headings, a hidden sheet of old notes."""
    sheets, truth = [], []
    for position, name in enumerate(("Medicine", "Surgery & Theatres", "Women and children"), start=1):
        own = list(entries[position - 1 :: 3])
        groups: Row = [group for group, _, _ in TRUST]
        shown = [group if at == 0 or groups[at - 1] != group else "" for at, group in enumerate(groups)]
        above: list[Row] = [[f"SYNTHETIC register, directorate {position}"], [], list(shown)]
        rows, true = _table([(title, get) for _, title, get in TRUST], own, sheet=position, above=above, groups=shown)
        starts = [at for at, group in enumerate(shown) if group] + [len(shown)]
        merges = [(2, first, after - 1) for first, after in pairwise(starts)]
        sheets.append(_Sheet(name, rows, merges))
        truth += true
    sheets.append(_Sheet("Old list 2019", [["nothing here that a map knows"]], is_hidden=True))
    return [_file(register, day, "xlsx", _xlsx(sheets, is_1904=register.is_1904), truth)]


def _ideas(register: Register, day: date, entries: Sequence[Entry]) -> list[CorpusFile]:
    """Fields parted by bars."""
    rows, truth = _table(IDEAS, entries, sheet=1)
    return [_file(register, day, "csv", _csv(rows, "|", "utf-8"), truth)]


def _template(register: Register, day: date, entries: Sequence[Entry]) -> list[CorpusFile]:
    """Evenhand's template: a workbook, or a CSV per table."""
    projects, project_truth = _table(TEMPLATE, entries, sheet=1, has_stray=False)
    sites: list[Row] = [["Project reference", "Organisation code", "Role", "Share reached", "Reach basis"]]
    site_truth, measure_truth = [], []
    measures: list[Row] = [["Project reference", "Measure", "Measure role", "Better is"]]
    for entry in entries:
        for site in entry.sites:
            sites.append([entry.ref, site.text, site.role, 0.4, "estimated"])
            site_truth.append(TrueRow("sites", 2, len(sites), entry))
        said = ["", ""] if is_bare_measure(len(measures) + 1) else ["outcome", "higher"]
        measures.append([entry.ref, "ae_four_hour_performance", *said])
        measure_truth.append(TrueRow("measures", 3, len(measures), entry))
    tables = {"Projects": projects, "Sites": sites, "Measures": measures}
    if is_workbook(register):
        content = _xlsx([_Sheet(name, rows) for name, rows in tables.items()], is_1904=register.is_1904)
        return [_file(register, day, "xlsx", content, [*project_truth, *site_truth, *measure_truth])]
    made = []
    for (name, rows), truth in zip(tables.items(), (project_truth, site_truth, measure_truth), strict=True):
        own = [TrueRow(row.entity, 1, row.row, row.entry, row.rule) for row in truth]
        made.append(_file(register, day, "csv", _csv(rows, ",", "utf-8"), own, f" {name.lower()}"))
    return made


def is_bare_measure(row: int) -> bool:
    """Whether the measure of this row says neither what it is to the project nor which way is better."""
    return row % 4 == 0


_WRITERS: dict[str, Callable[[Register, date, Sequence[Entry]], list[CorpusFile]]] = {
    "life_qi_export": _life_qi, "clinical_audit_register": _audit, "trust_register": _trust, "q_exchange": _ideas,
    "evenhand_template": _template,
}  # fmt: skip


def _table(
    columns: Sequence[tuple[str, Getter]],
    entries: Sequence[Entry],
    *,
    sheet: int,
    above: Sequence[Row] = (),
    groups: Row | None = None,
    has_stray: bool = True,
) -> tuple[list[Row], list[TrueRow]]:
    """Rows of a sheet and what ought to become of those below the headings."""
    headings: Row = [title for title, _ in columns]
    rows: list[Row] = [*above, headings]
    truth = []
    for at, entry in enumerate(entries, start=1):
        if at == BLANK_AT:
            rows.append([])
        if at == REPEATED_AT:
            for again in ([groups] if groups else []) + [headings]:
                rows.append(list(again))
                truth.append(TrueRow("projects", sheet, len(rows), None, "headings_again"))
        rows.append([get(entry) for _, get in columns])
        truth.append(TrueRow("projects", sheet, len(rows), entry, entry.rule))
        if at == STRAY_AT and has_stray:
            rows.append([*[get(entry) for _, get in columns], "", "stray remark"])
            truth.append(TrueRow("projects", sheet, len(rows), None, "cells_beyond_the_headings"))
    return rows, truth


def _csv(rows: Sequence[Row], delimiter: str, encoding: str) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode(encoding)


def _xlsx(sheets: Sequence[_Sheet], *, is_1904: bool) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "dd/mm/yyyy",
        "date_1904": is_1904,
    }  # fmt: skip
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": "Simulated (SYNTHETIC)", "created": datetime(*WRITTEN_AT)})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for at, row in enumerate(sheet.rows):
                page.write_row(at, 0, row)
            for at, first, last in sheet.merges:
                if last > first:
                    page.merge_range(at, first, at, last, sheet.rows[at][first])
            if sheet.is_hidden:
                page.hide()
    return content.getvalue()
