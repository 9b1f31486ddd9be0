"""Assets ``lake/<dataset>``, ``lake/platform`` and the partitioned ``archive/<dataset>``: one factory over the specs.

Belongs here: how Dagster shows and checks a load. Does not: loading (refresh), or a dataset's peculiarities.
"""

from collections.abc import Iterator, Sequence, Set
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.catalogue.models import DatasetSpec
from orchestration.catalogue.registry import dataset_specs
from orchestration.lake.store import Lake, LoadReport
from orchestration.refresh.build import prepare_candidate
from orchestration.refresh.intake import acquire
from orchestration.refresh.load import load_pending, registering_datasets
from orchestration.refresh.outcomes import FileOutcome, Outcome
from orchestration.resources import EvenhandHome, Intake

LAKE = "lake"
OWNERS = ["team:data-engineering"]
CHECKS = {
    "reconciles": "Every row read is loaded, quarantined or declared-ignored.",
    "nothing_quarantined": "No row of the releases in the lake breaks the spec's pandera schema.",
    "nothing_refused": "Every file that arrived was taken; a refused or held file leaves the last good release.",
    "source_available": "The publisher could be reached and offered files.",
    "period_is_fresh": "The newest period in the lake is not older than cadence, lag and grace allow.",
}


def lake_key(dataset: str) -> dg.AssetKey:
    """Asset key of a dataset's lake."""
    return dg.AssetKey([LAKE, dataset])


def archive_key(dataset: str) -> dg.AssetKey:
    """Asset key of a dataset's partitioned archive."""
    return dg.AssetKey(["archive", dataset])


def lake_assets() -> list[dg.AssetsDefinition]:
    """One asset per dataset of the catalogue, and the platform tables on top of them."""
    return [*(_lake_asset(spec) for spec in dataset_specs().values()), _platform_asset()]


def _lake_asset(spec: DatasetSpec) -> dg.AssetsDefinition:
    @dg.asset(
        key=lake_key(spec.name),
        group_name="lake",
        description=f"{spec.title}. {spec.description} {spec.attribution}",
        owners=OWNERS,
        kinds={"parquet", "pandera"},
        tags={"licence": spec.licence.replace("user-supplied", "user_supplied"), "cadence": spec.cadence},
        metadata={
            "publisher": spec.publisher,
            "licence": spec.licence,
            "source": dg.MetadataValue.url(spec.landing_page)
            if spec.landing_page.startswith("http")
            else dg.MetadataValue.text(spec.landing_page),
            "usage_warnings": ", ".join(spec.usage_warnings) or "none",
        },
        deps=[lake_key(name) for name in registering_datasets(spec)],
        check_specs=[
            dg.AssetCheckSpec(name, asset=lake_key(spec.name), description=text, blocking=False)
            for name, text in CHECKS.items()
        ],
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=_fail_window(spec)),
    )
    def load(context: dg.AssetExecutionContext, home: EvenhandHome, intake: Intake) -> dg.MaterializeResult:  # type: ignore[type-arg]
        Lake(home.home.lake).prepare()
        arrived = acquire(home.home, intake.request(spec.name)) if intake.wants(spec.name) else []
        loaded = load_pending(home.home, spec.name)
        reports = Lake(home.home.lake).reports(spec.name)
        _show_coverage(context, spec, {item.release_sha256 for item in loaded}, reports)
        return dg.MaterializeResult(
            metadata=_metadata(loaded, reports), check_results=list(_checks(spec, arrived + loaded, reports))
        )

    return load


def _show_coverage(
    context: dg.AssetExecutionContext, spec: DatasetSpec, loaded: Set[str], reports: Sequence[LoadReport]
) -> None:
    """Mark the periods of newly loaded files as covered on the partitioned archive asset."""
    if spec.discovery is None:
        return
    partitions = _partitions(spec)
    for report in reports:
        if report.release_sha256 not in loaded:
            continue
        if isinstance(partitions, dg.DynamicPartitionsDefinition):
            context.instance.add_dynamic_partitions(str(partitions.name), [_release_partition(report)])
            keys = [_release_partition(report)]
        else:
            keys = [key for key in partitions.get_partition_keys() if _covers(spec, report, key)]
        for key in keys:
            facts: dict[str, Any] = {"file": report.file_name, "dagster/partition_row_count": _rows_loaded(report)}
            context.log_event(dg.AssetMaterialization(archive_key(spec.name), partition=key, metadata=facts))


def _rows_loaded(report: LoadReport) -> int:
    return sum(count.rows_loaded for count in report.counts)


def _release_partition(report: LoadReport) -> str:
    """Partition key of a release: its period and the first digits of its sha256, in order of period."""
    return f"{report.period_end}_{report.release_sha256[:12]}"


def _fail_window(spec: DatasetSpec) -> timedelta:
    """How old a materialisation may be: the job runs every weekday, and a holiday season may pass."""
    return timedelta(days=14 if spec.cadence == "monthly" else 45)


def _metadata(loaded: Sequence[FileOutcome], reports: Sequence[LoadReport]) -> dict[str, Any]:
    counts = [count for report in reports for count in report.counts]
    newest = max((report.period_end for report in reports), default=None)
    return {
        "dagster/row_count": sum(count.rows_loaded for count in counts),
        "releases": len(reports),
        "rows_read": sum(count.rows_read for count in counts),
        "rows_quarantined": sum(count.rows_quarantined for count in counts),
        "rows_ignored": sum(count.rows_ignored for count in counts),
        "files_loaded_in_this_run": sum(item.outcome is Outcome.LOADED for item in loaded),
        "newest_period_end": str(newest or "none"),
        "files": dg.MetadataValue.md(_file_table(loaded)),
    }


def _file_table(outcomes: Sequence[FileOutcome]) -> str:
    if not outcomes:
        return "Nothing new."
    lines = [f"| {item.name} | {item.outcome} | {item.period_label} | {item.reason} |" for item in outcomes]
    return "\n".join(["| file | outcome | period | note |", "|---|---|---|---|", *lines[:200]])


def _checks(
    spec: DatasetSpec, outcomes: Sequence[FileOutcome], reports: Sequence[LoadReport]
) -> Iterator[dg.AssetCheckResult]:
    from orchestration.refresh.status import is_fresh

    broken = [report.file_name for report in reports if not report.is_reconciled]
    quarantined = {report.file_name: report.rows_quarantined for report in reports if report.rows_quarantined}
    refused = [item for item in outcomes if item.outcome in (Outcome.REFUSED, Outcome.HELD)]
    missing = [item for item in outcomes if item.outcome is Outcome.UNAVAILABLE]
    fresh = is_fresh(spec, reports)
    results: dict[str, tuple[bool, dict[str, Any]]] = {
        "reconciles": (not broken, {"files": ", ".join(broken) or "none"}),
        "nothing_quarantined": (not quarantined, dict(quarantined)),
        "nothing_refused": (not refused, {item.name: item.reason for item in refused}),
        "source_available": (not missing, {item.name: item.reason for item in missing}),
        "period_is_fresh": (fresh.is_fresh, {"newest_period_end": str(fresh.newest), "due_by": str(fresh.due_by)}),
    }
    for name, (passed, metadata) in results.items():
        yield dg.AssetCheckResult(
            check_name=name, passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
        )


def _platform_asset() -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey([LAKE, "platform"]),
        group_name="lake",
        description="What the platform knows: releases, load counts, and the catalogue's datasets and measures.",
        owners=OWNERS,
        kinds={"parquet"},
        deps=[lake_key(name) for name in dataset_specs()],
    )
    def platform(home: EvenhandHome) -> dg.MaterializeResult:  # type: ignore[type-arg]
        prepare_candidate(home.home)
        reports = Lake(home.home.lake).reports()
        return dg.MaterializeResult(metadata={"dagster/row_count": len(reports), "releases": len(reports)})

    return platform


def archive_assets() -> list[dg.AssetsDefinition]:
    """One partitioned asset per published dataset: its coverage by period, and backfills of the archive."""
    return [_archive_asset(spec) for spec in dataset_specs().values() if spec.discovery is not None]


def _archive_asset(spec: DatasetSpec) -> dg.AssetsDefinition:
    @dg.asset(
        key=archive_key(spec.name),
        group_name="archive",
        description=f"Files of {spec.title} by period: what the archive and the lake hold. Never triggers the marts.",
        owners=OWNERS,
        kinds={"file"},
        partitions_def=_partitions(spec),
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
        metadata={"source": dg.MetadataValue.url(spec.landing_page), "licence": spec.licence},
    )
    def archive(context: dg.AssetExecutionContext, home: EvenhandHome, intake: Intake) -> Iterator[Any]:
        Lake(home.home.lake).prepare()
        if intake.wants(spec.name):
            acquire(home.home, intake.request(spec.name))
        load_pending(home.home, spec.name)
        reports = Lake(home.home.lake).reports(spec.name)
        for key in context.partition_keys:
            files = [report for report in reports if _covers(spec, report, key)]
            if files:
                rows = sum(_rows_loaded(report) for report in files)
                facts = {"releases": len(files), "dagster/partition_row_count": rows}
                context.log_event(dg.AssetMaterialization(context.asset_key, partition=key, metadata=facts))
            else:
                context.log.warning(f"no file of {spec.name} covers {key}")
        yield from ()

    return archive


def _partitions(spec: DatasetSpec) -> dg.PartitionsDefinition[str]:
    if spec.partitions == "month" and spec.first_period:
        return dg.MonthlyPartitionsDefinition(start_date=spec.first_period.isoformat())
    if spec.partitions == "financial_year" and spec.first_period:
        return dg.TimeWindowPartitionsDefinition(
            start=spec.first_period.isoformat(), fmt="%Y-%m-%d", cron_schedule="0 0 1 4 *"
        )
    return dg.DynamicPartitionsDefinition(name=f"{spec.name}_releases")


def _covers(spec: DatasetSpec, report: LoadReport, partition: str) -> bool:
    """Whether a release covers a partition: its first day lies in the period, or it is the release itself."""
    if spec.partitions == "release":
        return _release_partition(report) == partition
    return report.period_start.isoformat() <= partition <= report.period_end.isoformat()
