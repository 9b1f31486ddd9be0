"""What Dagster's assets are given."""

from pathlib import Path

from dagster_dbt import DbtCliResource

from orchestration.definitions import default_resources
from orchestration.home import Home
from orchestration.resources import DbtAsProcess


def test_dbt_is_asked_nothing_before_it_runs_and_what_is_overridden_for_it_is_still_there(tmp_path: Path) -> None:
    assert {"_cli_version", "_initialize_dbt_core_adapter"} <= vars(DbtCliResource).keys()
    dbt = default_resources(Home(tmp_path))["dbt"]
    assert isinstance(dbt, DbtAsProcess)
    assert str(dbt._cli_version).startswith("1.11.")
