"""Fill in which organisation a record means; what can't be recognised goes to quarantine with suggestions.

Belongs here: the date at which an organisation has to exist, malformed rows for the unrecognised. Does not: how an
organisation is recognised (organisations.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from orchestration.datasets.protocol import Malformed, Parsed, Table
from orchestration.datasets.records import iso_date
from orchestration.qi_logs.organisations import Match, Matcher, NoMatch

if TYPE_CHECKING:
    import pandas as pd

WRITTEN, CODE, METHOD = "organisation_as_written", "organisation_code", "match_method"
SUGGESTED = 3
Key = tuple[str | None, str | None]


@dataclass(frozen=True)
class Resolved:
    """The tables with organisation codes, and suggestions for rows without one, by entity and row number."""

    parsed: Parsed
    suggestions: Mapping[tuple[str, int], str]


def resolved(parsed: Parsed, matcher: Matcher) -> Resolved:
    """Codes for every table that has organisations as written; rows without a match become malformed."""
    days = _project_days(parsed)
    tables, suggestions = dict(parsed.tables), {}
    for entity, table in parsed.tables.items():
        if WRITTEN in table.frame.columns and len(table.frame):
            tables[entity], missed = _resolved_table(table, days, matcher)
            suggestions.update({(entity, row): text for row, text in missed.items()})
    return Resolved(replace(parsed, tables=tables), suggestions)


def _resolved_table(table: Table, days: Mapping[Key, date | None], matcher: Matcher) -> tuple[Table, dict[int, str]]:
    frame = table.frame
    found = [
        matcher.match(text or "", days.get((register, reference)))
        for text, register, reference in zip(
            frame[WRITTEN], _column(frame, "register"), _column(frame, "project_ref"), strict=True
        )
    ]
    is_match = [isinstance(one, Match) for one in found]
    kept = frame[is_match].assign(
        **{
            CODE: [one.code for one in found if isinstance(one, Match)],
            METHOD: [one.method for one in found if isinstance(one, Match)],
        }
    )
    bad, missed = [], {}
    near = cache(suggestion_text)  # a register writes the same wrong name many times
    for number, text, one in zip(frame["source_row"], frame[WRITTEN], found, strict=True):
        if isinstance(one, NoMatch):
            bad.append(Malformed(int(number), f"organisation_{one.reason}", WRITTEN))
            missed[int(number)] = near(matcher, text or "")
    return replace(table, frame=kept, malformed=(*table.malformed, *bad)), missed


def suggestion_text(matcher: Matcher, text: str) -> str:
    """'RYJ Imperial … (92); …': what a reviewer may have meant; names of the public register only."""
    near = matcher.suggest(text, limit=SUGGESTED) if text else ()
    return "; ".join(f"{one.code} {one.name} ({one.score:.0f})" for one in near)


def _project_days(parsed: Parsed) -> dict[Key, date | None]:
    """The day on which a project's organisations have to exist: implementation, else first test, else registration."""
    table = parsed.tables.get("projects")
    if table is None or not len(table.frame):
        return {}
    frame = table.frame
    columns = [_column(frame, name) for name in ("implemented_on", "testing_started_on", "registered_on")]
    days: dict[Key, date | None] = {}
    for register, reference, *texts in zip(frame["register"], frame["project_ref"], *columns, strict=True):
        days[register, reference] = next((day for text in texts if text and (day := iso_date(text))), None)
    return days


def _column(frame: "pd.DataFrame", name: str) -> list[str | None]:
    if name not in frame.columns:
        return [None] * len(frame)
    return [text if isinstance(text, str) else None for text in frame[name]]
