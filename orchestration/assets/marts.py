"""Assets for the dbt models, the published marts, their expectations, and the release.

Belongs here: how Dagster shows building, auditing and releasing. Does not: the steps themselves (refresh, publication).
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from orchestration.home import Home, project_root
from orchestration.publication.marts import Mart, read_marts
from orchestration.publication.stage import sweep_staging
from orchestration.refresh.build import DBT_PACKAGE, build_is_needed, built_from, fingerprint, note_candidate
from orchestration.resources import EvenhandHome

RUN_TARGET = "run"
EXPECTATIONS = "expectations"


def published_key(mart: str) -> dg.AssetKey:
    """Asset key of a published mart."""
    return dg.AssetKey(["published", mart])


class Translator(DagsterDbtTranslator):
    """Names, groups and owners of dbt nodes in Dagster: the folders of the dbt project."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """``lake/<dataset>`` for sources, ``<layer>/<model>`` for models and seeds."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(["lake", dbt_resource_props["source_name"]])
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer: staging, intermediate, marts_<group> or seeds."""
        if _layer(dbt_resource_props) == "marts":
            return f"marts_{dbt_resource_props['fqn'][2]}"
        return _layer(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """The owner that the model's YAML names, else the data engineers."""
        meta = dbt_resource_props.get("config", {}).get("meta", {})
        return [meta.get("owner", "team:data-engineering")]


def _layer(props: Mapping[str, Any]) -> str:
    return "seeds" if props["resource_type"] == "seed" else str(props["fqn"][1])


def dbt_models(manifest: Path) -> dg.AssetsDefinition:
    """All models, seeds and data tests of the dbt project as one multi-asset; yields nothing when nothing is new."""

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Translator(), name="dbt_models")
    def models(context: dg.AssetExecutionContext, dbt: DbtCliResource, home: EvenhandHome) -> Iterator[Any]:
        if not build_is_needed(home.home):
            context.log.info("The served release was made from exactly this lake and code; nothing to build.")
            return
        sweep_staging(home.home)
        note_candidate(home.home, built_from=None)
        target = prepare_run_target(home.home, manifest)
        arguments = ["build", "--exclude-resource-type", "unit_test"]
        try:
            yield from dbt.cli(arguments, context=context, target_path=target).stream()
        finally:
            (target / "graph.gpickle").unlink(missing_ok=True)  # nothing reads it, and no pickle stays in a home
        note_candidate(home.home, built_from=fingerprint(home.home))

    return models


def run_target(home: Home) -> Path:
    """Where dbt writes the artefacts of the build that made the candidate."""
    return home.build / "dbt" / RUN_TARGET


def prepare_run_target(home: Home, manifest: Path) -> Path:
    """The run target without results of an earlier build, with the project as it was parsed already."""
    target = run_target(home)
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    parsed = manifest.with_name("partial_parse.msgpack")
    if parsed.exists():
        shutil.copyfile(parsed, target / parsed.name)
    return target


def dbt_project_path() -> Path:
    """The dbt project of this installation."""
    return project_root() / DBT_PACKAGE


def published_marts(manifest: Path) -> dg.AssetsDefinition:
    """``published/<mart>``: protected tables in a staging folder, with exports, site and three receipts."""
    marts = read_marts(manifest)
    specs = [_published_spec(mart) for mart in marts]

    @dg.multi_asset(specs=specs, name="published_marts")
    def publish(context: dg.AssetExecutionContext, home: EvenhandHome) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        from orchestration.publication.stage import stage

        rows = stage(home.home, context.run.run_id, manifest, run_target(home.home) / "run_results.json")
        for mart in marts:
            yield dg.MaterializeResult(
                asset_key=published_key(mart.name), metadata={"dagster/row_count": rows[mart.name]}
            )

    return publish


def _published_spec(mart: Mart) -> dg.AssetSpec:
    columns = [dg.TableColumn(c.name, c.data_type, description=c.description) for c in mart.columns]
    return dg.AssetSpec(
        published_key(mart.name),
        deps=[dg.AssetKey(["marts", mart.name])],
        group_name="published",
        description=mart.description,
        owners=[mart.owner],
        kinds={"parquet", "duckdb"},
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns), "key": ", ".join(mart.key)},
    )


def expectations(manifest: Path) -> dg.AssetChecksDefinition:
    """One blocking check per published mart, all from one start of Great Expectations on the staged tables."""
    specs = [
        dg.AssetCheckSpec(
            EXPECTATIONS,
            asset=published_key(mart.name),
            blocking=True,
            description=f"The Great Expectations suite of {mart.name} on the protected, staged table.",
        )
        for mart in read_marts(manifest)
    ]

    @dg.multi_asset_check(specs=specs, name="great_expectations")
    def audit_marts(home: EvenhandHome) -> Iterator[dg.AssetCheckResult]:
        from orchestration.publication.audit import audit
        from orchestration.publication.stage import newest_staging

        folder = newest_staging(home.home)
        if folder is None:
            raise dg.Failure("nothing is staged; materialise published/* first")
        for result in audit(folder):
            yield dg.AssetCheckResult(
                asset_key=published_key(result.mart),
                check_name=EXPECTATIONS,
                passed=result.passed,
                severity=dg.AssetCheckSeverity.ERROR if result.has_errors else dg.AssetCheckSeverity.WARN,
                metadata={k: dg.MetadataValue.md(v) if isinstance(v, str) else v for k, v in result.metadata.items()},
            )

    return audit_marts


def release_asset(manifest: Path) -> dg.AssetsDefinition:
    """``release``: verify the staged release and make it current; refuses without five passing receipts."""

    @dg.asset(
        name="release",
        group_name="published",
        deps=[published_key(mart.name) for mart in read_marts(manifest)],
        owners=["team:data-engineering"],
        kinds={"file"},
        description="The release being served: one atomic pointer, moved only with five passing receipts.",
    )
    def release(context: dg.AssetExecutionContext, home: EvenhandHome) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from orchestration.errors import GateRefused
        from orchestration.publication import release as steps
        from orchestration.publication.stage import newest_staging

        folder, made_from = newest_staging(home.home), built_from(home.home)
        if folder is None or made_from is None:
            raise dg.Failure("nothing is staged from a build that ended well; `current` is unchanged")
        try:
            steps.verify_staging(home.home, folder, fingerprint=made_from, run_id=context.run.run_id)
            released = steps.release(home.home, folder)
        except GateRefused as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        manifest_ = steps.read_manifest(released)
        return dg.MaterializeResult(
            metadata={
                "identity": manifest_["identity"],
                "folder": dg.MetadataValue.path(released),
                "site": dg.MetadataValue.path(released / "site" / "index.html"),
                "rows": sum(manifest_["rows"].values()),
                "synthetic": manifest_["is_synthetic"],
            }
        )

    return release
