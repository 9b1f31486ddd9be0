"""When things run by themselves: one weekday schedule, one sensor on the inbox.

Belongs here: schedules and sensors. Does not: what a run does. Marts have no automation conditions: one writer, one
trigger.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.home import Home

ACTIVE = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


def is_on() -> bool:
    """Whether schedules and sensors run without being switched on: EVENHAND_SCHEDULES=on."""
    return os.environ.get("EVENHAND_SCHEDULES", "").casefold() == "on"


def weekday_schedule(home: Home, job: Any) -> dg.ScheduleDefinition:
    """Weekdays 09:45 in London: asks the publishers whose publication window is open, unless a refresh is active."""

    @dg.schedule(
        name="weekday_refresh",
        job=job,
        cron_schedule="45 9 * * 1-5",
        execution_timezone="Europe/London",
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on() else dg.DefaultScheduleStatus.STOPPED,
        description="Asks only publishers whose publication window is open; skips while a refresh is active.",
    )
    def weekday_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        active = context.instance.get_runs(dg.RunsFilter(job_name=job.name, statuses=ACTIVE), limit=1)
        if active:
            return dg.SkipReason(f"refresh {active[0].run_id} is active")
        due = datasets_due(home)
        if not due:
            return dg.SkipReason("no publisher's window is open")
        return dg.RunRequest(run_config=intake_config(datasets=due), tags={"evenhand/trigger": "schedule"})

    return weekday_refresh


def inbox_sensor(home: Home, job: Any) -> dg.SensorDefinition:
    """A refresh for every new content of the inbox: the same bytes never twice, a corrected file again."""

    @dg.sensor(
        name="inbox",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on() else dg.DefaultSensorStatus.STOPPED,
        description="Runs a refresh when the content of the inbox of QI logs and other records changes.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        content = inbox_content(home.inbox)
        if content is None:
            return dg.SkipReason("the inbox is empty")
        return dg.RunRequest(
            run_key=content,
            run_config=intake_config(datasets=user_supplied(), offline=True),
            tags={"evenhand/trigger": "inbox"},
        )

    return inbox


def datasets_due(home: Home) -> list[str]:
    """Datasets whose publisher may have something new today."""
    from orchestration.catalogue.registry import dataset_specs
    from orchestration.lake.store import Lake
    from orchestration.refresh.status import window_is_open

    lake = Lake(home.lake)
    return [
        spec.name
        for spec in dataset_specs().values()
        if spec.discovery is not None and window_is_open(spec, lake.reports(spec.name))
    ]


def user_supplied() -> list[str]:
    """Datasets whose files come in by the inbox."""
    from orchestration.catalogue.registry import dataset_specs

    return [spec.name for spec in dataset_specs().values() if spec.is_user_supplied]


def inbox_content(inbox: Path) -> str | None:
    """sha256 over the content of all files in the inbox; None when there is none."""
    paths = sorted(path for path in inbox.glob("[!.]*/[!.]*") if path.is_file())
    if not paths:
        return None
    hashes = sorted(sha256(path.read_bytes()).hexdigest() for path in paths)
    return sha256("\n".join(hashes).encode()).hexdigest()


def intake_config(
    *,
    folder: str | None = None,
    datasets: list[str] | None = None,
    offline: bool = False,
    already_acquired: bool = False,
) -> dict[str, Any]:
    """Run configuration of the refresh job's intake."""
    config: dict[str, Any] = {"datasets": datasets or [], "offline": offline, "already_acquired": already_acquired}
    if folder is not None:
        config["folder"] = folder
    return {"resources": {"intake": {"config": config}}}
