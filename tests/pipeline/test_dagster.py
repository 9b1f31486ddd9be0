"""Dagster: the code location loads, says what it is, runs at the right time, and hands nothing through."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support_home import copied, home_environment

from orchestration.catalogue.registry import dataset_specs
from orchestration.home import Home, project_root
from orchestration.lake.store import Lake
from orchestration.refresh.status import days


@pytest.fixture(scope="module")
def home(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copied(demo, tmp_path_factory.mktemp("dagster") / "home")


@pytest.fixture(scope="module")
def definitions(home: Home) -> Iterator[Any]:
    """The code location's definitions for the home; importing them reads EVENHAND_HOME."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_HOME", str(home.root))
        from orchestration.definitions import build_defs

        yield build_defs(home)


def moment(day: datetime) -> str:
    return str(int(day.timestamp()))


def test_dagster_finds_the_workspace_valid(home: Home, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dagster"), "definitions", "validate", "-w", "workspace.yaml"],
        cwd=project_root(), env=home_environment(home.root, DAGSTER_HOME=str(tmp_path)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_code_location_is_imported_in_seconds(home: Home) -> None:
    probe = (
        "import resource; import orchestration.definitions; usage = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(f'import: {usage.ru_utime + usage.ru_stime:.2f} CPU seconds')"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], env=home_environment(home.root), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout.splitlines()[-1])


def test_assets_stand_in_groups_with_descriptions_and_team_owners(definitions: Any) -> None:
    specs = definitions.resolve_asset_graph().asset_nodes
    own = [node for node in specs if node.is_materializable]
    groups = {node.group_name for node in own}
    assert {"lake", "archive", "staging", "intermediate", "published"} <= groups
    assert {group for group in groups if group.startswith("marts_")} >= {"marts_outcomes", "marts_improvement"}
    assert [node.key for node in own if not node.description] == []
    assert [node.key for node in own if not node.owners] == []
    assert {owner for node in own for owner in node.owners if not owner.startswith("team:")} == set()


def test_every_dataset_has_a_lake_asset_with_licence_source_and_checks(definitions: Any) -> None:
    import dagster as dg

    graph = definitions.resolve_asset_graph()
    for spec in dataset_specs().values():
        key = dg.AssetKey(["lake", spec.name])
        node = graph.get(key)
        assert node.metadata["licence"] == spec.licence
        assert "source" in node.metadata
        assert {check.name for check in graph.asset_check_keys if check.asset_key == key} >= {
            "reconciles", "nothing_quarantined", "nothing_refused", "source_available", "period_is_fresh",
        }  # fmt: skip


def test_every_published_mart_has_one_blocking_check_of_its_expectations(definitions: Any) -> None:
    graph = definitions.resolve_asset_graph()
    published = {node.key for node in graph.asset_nodes if node.key.path[0] == "published"}
    audited = {check.asset_key for check in graph.asset_check_keys if check.name == "expectations"}
    assert published == audited
    assert len(published) >= 14


def test_dbt_tests_are_checks_of_their_models(definitions: Any) -> None:
    graph = definitions.resolve_asset_graph()
    layers = {check.asset_key.path[0] for check in graph.asset_check_keys}
    assert {"staging", "intermediate", "marts", "lake", "published"} <= layers


def evaluate_schedule(definitions: Any, instance: Any) -> Any:
    import dagster as dg

    schedule = definitions.resolve_schedule_def("weekday_refresh")
    with dg.build_schedule_context(instance=instance) as context:
        return schedule.evaluate_tick(context)


def test_the_schedule_asks_only_publishers_whose_window_is_open(
    definitions: Any, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dagster as dg

    spec = dataset_specs()["ae_monthly"]
    newest = max(report.period_end for report in Lake(home.lake).reports(spec.name))
    opens = datetime(newest.year, newest.month, newest.day, 12, tzinfo=UTC) + timedelta(31 + days(spec.publication_lag))
    asked = {}
    with dg.instance_for_test() as instance:
        for name, day in (("before", opens - timedelta(2)), ("after", opens + timedelta(1))):
            monkeypatch.setenv("SOURCE_DATE_EPOCH", moment(day))
            (request,) = evaluate_schedule(definitions, instance).run_requests
            asked[name] = set(request.run_config["resources"]["intake"]["config"]["datasets"])
    assert spec.name in asked["after"] - asked["before"]
    assert "qi_projects" not in asked["after"]


@pytest.mark.parametrize("status", ["STARTING", "STARTED"])
def test_the_schedule_skips_while_a_refresh_is_active(definitions: Any, status: str) -> None:
    import dagster as dg

    with dg.instance_for_test() as instance:
        active = dg.DagsterRun(job_name="refresh", run_id="active", status=dg.DagsterRunStatus[status])
        instance.add_run(active)
        tick = evaluate_schedule(definitions, instance)
    assert tick.run_requests == []
    assert "active is active" in str(tick.skip_message)


def evaluate_sensor(definitions: Any) -> Any:
    import dagster as dg

    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance=instance) as context:
        return definitions.resolve_sensor_def("inbox").evaluate_tick(context)


def test_the_inbox_sensor_is_keyed_by_content(definitions: Any, home: Home) -> None:
    def key() -> str | None:
        (request,) = evaluate_sensor(definitions).run_requests
        return str(request.run_key)

    path = home.inbox / "qi_projects" / "SYNTHETIC-qi-log-sites.csv"
    first = path.read_bytes()
    before = key()
    os.utime(path, (1, 1))
    assert key() == before
    path.write_bytes(first + b"\n")
    corrected = key()
    assert corrected != before
    path.write_bytes(first)
    assert key() == before


def test_an_empty_inbox_starts_no_run(definitions: Any, home: Home, tmp_path: Path) -> None:
    import shutil

    away = tmp_path / "inbox"
    shutil.move(home.inbox, away)
    try:
        tick = evaluate_sensor(definitions)
        assert tick.run_requests == []
        assert "inbox is empty" in str(tick.skip_message)
    finally:
        shutil.move(away, home.inbox)


def test_an_asset_that_returns_a_value_or_asks_for_one_fails(definitions: Any) -> None:
    import dagster as dg

    from orchestration.resources import NothingPassesThrough

    @dg.asset
    def returns_a_value() -> int:
        return 1

    @dg.asset
    def asks_for_one(returns_a_value: int) -> None:
        raise AssertionError("a value was passed")

    refusing = {"io_manager": NothingPassesThrough()}
    assert not dg.materialize([returns_a_value], resources=refusing, raise_on_error=False).success
    asked = dg.materialize(
        [returns_a_value, asks_for_one], selection=[asks_for_one], resources=refusing, raise_on_error=False
    )
    messages = [event.step_failure_data.error.to_string() for event in asked.all_events if event.is_step_failure]
    assert len(messages) == 1
    assert "asked for a value" in messages[0]
