"""What the home holds and what is due: latest period, age, expected next publication, what waits for someone.

Belongs here: reading archive, lake and release for people and checks. Does not: changing anything.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orchestration.acquisition.archive import Archive
from orchestration.catalogue.models import DatasetSpec
from orchestration.catalogue.registry import dataset_specs
from orchestration.home import Home, now
from orchestration.lake.store import Lake, LoadReport
from orchestration.refresh.held import held_releases

State = Literal["never loaded", "no due date", "fresh", "overdue"]
CADENCE_DAYS = {"monthly": 31, "quarterly": 92, "annual": 366}


@dataclass(frozen=True)
class Freshness:
    """Whether the newest period is as new as cadence, lag and grace allow; irregular datasets have no due dates."""

    newest: date | None
    due_from: date | None
    due_by: date | None
    is_fresh: bool


@dataclass(frozen=True)
class DatasetStatus:
    """One dataset as the home holds it: `next_due_from` is when its next publication is expected.

    ``age_days`` runs from the end of the newest period; ``held`` counts releases that wait for a human.
    """

    dataset: str
    releases: int
    newest_period: str
    newest_period_end: date | None
    age_days: int | None
    next_due_from: date | None
    overdue_after: date | None
    state: State
    rows_quarantined: int
    refused: int
    held: int


def is_fresh(spec: DatasetSpec, reports: Sequence[LoadReport]) -> Freshness:
    """Judge the newest period end, not the time of loading: a backfill of an old month must not look fresh."""
    newest = max((report.period_end for report in reports), default=None)
    step = CADENCE_DAYS.get(spec.cadence)
    if step is None or spec.discovery is None:
        return Freshness(newest, None, None, newest is not None or spec.discovery is None)
    if newest is None:
        return Freshness(None, None, None, False)
    due_from = newest + timedelta(days=step + days(spec.publication_lag))
    due_by = due_from + timedelta(days=days(spec.grace))
    return Freshness(newest, due_from, due_by, now().date() <= due_by)


def window_is_open(spec: DatasetSpec, reports: Sequence[LoadReport]) -> bool:
    """Whether the publisher may have something new: cadence and lag have passed, or no period is known."""
    fresh = is_fresh(spec, reports)
    return fresh.due_from is None or now().date() >= fresh.due_from


def days(duration: str) -> int:
    """Days of an ISO 8601 duration such as P45D."""
    match = re.fullmatch(r"P(\d+)D", duration)
    if match is None:
        raise ValueError(f"{duration!r} is no duration in days")
    return int(match[1])


def dataset_statuses(home: Home) -> list[DatasetStatus]:
    """One status per dataset of the catalogue, in order of name."""
    lake, archive, held = Lake(home.lake), Archive(home.archive), Counter(name for name, _ in held_releases(home))
    return [_status(spec, lake.reports(spec.name), archive, held[spec.name]) for spec in dataset_specs().values()]


def _status(spec: DatasetSpec, reports: Sequence[LoadReport], archive: Archive, held: int) -> DatasetStatus:
    fresh = is_fresh(spec, reports)
    newest = max(reports, key=lambda report: report.period_end, default=None)
    marks = [file.status for file in archive.files(spec.name)]
    return DatasetStatus(
        dataset=spec.name,
        releases=len(reports),
        newest_period=newest.period_label if newest else "",
        newest_period_end=fresh.newest,
        age_days=(now().date() - fresh.newest).days if fresh.newest else None,
        next_due_from=fresh.due_from,
        overdue_after=fresh.due_by,
        state=_state(fresh),
        rows_quarantined=sum(report.rows_quarantined for report in reports),
        refused=marks.count("refused"),
        held=held + marks.count("held"),
    )


def _state(fresh: Freshness) -> State:
    if fresh.newest is None:
        return "never loaded"
    if fresh.due_by is None:
        return "no due date"
    return "fresh" if fresh.is_fresh else "overdue"
