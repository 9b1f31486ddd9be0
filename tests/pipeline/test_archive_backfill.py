"""The partitioned archive: a backfill in one run covers the periods that have files, and no other."""

import os
from pathlib import Path

import dagster as dg
import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import synthesiser_of
from orchestration.home import Home
from orchestration.instance import prepare_instance
from orchestration.simulation.publisher import Publisher
from orchestration.simulation.world import World

ARCHIVE = dg.AssetKey(["archive", "ae_monthly"])
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def test_a_backfill_is_one_run_and_covers_only_the_months_that_have_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAGSTER_HOME", "EVENHAND_HOME"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # what prepare_instance sets is undone afterwards
    world = World.make(scale="small")
    files = [(dataset_spec("ae_monthly"), file) for file in synthesiser_of("ae_monthly")(world)]
    with Publisher(files) as publisher:
        home = Home(tmp_path / "home").create(synthetic=True, publisher_root=publisher.root)
        prepare_instance(home)
        from orchestration.definitions import build_defs

        job = build_defs(home).resolve_job_def("archive_ae_monthly")
        months = {
            "dagster/asset_partition_range_start": "2022-06-01",
            "dagster/asset_partition_range_end": "2022-12-01",
        }
        with dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(instance=instance, tags=months, run_config=QUIET)
            covered = sorted(instance.get_materialized_partitions(ARCHIVE))
    assert result.success
    assert world.months[0].isoformat() == "2022-10-01"
    assert covered == ["2022-10-01", "2022-11-01", "2022-12-01"]
