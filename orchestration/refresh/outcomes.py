"""What a refresh was asked to do, and what became of each file.

Belongs here: values that pass between the steps of a refresh and its callers. Does not: doing anything.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from orchestration.lake.store import EntityCounts


@dataclass(frozen=True)
class RefreshRequest:
    """Where files come from and which datasets are meant; an empty tuple means all."""

    folder: Path | None = None
    datasets: tuple[str, ...] = ()
    offline: bool = False

    def wants(self, dataset: str) -> bool:
        """Whether the dataset is part of this refresh."""
        return not self.datasets or dataset in self.datasets


class Outcome(StrEnum):
    """What became of a file."""

    ARCHIVED = "archived"
    LOADED = "loaded"
    ALREADY_KNOWN = "already known"
    REFUSED = "refused"
    HELD = "held"
    NOT_OF_THIS_DATASET = "not of this dataset"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class FileOutcome:
    """One file (or one publisher that gave none) and what became of it."""

    dataset: str
    name: str
    outcome: Outcome
    reason: str = ""
    release_sha256: str = ""
    period_label: str = ""
    counts: tuple[EntityCounts, ...] = field(default=())
