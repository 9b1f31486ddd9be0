"""Propose a column map for a register that no map fits, and show what could not be placed.

Belongs here: likely headings, fields by headings that other registers use, words that need a place. Does not: deciding;
a human reads the proposal and puts it into the home's ``maps/`` folder.

The proposal repeats headings and short words of vocabulary columns, which is what a map is made of; one that breaks a
rule of the privacy screen is left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import yaml

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.records import column_letter, folded, headings, register_of, template_columns
from orchestration.qi_logs.columnmaps import (
    ROWS_SEARCHED,
    MapColumn,
    field_column,
    headings_at,
    load_maps,
)
from orchestration.qi_logs.dates import DateProblem, HumanDate, is_silent, read_date
from orchestration.qi_logs.grids import Grid
from orchestration.qi_logs.importing import placed_words
from orchestration.qi_logs.privacy import rules_hit

DATASET = "qi_projects"
ALIKE = 88
WORDS_SHOWN = 25
LONGEST_WORD = 40
PERSONAL = re.compile(
    r"\b(name|names|lead|leads|e-?mail|phone|telephone|tel|mobile|bleep|contact|author|auditor|auditors|consultant|"
    r"supervisor|sponsor|owner|team members?|members|person|facilitator|coach|registrant|clinician|nhs number|"
    r"hospital number|dob|date of birth|patient)\b",
    re.IGNORECASE,
)
# what registers call things, beyond the headings of the shipped maps
COMMON: Mapping[str, tuple[str, ...]] = {
    "project_ref": ("ref", "ref no", "reference", "reference number", "project no", "project number", "id", "number"),
    "title": ("title", "project", "project name", "name of project", "topic title", "project title"),
    "aim": ("aim", "aims", "aim statement", "objective", "objectives", "purpose", "smart aim"),
    "status": ("status", "project status", "stage", "current status", "rag"),
    "method": ("method", "methodology", "approach", "improvement method", "qi method", "tool"),
    "activity_type": ("type", "project type", "type of project", "activity"),
    "specialty": ("specialty", "speciality"),
    "clinical_topic": ("topic", "clinical topic", "theme", "subject"),
    "setting": ("setting", "service", "care setting"),
    "scope": ("scope", "scale", "reach of project"),
    "registered_on": ("registered", "date registered", "registration date", "date received", "date logged", "created"),
    "implemented_on": ("start", "start date", "date started", "started", "implemented", "implementation date"),
    "ended_on": ("end", "end date", "date ended", "finish", "finish date", "date completed", "completion date"),
    "last_updated_on": ("updated", "last updated", "last update", "date updated"),
    "progress_score": ("score", "progress", "progress score", "ihi score"),
    "sites.organisation_as_written": ("trust", "organisation", "organization", "hospital", "site", "provider",
                                      "ods code", "trust/site", "hospital site", "organisation code"),
    "measure_text": ("measure", "measures", "outcome measure", "outcome measures", "metrics", "kpi"),
}  # fmt: skip


@dataclass
class Proposal:
    """A map as far as it could be made, and what is left for a human."""

    document: dict[str, object]
    placed: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    personal: int = 0

    def as_yaml(self) -> str:
        """The document, with what could not be placed as comments."""
        lines = ["# Proposed column map. Read it, mend it, then keep it in the home's maps folder."]
        lines += [f"# {note}" for note in self.notes]
        if self.guessed:
            lines += ["# Guessed from a heading that is only like a known one; check:"]
            lines += [f"#   {text}" for text in self.guessed]
        if self.unplaced:
            lines += [
                "# Not placed. Give each a field, or move it to personal (dropped unread) or ignored (screened, not"
            ]
            lines += ["# loaded). Until then a file with such a heading is refused:"]
            lines += [f"#   {text}" for text in self.unplaced]
        for name, words in self.words.items():
            lines += [f"# Words of {name} that have no place yet (they count as unknown): {', '.join(words)}"]
        body = yaml.safe_dump(self.document, sort_keys=False, allow_unicode=True, width=110)
        return "\n".join([*lines, body])


def propose_map(grids: Sequence[Grid], name: str) -> Proposal:
    """The best guess at a map of QI projects for the file called ``name``."""
    register = register_of(name)
    found = [(grid, index) for grid in grids if not grid.is_hidden and (index := _heading_row(grid)) is not None]
    proposal = Proposal({"map": re.sub(r"[^a-z0-9]+", "_", register).strip("_") or "register"})
    if not found:
        proposal.notes.append("No row of headings was found; the map below is empty.")
    heading_rows = 2 if found and all(_has_groups(grid, index) for grid, index in found) else 1
    columns: dict[str, MapColumn] = {}
    personal: list[str] = []
    for grid, index in found:
        for at, title in enumerate(headings_at(grid, index, heading_rows)):
            if not title or title in personal or any(title in column.headings for column in columns.values()):
                continue
            _place(proposal, grid, at, title, columns, personal)
    _finish(proposal, register, heading_rows, columns, personal, found)
    return proposal


def _place(
    proposal: Proposal, grid: Grid, at: int, title: str, columns: dict[str, MapColumn], personal: list[str]
) -> None:
    where = f"column {column_letter(at)}"
    if list(rules_hit(title)):
        proposal.unplaced.append(f"{where}: a heading that holds personal data; remove it from the file")
        return
    bare = title.rpartition(": ")[2]
    target, is_certain = _field_for(title, bare)
    if target is None and PERSONAL.search(bare):
        personal.append(title)
        return
    if target is None:
        proposal.unplaced.append(f"{where}: {title}")
        return
    if target in columns and not target.startswith("sites."):
        proposal.unplaced.append(f"{where}: {title} (another column gives {target} already)")
        return
    if target in columns:
        columns[target] = columns[target].model_copy(update={"headings": (*columns[target].headings, title)})
        return
    columns[target] = MapColumn(field=target, headings=(title,), separator=r"[;\n|]" if "sites." in target else None)
    (proposal.placed if is_certain else proposal.guessed).append(f"{where}: {title} → {target}")


def _finish(
    proposal: Proposal,
    register: str,
    heading_rows: int,
    columns: Mapping[str, MapColumn],
    personal: Sequence[str],
    found: Sequence[tuple[Grid, int]],
) -> None:
    proposal.personal = len(personal)
    order, note = _date_order(columns.values(), found, heading_rows)
    if note:
        proposal.notes.append(note)
    for name, column in columns.items():
        if words := _unplaced_words(column, found, heading_rows):
            proposal.words[name] = words
    if "project_ref" not in columns:
        proposal.notes.append("No column gives a reference; one is made from title and start date (ref_from).")
    if "sites.organisation_as_written" not in columns:
        proposal.notes.append("No column names an organisation: put its ODS code under constants.")
    table: dict[str, object] = {
        "columns": [column.model_dump(mode="json", exclude_defaults=True) for column in columns.values()]
    }
    if "project_ref" not in columns:
        table["ref_from"] = [one for one in ("title", "implemented_on", "registered_on") if one in columns]
    if "sites.organisation_as_written" not in columns:
        table["constants"] = {"sites.organisation_as_written": "CODE"}
    proposal.document.update({"title": f"Register {register}", "heading_rows": heading_rows})
    if order:
        proposal.document["date_order"] = order
    proposal.document.update({"tables": [table], "personal": list(personal), "ignored": []})


def _heading_row(grid: Grid) -> int | None:
    """Index of the row, of the first twenty, that looks most like headings: known ones first, then the most texts."""
    best, top = None, (0, 0)
    for index, row in enumerate(grid.rows[:ROWS_SEARCHED]):
        texts = [cell for cell in row if cell and not re.fullmatch(r"[\d.,/:% -]+", cell) and len(cell) <= 80]
        known = sum(_field_for(cell, cell)[0] is not None for cell in texts)
        score = (known, len(set(texts)))
        if len(texts) >= 3 and score > top:
            best, top = index, score
    return best


def _has_groups(grid: Grid, index: int) -> bool:
    """Whether the row above the headings holds at least two group titles, fewer than there are headings."""
    if index == 0:
        return False
    above = [cell for cell in grid.rows[index - 1] if cell]
    below = [cell for cell in grid.rows[index] if cell]
    return 2 <= len(above) < len(below)


@cache
def _known() -> Mapping[str, str]:
    """Fields by heading: those of the shipped maps and the template, then common ones; personal ones give ''."""
    known: dict[str, str] = {}
    for shipped in load_maps():
        if shipped.dataset != DATASET:
            continue
        known.update({folded(title.rpartition(": ")[2]): "" for title in shipped.personal})
        for table in shipped.tables:
            if table.entity == "projects":
                known.update(_headings_of(table.columns))
    for column in template_columns(dataset_spec(DATASET).entity("projects")):
        known.update(dict.fromkeys(headings(column), column.name))
    for name, titles in COMMON.items():
        known.update({folded(title): name for title in titles})
    return known


def _headings_of(columns: Iterable[MapColumn]) -> dict[str, str]:
    return {folded(title.rpartition(": ")[2]): column.field for column in columns for title in column.headings}


def _field_for(title: str, bare: str) -> tuple[str | None, bool]:
    """The field that a heading stands for, and whether the heading is a known one or only like one."""
    known = _known()
    for text in (folded(title), folded(bare)):
        if text in known:
            return known[text] or None, True
    from rapidfuzz import fuzz, process

    if PERSONAL.search(bare):
        return None, False
    near = process.extractOne(folded(bare), list(known), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
    return (known[near[0]] or None, False) if near else (None, False)


def _cells(column: MapColumn, found: Sequence[tuple[Grid, int]], heading_rows: int) -> Iterable[str]:
    for grid, index in found:
        titles = headings_at(grid, index, heading_rows)
        for at, title in enumerate(titles):
            if title in column.headings:
                yield from (row[at] for row in grid.rows[index + 1 :] if at < len(row) and row[at])


def _date_order(
    columns: Iterable[MapColumn], found: Sequence[tuple[Grid, int]], heading_rows: int
) -> tuple[str | None, str]:
    """The order of day and month that the register's dates show, and a note when they don't settle it."""
    entity = dataset_spec(DATASET).entity("projects")
    texts = [
        text
        for column in columns
        if (target := field_column(DATASET, entity, column.field)) is not None and target.type == "date"
        for text in _cells(column, found, heading_rows)
    ]
    doubtful = [text for text in texts if read_date(text) is DateProblem.AMBIGUOUS]
    seen = {
        order
        for text in texts
        for order in ("day_first", "month_first")
        if re.match(r"\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", text)
        and isinstance(read_date(text, order=order), HumanDate)  # type: ignore[arg-type]
        and not isinstance(read_date(text, order=_other(order)), HumanDate)  # type: ignore[arg-type]
    }
    if seen == {"day_first"} or seen == {"month_first"}:
        return seen.pop(), ""
    if doubtful and seen:
        return (
            None,
            "Some dates stand day first and some month first; those that can be read both ways are refused.",
        )
    if doubtful:
        return (
            None,
            "Dates such as 03/04/2024 can be read in two ways: say date_order: day_first if that is so.",
        )
    return None, ""


def _other(order: str) -> str:
    return "month_first" if order == "day_first" else "day_first"


def _unplaced_words(column: MapColumn, found: Sequence[tuple[Grid, int]], heading_rows: int) -> list[str]:
    """Words of a vocabulary column that have no place, the most frequent first."""
    entity = dataset_spec(DATASET).entity("projects")
    target = field_column(DATASET, entity, column.field)
    if target is None or not (target.values or target.is_list) or target.name == "publication":
        return []
    counts = Counter(_cells(column, found, heading_rows))
    return [
        text
        for text, _ in counts.most_common()
        if len(text) <= LONGEST_WORD
        and not is_silent(text)
        and not list(rules_hit(text))
        and not placed_words(column, target, text)
    ][:WORDS_SHOWN]
