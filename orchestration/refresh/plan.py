"""Decide what a refresh has to do before anything heavy is imported.

Belongs here: taking new files into the archive, listing what is pending, comparing fingerprints. Does not: loading,
building, publishing. Imports neither Dagster nor pandas nor dbt.
"""

from dataclasses import dataclass
from pathlib import Path

from orchestration.acquisition.collect import unknown_folders
from orchestration.catalogue.registry import dataset_specs
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.refresh.build import build_is_needed
from orchestration.refresh.intake import acquire, sweep
from orchestration.refresh.load import pending
from orchestration.refresh.outcomes import FileOutcome, RefreshRequest


@dataclass(frozen=True)
class Plan:
    """What arrived, what waits to be loaded, and whether the marts must be built."""

    arrived: tuple[FileOutcome, ...]
    pending: tuple[tuple[str, str], ...]
    unknown_folders: tuple[str, ...]
    build_needed: bool

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.pending) or self.build_needed


def _demand_a_dataset_folder(folder: Path) -> None:
    """UsageError when no sub-folder bears a dataset's name: the caller pointed somewhere else."""
    if any((folder / name).is_dir() for name in dataset_specs()):
        return
    hint = f"; did you mean --from {folder.parent}?" if folder.name in dataset_specs() else ""
    raise UsageError(f"{folder} holds no folder of a dataset; files are taken from FOLDER/<dataset>/{hint}")


def make_plan(home: Home, request: RefreshRequest) -> Plan:
    """Sweep, acquire, and say what is left to do; ``pending`` holds dataset and sha256."""
    if request.folder is not None:
        _demand_a_dataset_folder(request.folder)
    sweep(home)
    arrived = acquire(home, request)
    waiting = tuple((name, file.sha256) for name in dataset_specs() for file in pending(home, name))
    unknown = unknown_folders(request.folder, dataset_specs()) if request.folder else []
    return Plan(tuple(arrived), waiting, tuple(unknown), build_is_needed(home))
