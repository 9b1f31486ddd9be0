"""Look at rows that broke a rule and files that were refused.

Belongs here: reading load reports by rule, finding a file by its sha256. Does not: showing values; the archive has
the file.
"""

from collections import Counter
from typing import Any

from orchestration.acquisition.archive import Archive, ArchivedFile
from orchestration.catalogue.registry import dataset_spec
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.lake.store import Lake


def summary(home: Home, dataset: str | None) -> list[dict[str, Any]]:
    """One row per file, entity, rule and column with the number of rows, and one per refused file."""
    rows: list[dict[str, Any]] = []
    for report in Lake(home.lake).reports(dataset):
        counts = Counter((row.entity, row.rule, row.column) for row in report.quarantine)
        rows += [
            {
                "dataset": report.dataset, "release": report.release_sha256[:12], "file": report.file_name,
                "entity": entity, "rule": rule, "column": column, "rows_per_rule": count,
            }
            for (entity, rule, column), count in sorted(counts.items())
        ]  # fmt: skip
    return rows + _refused(home, dataset)


def _refused(home: Home, dataset: str | None) -> list[dict[str, Any]]:
    archive = Archive(home.archive)
    names = [dataset] if dataset else sorted(path.name for path in home.archive.glob("*") if path.is_dir())
    return [
        {
            "dataset": file.dataset, "release": file.sha256[:12], "file": file.name, "entity": "(whole file)",
            "rule": file.reason or file.status, "column": "", "rows_per_rule": None,
        }
        for name in names
        for file in archive.files(name)
        if file.status in ("refused", "held")
    ]  # fmt: skip


def rows_of(home: Home, dataset: str, release: str) -> list[dict[str, Any]]:
    """Quarantined rows of one release: entity, source row, rule, column, hash of the value."""
    file = find_file(home, dataset, release)
    if file.status != "archived":
        raise UsageError(f"{file.name} was {file.status} whole: {file.reason}. `evenhand accept` lets it try again")
    found = [report for report in Lake(home.lake).reports(dataset) if report.release_sha256 == file.sha256]
    return [vars(row) for report in found for row in report.quarantine]


def find_file(home: Home, dataset: str, release: str) -> ArchivedFile:
    """The archived file of the dataset whose sha256 starts with ``release``; UsageError unless there is exactly one."""
    dataset_spec(dataset)
    found = [file for file in Archive(home.archive).files(dataset) if file.sha256.startswith(release)]
    if len(found) != 1:
        named = ", ".join(f"{file.sha256[:12]} {file.name}" for file in found[:5])
        raise UsageError(
            f"{len(found)} files of {dataset} start with {release!r}; "
            + (
                f"give more digits: {named}{' …' if len(found) > 5 else ''}"
                if found
                else '`evenhand sql "from releases"` lists those in the lake'
            )
        )
    return found[0]
