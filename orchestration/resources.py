"""What Dagster's assets are given: the home, the request, dbt, and the writer lock for the length of a run.

Belongs here: Dagster resources and the IO manager that refuses. Does not: any work.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version

from orchestration.home import Home
from orchestration.refresh.build import dbt_environment
from orchestration.refresh.lock import writer_lock
from orchestration.refresh.outcomes import RefreshRequest


class EvenhandHome(dg.ConfigurableResource[Any]):
    """The home that a run writes; its writer lock is held from the run's first step to its last."""

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["EvenhandHome", None, None]:
        """Hold the lock while the run's resources live."""
        with writer_lock(self.home, f"dagster run {context.run_id or 'unnamed'}"):
            self.home.create()
            os.environ.update(dbt_environment(self.home))
            yield self

    @property
    def home(self) -> Home:
        """The home's paths and settings."""
        return Home(Path(self.root))


class Intake(dg.ConfigurableResource[Any]):
    """Where this run looks for files: publishers and the inbox by default, or one folder."""

    folder: str | None = None
    datasets: list[str] = []
    offline: bool = False
    already_acquired: bool = False

    def request(self, dataset: str) -> RefreshRequest:
        """The request for one dataset of this run."""
        folder = Path(self.folder) if self.folder else None
        return RefreshRequest(folder=folder, datasets=(dataset,), offline=self.offline)

    def wants(self, dataset: str) -> bool:
        """Whether the dataset is asked of its source in this run."""
        return not self.already_acquired and (not self.datasets or dataset in self.datasets)


class DbtAsProcess(DbtCliResource):
    """dbt as a process beside Dagster and nothing more.

    The version is that of the installed package: ``dbt --version`` asks PyPI for newer ones. Dagster's own adapter,
    which it would load dbt's macros for, is left out: nobody fetches rows or columns through it.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


class NothingPassesThrough(dg.IOManager):
    """Assets hand data on through the lake and the candidate, never through Dagster; the default would pickle."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Refuse: an asset returned a value."""
        raise TypeError(f"{context.asset_key.to_user_string()} returned a value; return a MaterializeResult")

    def load_input(self, context: dg.InputContext) -> object:
        """Refuse: an asset asked for a value."""
        raise TypeError(f"{context.asset_key.to_user_string()} asked for a value; read the lake or the candidate")
