"""Turn the marts that describe the release itself into tables: coverage, reconciliation, QI work, strata in use.

Belongs here: counting rows of marts, and sums of the counts in data_quality. Does not: outcomes (sections.py) or HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.publication.site import words
from orchestration.publication.site.cells import Cell, Column, Table
from orchestration.publication.site.series import text, to_date

if TYPE_CHECKING:  # pandas is heavy, and the caller has it
    import pandas as pd


@dataclass(frozen=True)
class Improvement:
    """What the release holds about QI work; both empty when it holds none."""

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]


def coverage(trends: "pd.DataFrame", titles: Mapping[str, str]) -> Table:
    """What the release covers: a row per dataset with outcomes."""
    rows = []
    for dataset, frame in trends.groupby("dataset", sort=True):
        first, last = to_date(frame["period_start"].min()), to_date(frame["period_end"].max())
        levels = frame.groupby("organisation_level")["organisation_code"].nunique()
        organisations = [
            words.organisations(level, int(levels[level])) for level in words.LEVEL if level in levels.index
        ]
        present = set(frame["stratum_dimension"])
        dimensions = [name for key, name in words.DIMENSION.items() if key in present]
        rows.append(
            (
                Cell(titles.get(str(dataset), words.plain(str(dataset)))),
                Cell(f"{words.day(first)} to {words.day(last)}"),
                Cell(f"{frame[['period_start', 'period_end']].drop_duplicates().shape[0]:,}"),
                Cell(f"{frame['measure_id'].nunique():,}"),
                Cell(words.joined(organisations)),
                Cell(words.joined(dimensions)),
            )
        )
    columns = (
        Column("Dataset"),
        Column("From, to"),
        Column("Periods", is_numeric=True),
        Column("Measures", is_numeric=True),
        Column("Organisations by level"),
        Column("Groups"),
    )
    return Table("coverage-table", "Datasets, periods, organisations and groups in this release", columns, tuple(rows))


COUNTS = {
    "rows_read": "Read",
    "rows_loaded": "Loaded",
    "rows_quarantined": "Quarantined",
    "rows_ignored": "Ignored by rule",
    "rows_collapsed": "Collapsed",
    "cells_suppressed": "Cells suppressed",
}


def reconciliation(quality: "pd.DataFrame", titles: Mapping[str, str]) -> Table:
    """Rows read, loaded, quarantined and ignored, a row per dataset."""
    rows = []
    for dataset, frame in quality.groupby("dataset", sort=True):
        name = titles.get(str(dataset), words.plain(str(dataset)))
        rows.append((Cell(name), Cell(f"{frame['release_sha256'].nunique():,}"), *_count_cells(frame)))
    columns = (Column("Dataset"), Column("Files", is_numeric=True), *_count_columns(quality))
    return Table("reconciliation-table", "Rows per dataset", columns, tuple(rows))


def reconciliation_by_file(quality: "pd.DataFrame", titles: Mapping[str, str]) -> tuple[Table, ...]:
    """Rows per file and entity, a table per dataset."""
    found = []
    for dataset, frame in quality.groupby("dataset", sort=True):
        ordered = frame.sort_values(["file_name", "release_sha256", "entity"], kind="stable")
        rows = [
            (
                Cell(text(record["file_name"]), text(record["release_sha256"])[:12]),
                Cell(words.plain(text(record["entity"]))),
                *_count_cells(ordered.iloc[[place]]),
            )
            for place, record in enumerate(ordered.to_dict("records"))
        ]
        name = titles.get(str(dataset), words.plain(str(dataset)))
        columns = (Column("File"), Column("Entity"), *_count_columns(quality))
        found.append(Table(f"reconciliation-{dataset}", f"{name}: rows per file", columns, tuple(rows)))
    return tuple(found)


def _count_columns(quality: "pd.DataFrame") -> list[Column]:
    columns = [Column(label, is_numeric=True) for name, label in COUNTS.items() if name in quality.columns]
    return [*columns, Column("Adds up")]


def _count_cells(frame: "pd.DataFrame") -> list[Cell]:
    cells = [Cell(f"{int(frame[name].sum()):,}") for name in COUNTS if name in frame.columns]
    return [*cells, Cell("yes" if frame["is_reconciled"].astype(bool).all() else "NO")]


TYPES = {"activity_type": "Activity type", "equity_mode": "Way of dealing with inequality", "targeting": "Targeting"}


def improvement(tables: Mapping[str, "pd.DataFrame"]) -> Improvement:
    """Counts of QI projects, sites and links, and projects by type."""
    projects, sites, links = tables["qi_projects"], tables["qi_project_sites"], tables["qi_outcome_links"]
    if projects.empty:
        return Improvement((), ())
    organisations = sites["organisation_code"].nunique() if "organisation_code" in sites.columns else 0
    sentences = [f"{len(projects):,} projects at {organisations:,} organisations are in the logs received."]
    if not links.empty:
        sentences.append(f"{len(links):,} links join a project to an outcome series. A link is not an effect.")
    sentences.append("An organisation without a log is not an organisation without QI work.")
    found = tuple(_type_table(projects, name, label) for name, label in TYPES.items() if name in projects.columns)
    return Improvement(tuple(sentences), found)


def _type_table(projects: "pd.DataFrame", name: str, label: str) -> Table:
    counts = projects[name].fillna("unknown").astype(str).value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    rows = tuple((Cell(words.sentence(str(value))), Cell(f"{projects_of:,}")) for value, projects_of in ordered)
    return Table(f"qi-{name}", f"Projects by {label.lower()}", (Column(label), Column("Projects", True)), rows)


def bases(trends: "pd.DataFrame") -> tuple[tuple[str, str], ...]:
    """The kinds of stratum basis that occur, each with its meaning, for the definitions."""
    present = set(trends["stratum_basis"].dropna().astype(str)) if not trends.empty else set()
    return tuple((words.sentence(basis), meaning) for basis, meaning in words.BASIS.items() if basis in present)
