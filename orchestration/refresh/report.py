"""Print what became of a refresh: every file, the reconciliation, the release.

Belongs here: the words and the exit code. Does not: the work.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from orchestration.acquisition.archive import Archive
from orchestration.errors import CorrectionBroken, ExitCode
from orchestration.home import Home
from orchestration.lake.store import Lake, LoadReport
from orchestration.publication.release import current_release, read_manifest
from orchestration.refresh.held import with_held
from orchestration.refresh.outcomes import FileOutcome, Outcome
from orchestration.refresh.plan import Plan


class Ran(Protocol):
    """How the job ended."""

    @property
    def success(self) -> bool:
        """Whether every step succeeded."""
        ...

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Step and message of each failure."""
        ...


@dataclass(frozen=True)
class Row:
    """One line of the reconciliation: a file and an entity of it."""

    dataset: str
    file: str
    outcome: str
    period: str
    entity: str
    read: int | None
    loaded: int | None
    quarantined: int | None
    ignored: int | None
    reconciles: bool | None
    release: str = ""


def print_refresh(home: Home, plan: Plan, result: Ran | None, *, as_json: bool, memory: dict[str, int]) -> ExitCode:
    """Print the account of a refresh and return its exit code."""
    outcomes = final_outcomes(home, plan)
    if result is not None and result.success:
        outcomes = with_held(home, outcomes)
    rows = list(reconciliation(home, outcomes))
    code = exit_code(outcomes, rows, result)
    serving = current_release(home)
    document = {
        "exit_code": int(code),
        "nothing_new": result is None,
        "files": [_public(item) for item in outcomes if item.outcome is not Outcome.ALREADY_KNOWN],
        "already_known": sum(item.outcome is Outcome.ALREADY_KNOWN for item in outcomes),
        "unknown_folders": list(plan.unknown_folders),
        "reconciliation": [vars(row) for row in rows],
        "release": read_manifest(serving)["identity"] if serving else None,
        "release_folder": str(serving) if serving else None,
        "failures": list(result.failures) if result else [],
        "peak_memory": memory,
    }
    print(json.dumps(document, indent=1, default=str, ensure_ascii=False) if as_json else _text(document))
    return code


def final_outcomes(home: Home, plan: Plan) -> list[FileOutcome]:
    """Outcomes of acquisition, with archived files as loading left them, and files that were pending from before."""
    waiting = dict.fromkeys(plan.pending)
    known = {(item.dataset, item.release_sha256): item for item in plan.arrived if item.release_sha256}
    outcomes = [item for item in plan.arrived if (item.dataset, item.release_sha256) not in waiting]
    reports = {(report.dataset, report.release_sha256): report for report in Lake(home.lake).reports()}
    archive = Archive(home.archive)
    for dataset, sha256 in waiting:
        row = archive.find(dataset, sha256)
        name = known[dataset, sha256].name if (dataset, sha256) in known else row.name if row else sha256[:12]
        if row and row.status == "refused":
            outcomes.append(FileOutcome(dataset, name, Outcome.REFUSED, row.reason or "", sha256))
        elif report := reports.get((dataset, sha256)):
            notes = "; ".join(report.notes)
            outcomes.append(
                FileOutcome(dataset, name, Outcome.LOADED, notes, sha256, report.period_label, report.counts)
            )
        else:
            outcomes.append(FileOutcome(dataset, name, Outcome.ARCHIVED, "not loaded yet", sha256))
    return sorted(outcomes, key=lambda item: (item.dataset, item.name))


def reconciliation(home: Home, outcomes: Sequence[FileOutcome]) -> Iterator[Row]:
    """One row per file and entity; files that were not loaded have no counts."""
    reports: dict[tuple[str, str], LoadReport] = {
        (report.dataset, report.release_sha256): report for report in Lake(home.lake).reports()
    }
    for item in outcomes:
        report = reports.get((item.dataset, item.release_sha256))
        if item.outcome is Outcome.ALREADY_KNOWN:
            continue
        if report is None or item.outcome not in (Outcome.LOADED, Outcome.HELD):
            yield Row(item.dataset, item.name, item.outcome, "", "", None, None, None, None, None)
            continue
        for c in report.counts:
            yield Row(
                item.dataset, item.name, item.outcome, report.period_label, c.entity, c.rows_read, c.rows_loaded,
                c.rows_quarantined, c.rows_ignored, c.is_reconciled, item.release_sha256,
            )  # fmt: skip


def exit_code(outcomes: Sequence[FileOutcome], rows: Sequence[Row], result: Ran | None) -> ExitCode:
    """6 when a correction is broken, 1 for a bug, 4 when a source is away.

    3 when something was quarantined, refused, held or stopped by a gate.
    """
    if result is not None and not result.success:
        if result.failures and all(CorrectionBroken.__name__ in message for _, message in result.failures):
            return ExitCode.CONFIGURATION
        gates = ("dbt_models", "great_expectations", "release", "published/")
        stopped = result.failures and all(step.startswith(gates) for step, _ in result.failures)
        return ExitCode.ATTENTION if stopped else ExitCode.BUG
    quarantined = any(row.quarantined for row in rows)
    if quarantined or any(item.outcome in (Outcome.REFUSED, Outcome.HELD) for item in outcomes):
        return ExitCode.ATTENTION
    if any(item.outcome is Outcome.UNAVAILABLE for item in outcomes):
        return ExitCode.SOURCE_UNAVAILABLE
    return ExitCode.OK


def _public(item: FileOutcome) -> dict[str, Any]:
    return {"dataset": item.dataset, "file": item.name, "outcome": str(item.outcome), "reason": item.reason}


def _text(document: dict[str, Any]) -> str:
    lines: list[str] = []
    if document["reconciliation"]:
        lines += list(_reconciliation_lines(document["reconciliation"]))
    for item in document["files"]:
        if item["reason"] and item["outcome"] != Outcome.LOADED:
            lines.append(f"{item['outcome']}: {item['dataset']}/{item['file']}: {item['reason']}")
    lines += [
        f"quarantined: {row['dataset']}/{row['file']}: {row['quarantined']:,} rows of {row['entity']}; rows and rules: "
        f"`evenhand quarantine show {row['dataset']} {row['release'][:12]}`"
        for row in document["reconciliation"]
        if row["quarantined"]
    ]
    if document["unknown_folders"]:
        lines.append(f"folders of no known dataset, left alone: {', '.join(document['unknown_folders'])}")
    if document["already_known"]:
        lines.append(f"files known already: {document['already_known']}")
    lines += [f"FAILED {step}: {message}" for step, message in document["failures"]]
    if document["nothing_new"]:
        lines.append("nothing is new")
    if document["failures"]:
        lines.append("no new release; the last good one stays served")
    lines.append(f"release {str(document['release'])[:12]} in {document['release_folder']}")
    memory = document["peak_memory"]
    lines.append(
        f"peak memory: {memory['process_mib']} MiB here, {memory['largest_child_mib']} MiB in the largest child"
    )
    return "\n".join(lines)


def _reconciliation_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield _line("dataset", "file", "outcome", "entity", ("read", "loaded", "quar.", "ignored"))
    for row in rows:
        counts = [row["read"], row["loaded"], row["quarantined"], row["ignored"]]
        shown = [f"{count:,}" if count is not None else "" for count in counts]
        flag = " DOES NOT RECONCILE" if row["reconciles"] is False else ""
        yield _line(row["dataset"], row["file"], row["outcome"], row["entity"], shown) + flag
    yield ""
    yield from _summary_lines(rows)


def _summary_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Per dataset, and for all: files, and what became of their rows."""
    yield f"{'dataset':<22} {'files':>6} {'read':>12} {'loaded':>12} {'quarantined':>12} {'ignored':>12}"
    datasets = list(dict.fromkeys(row["dataset"] for row in rows))
    for name in (*datasets, "all"):
        own = [row for row in rows if name in (row["dataset"], "all")]
        files = len({(row["dataset"], row["file"], row["release"]) for row in own})
        counts = [sum(row[kind] or 0 for row in own) for kind in ("read", "loaded", "quarantined", "ignored")]
        flag = "" if counts[0] == sum(counts[1:]) else " DOES NOT RECONCILE"
        yield f"{name:<22} {files:>6} " + " ".join(f"{count:>12,}" for count in counts) + flag


def _line(dataset: str, file: str, outcome: str, entity: str, counts: Sequence[str]) -> str:
    read, loaded, quarantined, ignored = counts
    return (
        f"{dataset:<18} {file[:52]:<52} {outcome:<20} {entity:<20} {read:>9} {loaded:>9} {quarantined:>6} {ignored:>9}"
    )
