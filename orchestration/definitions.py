"""The Dagster code location: which assets, jobs, schedules and resources exist.

Belongs here: choosing. Does not: implementing anything.
"""

import warnings

import dagster as dg

from orchestration.assets.lake import archive_assets, lake_assets
from orchestration.assets.marts import dbt_models, dbt_project_path, expectations, published_marts, release_asset
from orchestration.automation import inbox_sensor, weekday_schedule
from orchestration.home import Home
from orchestration.refresh.build import dbt_executable, manifest_path
from orchestration.resources import DbtAsProcess, EvenhandHome, Intake, NothingPassesThrough

REFRESH = "refresh"


def build_defs(home: Home | None = None, **resources: object) -> dg.Definitions:
    """Definitions for a home (the default one when None); ``resources`` replace those of the same name."""
    warnings.filterwarnings("ignore", category=dg.BetaWarning)  # backfill policies: stable enough, and pinned
    home = home or Home.default()
    manifest = manifest_path(home)
    archives = archive_assets()
    assets = [*lake_assets(), dbt_models(manifest), published_marts(manifest), release_asset(manifest)]
    refresh = dg.define_asset_job(
        REFRESH,
        selection=dg.AssetSelection.assets(*assets) | dg.AssetSelection.checks(expectations(manifest)),
        executor_def=dg.in_process_executor,
        description="Everything: load what is new, build, protect, publish, audit, release.",
        tags={"dagster/max_retries": "0"},
    )
    jobs = [
        dg.define_asset_job(f"archive_{asset.key.path[-1]}", selection=[asset], executor_def=dg.in_process_executor)
        for asset in archives
    ]
    return dg.Definitions(
        assets=[*assets, *archives],
        asset_checks=[expectations(manifest)],
        jobs=[refresh, *jobs],
        schedules=[weekday_schedule(home, refresh)],
        sensors=[inbox_sensor(home, refresh)],
        resources={**default_resources(home), **resources},
    )


def default_resources(home: Home) -> dict[str, object]:
    """Resources of a home: its paths, where files come from, dbt, and an IO manager that refuses."""
    project = str(dbt_project_path())
    return {
        "home": EvenhandHome(root=str(home.root)),
        "intake": Intake(),
        "dbt": DbtAsProcess(project_dir=project, profiles_dir=project, dbt_executable=str(dbt_executable())),
        "io_manager": NothingPassesThrough(),
    }


defs = build_defs()
