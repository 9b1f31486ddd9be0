"""Read the detailed spreadsheets of organisational results of the NHS Staff Survey.

Belongs here: sheets with two header rows, joining each answer to the base of its question, leaving out what describes
the respondents. Does not: choosing measures, adding answers up (dbt).

The row of questions names a question over its first column only; the row of labels below has the answers and ends each
question with the base. One cell of the sheet is one record.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.datasets.protocol import Parsed, SourceFile, Table
from orchestration.datasets.reading import clean
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

IDENTITY = {
    "ods code": "organisation_code",
    "organisation name": "organisation_name",
    "benchmarking group": "benchmarking_group",
    "region": "region",
    "ics": "ics",
    "weighting": "weighting",
}
REQUIRED = ("organisation_code", "organisation_name", "benchmarking_group", "weighting")
BASE = re.compile(r"base\s*\(number of responses\)", re.IGNORECASE)
TITLE = re.compile(r"NHS Staff Survey\s+(20\d\d)", re.IGNORECASE)
QUESTION = re.compile(r"(Q\d+\w*|PP\d\w*|[A-Z]_\d|[A-Z][\w ]*?)\s+-\s+(.+)")
BACKGROUND = re.compile(r"background", re.IGNORECASE)
HEADER_WITHIN = 12

Cells = Sequence[object]


@dataclass(frozen=True)
class Answer:
    """A column of answers: where it stands, its question and label, and where the question's base stands."""

    position: int
    base: int
    question: str
    wording: str
    label: str


@dataclass(frozen=True)
class Results:
    """One sheet of results: positions of the identity columns, its answers, and its organisations."""

    name: str
    identity: dict[str, int]
    answers: tuple[Answer, ...]
    rows: tuple[Cells, ...]


def parse(source: SourceFile) -> Parsed:
    """One row per organisation, question and answer; answers on who the respondents are count as ignored."""
    sheets = read_workbook(source.path, source.name)
    found = [sheet for name, rows in sheets.items() if (sheet := _results(source, name, rows))]
    if not found:
        raise NotOfThisDataset(
            f"{source.name}: no sheet has the headings 'ODS code' and 'Base (number of responses)'; "
            f"it has the sheets {list(sheets)}"
        )
    year = _year_of(source, sheets)
    left = [name for name in sheets if name not in {sheet.name for sheet in found}]
    used = [sheet for sheet in found if not BACKGROUND.search(sheet.name)]
    ignored = sum(len(sheet.rows) * len(sheet.answers) for sheet in found if BACKGROUND.search(sheet.name))
    return Parsed(
        layout="organisational_results",
        tables={"results": _table(year, used, ignored)},
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        period_label=str(year),
        notes=(f"sheets without a table of answers: {left}",) if left else (),
    )


def _results(source: SourceFile, name: str, rows: Sequence[Cells]) -> Results | None:
    """The sheet as results; None when it has no header row of them."""
    texts = [[clean(cell_text(cell)) for cell in row] for row in rows[:HEADER_WITHIN]]
    at = next((i for i, row in enumerate(texts) if row and row[0].casefold() == "ods code"), None)
    if at is None:
        return None
    labels = texts[at]
    identity = {IDENTITY[label.casefold()]: i for i, label in enumerate(labels) if label.casefold() in IDENTITY}
    if missing := [column for column in REQUIRED if column not in identity]:
        raise FileRefused(f"{source.name}, sheet {name!r}: columns {missing} are missing; it has {labels[:8]}")
    first = max(identity.values()) + 1
    questions = next(
        (row for row in texts[:at] if any(QUESTION.match(cell) for cell in row[first:])), [""] * len(labels)
    )
    records = tuple(row for row in rows[at + 1 :] if any(clean(cell_text(cell)) for cell in row))
    return Results(name, identity, _answers(source, name, first, questions, labels), records)


def _answers(
    source: SourceFile, sheet: str, first: int, questions: Sequence[str], labels: Sequence[str]
) -> tuple[Answer, ...]:
    """The columns of answers; refuses a question without a name, without answers or without its base."""
    answers: list[Answer] = []
    waiting: list[int] = []
    heading = ""
    for position in range(first, len(labels)):
        if questions[position]:
            if waiting:
                raise FileRefused(f"{source.name}, sheet {sheet!r}: {heading!r} has no base; the next question begins")
            heading = questions[position]
        if not labels[position]:
            continue
        if not BASE.fullmatch(labels[position]):
            waiting.append(position)
            continue
        match = QUESTION.fullmatch(heading)
        if match is None or not waiting:
            raise FileRefused(f"{source.name}, sheet {sheet!r}, column {position + 1}: a base without a question")
        answers += [Answer(at, position, match[1], match[2], _label(labels[at])) for at in waiting]
        waiting = []
    if waiting:
        raise FileRefused(f"{source.name}, sheet {sheet!r}: {heading!r} has no base")
    return tuple(answers)


def _label(label: str) -> str:
    """`% Agree` as `Agree`, `PP1 - score` as `score`."""
    return "score" if label.casefold().endswith("- score") else label.removeprefix("%").strip()


def _year_of(source: SourceFile, sheets: dict[str, Sequence[Cells]]) -> int:
    """Year of the survey from the titles of the sheets; refuses none or two."""
    years = {
        int(match[1])
        for rows in sheets.values()
        for row in rows[:3]
        for cell in row[:2]
        if (match := TITLE.search(clean(cell_text(cell))))
    }
    if len(years) != 1:
        raise FileRefused(
            f"{source.name}: the sheets should have one title like 'NHS Staff Survey 2024'; years found: "
            f"{sorted(years) or 'none'}"
        )
    return years.pop()


def _table(year: int, sheets: Sequence[Results], ignored: int) -> Table:
    """All answers of all sheets; columns are built one by one, repeated text is shared."""
    import pandas as pd

    data: dict[str, list[str | None]] = {
        name: [] for name in (*IDENTITY.values(), "section", "question", "wording", "answer", "value", "respondents")
    }
    for sheet in sheets:
        for row in sheet.rows:
            who = {name: clean(cell_text(row[at])) or None for name, at in sheet.identity.items()}
            bases: dict[int, str | None] = {}
            for answer in sheet.answers:
                if answer.base not in bases:
                    bases[answer.base] = cell_text(row[answer.base]).strip() or None
                for name in IDENTITY.values():
                    data[name].append(who.get(name))
                data["section"].append(sheet.name)
                data["question"].append(answer.question)
                data["wording"].append(answer.wording)
                data["answer"].append(answer.label)
                data["value"].append(cell_text(row[answer.position]).strip() or None)
                data["respondents"].append(bases[answer.base])
    frame = pd.DataFrame(data, dtype="object")
    frame.insert(0, "period_start", pd.Series([f"{year}-01-01"] * len(frame), dtype="object"))
    frame.insert(1, "period_end", pd.Series([f"{year}-12-31"] * len(frame), dtype="object"))
    frame["source_row"] = range(1, len(frame) + 1)
    rules = {"background_of_respondents": ignored} if ignored else {}
    return Table(frame, len(frame) + ignored, rules)
