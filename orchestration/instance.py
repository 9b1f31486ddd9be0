"""The home's Dagster instance: its configuration file, and running the refresh job on it.

Belongs here: what the command line needs of Dagster. Does not: assets, or any step of a refresh.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import Home, project_root

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True)
class JobResult:
    """How a refresh job ended: its run, what failed and why."""

    run_id: str
    success: bool
    failures: tuple[tuple[str, str], ...]


def prepare_instance(home: Home) -> None:
    """Point DAGSTER_HOME at the home and give it the project's dagster.yaml when it has none."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    target = home.dagster / "dagster.yaml"
    if not target.exists():
        shutil.copyfile(project_root() / "dagster.yaml", target)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["EVENHAND_HOME"] = str(home.root)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"


def run_refresh_job(home: Home, run_config: dict[str, Any], on_step: Callable[[str], None]) -> JobResult:
    """Run the refresh job in this process on the home's instance, so that the UI shows it."""
    prepare_instance(home)
    import dagster as dg

    from orchestration.definitions import REFRESH, build_defs

    job = build_defs(home).resolve_job_def(REFRESH)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    on_step("running")
    with dg.DagsterInstance.get() as instance, _tools_write_to(home.build / "refresh.log"):
        result = job.execute_in_process(instance=instance, run_config={**run_config, **quiet}, raise_on_error=False)
        return JobResult(result.run_id, result.success, tuple(_failures(result)))


@contextmanager
def _tools_write_to(path: Path) -> Iterator[None]:
    """Send what dbt and Dagster print to a log file: a command's own output is its account of the refresh."""
    with path.open("w", encoding="utf-8") as log, redirect_stdout(log):
        yield


def _failures(result: "dg.ExecuteInProcessResult") -> list[tuple[str, str]]:
    """Step and message of every failure, and every failed blocking check."""
    found = []
    for event in result.all_events:
        if event.is_step_failure and event.step_key:
            error = event.step_failure_data.error
            cause = error.cause if error and error.cause else error
            found.append((event.step_key, _last_lines(cause.message) if cause else "failed"))
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed and evaluation.severity.value == "ERROR":
            name = f"{evaluation.asset_key.to_user_string()}:{evaluation.check_name}"
            found.append((name, str({key: value.value for key, value in evaluation.metadata.items()})[:600]))
    return found


def _last_lines(message: str, number: int = 8) -> str:
    """The end of a message, where tools say what went wrong; the whole stands in the Dagster UI."""
    lines = [line for line in message.strip().splitlines() if line.strip()]
    return "\n".join(lines[-number:])
