"""Tell a QI lead, row by row and in plain English, what will become of a spreadsheet before it is sent.

Belongs here: a dry run of the door without archive or lake, its messages, the annotated copy. Does not: deciding
anything; the same screen, map, matching and rules decide when the file is handed in.

Messages name places and Evenhand's own words, never the content of a cell. The annotated copy holds the whole file and
belongs beside it.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.records import column_letter, read_canonical, sheet_title
from orchestration.errors import FileRefused, UsageError
from orchestration.qi_logs.columnmaps import SAYS, Placed, RegisterMap
from orchestration.qi_logs.grids import Grid, read_grids
from orchestration.qi_logs.importing import Imported, Record, canonical_bytes, import_grids
from orchestration.qi_logs.intake import CALLED, Opened, hits_in, opened, shown_name
from orchestration.qi_logs.organisations import Matcher
from orchestration.qi_logs.resolving import resolved

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Severity = Literal["held", "error", "warning"]
SUMMARY = "Evenhand"
TEXTS: Mapping[str, str] = {
    "cells_beyond_the_headings": "There is text right of the last heading. Give the column a heading or clear it.",
    "record_too_short": "This row has fewer fields than there are headings; a line break or a mark may be lost.",
    "headings_again": "The headings stand here again. Remove the row.",
    "missing": "This must be filled in.",
    "date_ambiguous": "This date can be read in two ways. Write it as 2024-04-03 or as '3 April 2024'.",
    "date_impossible": "There is no such day. Check day, month and year.",
    "date_unreadable": "This can't be read as a date. Write it as 2024-04-03, or clear it if it is not known.",
    "date_out_of_range": "This date lies before 1990 or after 2100; an empty spreadsheet cell often looks like 1900.",
    "date_before_1990": "This date lies before 1990; an empty spreadsheet cell often looks like 1900.",
    "end_before_start": "The project ends before its change was in use. One of the two dates is wrong.",
    "end_before_test": "The project ends before its first test. One of the two dates is wrong.",
    "left_before_joined": "The organisation leaves before it joined. One of the two dates is wrong.",
    "duplicate_key": "The same reference stands in more than one row. Each project needs its own.",
    "pattern": "This is not written as it has to be.",
    "values": "This word is not one of those that can be used here.",
    "minimum": "This number is too small.",
    "maximum": "This number is too large.",
    "unknown_organisation": "This code is no organisation that is known. Look it up in the ODS directory.",
    "organisation_blank": "No organisation is named.",
    "organisation_unknown_code": "This code is no organisation that is known. Look it up in the ODS directory.",
    "organisation_unknown_name": "No organisation has exactly this name. Write the ODS code.",
    "organisation_ambiguous_name": "More than one organisation is called this. Write the ODS code.",
    "organisation_not_valid_at_date": "This organisation did not exist at the project's date. Check both.",
    "word_not_placed": "This word is not in the map; it counts as unknown until the map places it.",
    "completed_with_low_score": "The project is completed, but its progress score says that nothing was changed yet.",
    "date_in_future": "Something is said to have happened on a day that is still to come.",
    "aim_without_measure": "There is an aim, but no measure by which to see whether it is reached.",
    "end_unknown": "The project is over, but its last day is not given.",
    "status_against_dates": "Status and dates contradict each other.",
    "formula_like_text": "A text begins like a formula. It is kept as text and never calculated.",
    "markup_in_text": "A text holds markup such as HTML. It is shown as it is written and does nothing.",
}


@dataclass(frozen=True)
class Finding:
    """One message; ``row`` and ``column`` as a spreadsheet names them, 0 and '' for the whole file."""

    sheet: int
    row: int
    column: str
    severity: Severity
    text: str


@dataclass
class CheckResult:
    """What the dry run says: ``verdict`` is what would happen if the file came in now."""

    name: str
    verdict: Literal["loads", "loads in part", "held", "refused"]
    map_name: str = ""
    register: str = ""
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    heading_rows: dict[int, int] = field(default_factory=dict)
    sheet_title: str = "Register"
    is_workbook: bool = False

    def place(self, finding: Finding) -> str:
        """'sheet 2, row 7, column C'."""
        parts = [f"sheet {finding.sheet}"] if self.is_workbook and finding.sheet else []
        parts += [f"row {finding.row}"] if finding.row else []
        parts += [f"column {finding.column}"] if finding.column else []
        return ", ".join(parts) or "the file"


def check(
    source: SourceFile,
    *,
    today: date,
    maps: Iterable[RegisterMap],
    matcher: Matcher,
    codes: frozenset[str],
    dataset: str | None = None,
) -> CheckResult:
    """A dry run of the door. ``codes`` are the organisation codes that are known; nothing is written anywhere."""
    name = shown_name(source.name)
    try:
        file = opened(source, dataset, maps)
    except FileRefused as error:
        return CheckResult(name, "refused", findings=[Finding(0, 0, "", "error", str(error))])
    result = CheckResult(name, "loads", file.chosen.name, is_workbook=any(grid.sheet for grid in file.grids))
    first = file.placed[0].table
    if first.from_spec:
        result.sheet_title = sheet_title(dataset_spec(file.chosen.dataset).entity(first.entity))
    result.heading_rows = {found.grid.position: found.heading_row for found in file.placed}
    result.findings += _held(file, source.name)
    done = import_grids(file.grids, source.name, file.chosen, today=today)
    result.register = done.register if name == source.name else "withheld"
    result.findings += [
        Finding(message.sheet, message.row, message.column, message.severity, TEXTS.get(message.rule, message.rule))
        for message in done.messages
        if message.severity == "warning"
    ]
    result.findings += _rejected(file, done, matcher, codes, result.counts)
    result.findings = sorted(dict.fromkeys(result.findings), key=lambda one: (one.sheet, one.row, one.column, one.text))
    if not any(done.records.values()):
        result.findings.append(Finding(0, 0, "", "error", "There are headings and no records below them."))
    severities = {finding.severity for finding in result.findings}
    if "held" in severities:
        result.verdict = "held"
    elif "error" in severities:
        result.verdict = "loads in part"
    return result


def _held(file: Opened, original_name: str) -> Iterator[Finding]:
    for hit in hits_in(file, original_name):
        sheet = int(hit.sheet.removeprefix("sheet ")) if hit.sheet else 0
        what = CALLED[hit.rule]
        text = f"This looks like personal data ({what}). Nothing of the file is taken while it stands here: remove it."
        if hit.row == 0:
            text = f"The name of {'this sheet' if sheet else 'the file'} holds what looks like personal data ({what})."
        yield Finding(sheet, hit.row, hit.column, "held", text)


def _rejected(
    file: Opened, done: Imported, matcher: Matcher, codes: frozenset[str], counts: dict[str, tuple[int, int]]
) -> Iterator[Finding]:
    """Rows that would go to quarantine, as loading finds them."""
    from orchestration.validation.validate import validate

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "canonical.csv"
        path.write_bytes(canonical_bytes(done))
        found = resolved(read_canonical(SourceFile(path, "canonical.csv"), done.dataset), matcher)
    spec = dataset_spec(done.dataset)
    for entity, table in found.parsed.tables.items():
        records = done.records[entity]
        validated = validate(spec.entity(entity), table, {"organisations": codes})
        counts[entity] = (validated.read, len(validated.frame))
        for bad in validated.quarantined:
            record = records[bad.source_row - 1]
            letter = _letter(file.placed, record, bad.column)
            text = TEXTS.get(bad.rule) or _typed(bad.rule)
            near = found.suggestions.get((entity, bad.source_row))
            if near:
                text += f" Did you mean: {near}?"
            if not letter and bad.column:
                text += f" ({bad.column})"
            yield Finding(record.sheet, record.row, letter, "error", text)


def _typed(rule: str) -> str:
    kind = rule.removeprefix("type:")
    return f"This must be a {kind}." if kind != rule else f"This breaks the rule {rule}."


def _letter(placed: Sequence[Placed], record: Record, column: str) -> str:
    """Letter of the spreadsheet column that fills ``column`` of the record's entity, '' when none does."""
    for found in placed:
        if found.grid.position == record.sheet:
            for index, mapped in found.columns.items():
                if mapped.field in (column, f"{record.entity}.{column}"):
                    return column_letter(index)
    return ""


def told(result: CheckResult) -> str:
    """The messages as text, one line each, and what would become of the file."""
    lines = [f"{result.name}: map {result.map_name or 'none'}, register {result.register or 'unknown'}"]
    lines += [f"{finding.severity:<8}{result.place(finding)}: {finding.text}" for finding in result.findings]
    lines += [f"{entity}: {read} read, {loaded} would be loaded" for entity, (read, loaded) in result.counts.items()]
    numbers: Counter[str] = Counter(finding.severity for finding in result.findings)
    shown = ", ".join(f"{numbers[kind]} {kind}" for kind in ("held", "error", "warning") if numbers[kind])
    return "\n".join([*lines, f"As it stands the file {verdict_text(result)}. Messages: {shown or 'none'}."])


def verdict_text(result: CheckResult) -> str:
    """What would happen, in words."""
    return {
        "loads": "loads whole",
        "loads in part": "loads but for the rows with errors, which wait in quarantine",
        "held": "is held, because it seems to hold personal data; nothing of it is taken",
        "refused": "is refused whole",
    }[result.verdict]


def write_annotated(source: SourceFile, result: CheckResult, path: Path) -> Path:
    """An .xlsx copy of the file with a column of messages beside its rows; ``path``, which only its owner may read.

    All cells are text: nothing in the copy is calculated or linked. It may be corrected and handed in itself.
    """
    from xlsxwriter import Workbook

    grids = read_grids(source.path, shown_name(source.name))
    if path.exists() and (path.samefile(source.path) or not _is_annotated(path)):
        raise UsageError(f"{path} exists and is no annotated copy; name another file, nothing is overwritten")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    options["date_1904"] = any(grid.is_1904 for grid in grids)  # a bare serial keeps its meaning
    taken: set[str] = set()
    with Workbook(str(path), options) as workbook:
        marks: dict[str, Format] = {
            "held": workbook.add_format({"bg_color": "#F4B6B6"}),
            "error": workbook.add_format({"bg_color": "#FFD9A0"}),
            "warning": workbook.add_format({"bg_color": "#FFF4B8"}),
        }
        for grid in grids:
            if grid.sheet.casefold() == SUMMARY.casefold():
                continue  # the summary of an earlier check
            sheet = workbook.add_worksheet(_free_title(grid.sheet or result.sheet_title, taken))
            own = [one for one in result.findings if one.sheet == grid.position or not result.is_workbook]
            _annotate(sheet, grid, own, result.heading_rows.get(grid.position), marks)
        _summary(workbook, result)
    return path


def _is_annotated(path: Path) -> bool:
    """Whether the file is the copy that an earlier check wrote."""
    try:
        return any(grid.sheet == SUMMARY for grid in read_grids(path, "the file"))
    except FileRefused:
        return False


def _free_title(wanted: str, taken: set[str]) -> str:
    """A title that a workbook allows and that no sheet has yet."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip(" '")[:27] or "Sheet"
    title = next(name for name in (plain, *(f"{plain} {n}" for n in range(2, 99))) if name.casefold() not in taken)
    taken.add(title.casefold())
    return title


def _annotate(
    sheet: "Worksheet",
    grid: Grid,
    findings: Sequence[Finding],
    heading_row: int | None,
    marks: Mapping[str, "Format"],
) -> None:
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.row:
            by_row.setdefault(finding.row, []).append(finding)
    width = max((len(row) for row in grid.rows), default=0)
    for number, row in enumerate(grid.rows, start=1):
        said = by_row.get(number, [])
        colours = {finding.column: marks[finding.severity] for finding in said if finding.column}
        for index, text in enumerate(row):
            mark = colours.get(column_letter(index))
            if mark is not None:
                sheet.write_string(number - 1, index, text, mark)
            elif text:
                sheet.write_string(number - 1, index, text)
        if said:
            sheet.write_string(number - 1, width, " ".join(_with_column(one) for one in said), marks[said[0].severity])
    if heading_row is not None:
        sheet.write_string(heading_row, width, SAYS)
        sheet.set_column(width, width, 80)


def _with_column(finding: Finding) -> str:
    return f"Column {finding.column}: {finding.text}" if finding.column else finding.text


def _summary(workbook: "Workbook", result: CheckResult) -> None:
    sheet = workbook.add_worksheet(SUMMARY)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 120)
    lines = [("What would happen", f"The file {verdict_text(result)}."), ("Column map", result.map_name)]
    lines += [("Register", result.register)]
    lines += [(entity, f"{read} read, {loaded} would load") for entity, (read, loaded) in result.counts.items()]
    lines += [(result.place(one), one.text) for one in result.findings]
    for row, (what, text) in enumerate(lines):
        sheet.write_string(row, 0, what)
        sheet.write_string(row, 1, text)
