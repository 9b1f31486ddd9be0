"""The lake: typed Parquet per dataset, entity and release, and the report that makes a release part of it.

Belongs here: writing and sweeping lake files, load reports, the platform tables that dbt reads. Does not: parsing or
judging rows, or knowing why a file was fetched.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.catalogue.models import Break, ColumnType, DatasetSpec, Entity, Measure
from orchestration.catalogue.registry import breaks, dataset_specs, measures

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from orchestration.validation.validate import Validated

EMPTY = "_empty.parquet"
REPORTS = "releases"
PLATFORM = "platform"


@dataclass(frozen=True)
class EntityCounts:
    """What became of the rows of one entity in one release."""

    entity: str
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    ignored: Mapping[str, int] = field(default_factory=dict)
    cells_suppressed: int = 0

    @property
    def rows_ignored(self) -> int:
        """Rows that the dataset declares to be no data (totals, exact repeats …)."""
        return sum(self.ignored.values())

    @property
    def is_reconciled(self) -> bool:
        """Whether every row read is loaded, in quarantine or declared-ignored."""
        return self.rows_read == self.rows_loaded + self.rows_quarantined + self.rows_ignored


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that was not loaded, without its values; ``place`` and ``suggestions`` for what users supply."""

    entity: str
    source_row: int
    rule: str
    column: str
    value_hash: str
    place: str = ""
    suggestions: str = ""


@dataclass(frozen=True)
class LoadReport:
    """The account of one file's way into the lake; its presence makes the release part of the lake."""

    dataset: str
    release_sha256: str
    file_name: str
    layout: str
    period_start: date
    period_end: date
    period_label: str
    published_on: date | None
    release_status: str
    origin: str
    licence: str
    sequence: int
    made_with: str
    counts: tuple[EntityCounts, ...]
    not_published_because: str = ""
    accepted_on: date | None = None
    first_seen_on: date | None = None
    quarantine: tuple[QuarantinedRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_reconciled(self) -> bool:
        """Whether all entities reconcile."""
        return all(count.is_reconciled for count in self.counts)

    @property
    def rows_quarantined(self) -> int:
        """Quarantined rows over all entities."""
        return sum(count.rows_quarantined for count in self.counts)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, ISO dates."""
        return json.dumps(asdict(self), default=str, sort_keys=True, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "LoadReport":
        """The report that ``to_json`` wrote."""
        document: dict[str, Any] = json.loads(text)
        for name in ("period_start", "period_end", "published_on", "accepted_on", "first_seen_on"):
            document[name] = date.fromisoformat(document[name]) if document.get(name) else None
        document["counts"] = tuple(EntityCounts(**count) for count in document["counts"])
        document["quarantine"] = tuple(QuarantinedRow(**row) for row in document["quarantine"])
        document["notes"] = tuple(document["notes"])
        return cls(**document)


def arrow_schema(entity: Entity) -> "pa.Schema":
    """Arrow schema of the entity's lake table."""
    import pyarrow as pa

    types = {
        ColumnType.TEXT: pa.string(), ColumnType.INTEGER: pa.int64(), ColumnType.NUMBER: pa.float64(),
        ColumnType.DATE: pa.date32(), ColumnType.BOOLEAN: pa.bool_(),
    }  # fmt: skip
    return pa.schema([(name, types[kind]) for name, kind in entity.lake_columns()])


class Lake:
    """Readers and the one writer of ``<home>/lake``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def prepare(self) -> None:
        """Give every entity its empty typed file, and sweep what a killed run left behind."""
        import pyarrow.parquet as pq

        for spec in dataset_specs().values():
            for entity in spec.entities:
                folder = self.root / spec.name / entity.name
                folder.mkdir(parents=True, exist_ok=True)
                schema = arrow_schema(entity)
                empty = folder / EMPTY
                if not empty.exists() or pq.read_schema(empty) != schema:
                    self._write(schema.empty_table(), empty)
        self.sweep()

    def sweep(self) -> list[Path]:
        """Remove Parquet files whose release has no report, and unfinished files; returns what was removed."""
        removed = []
        for path in self.root.glob("*/*/*"):
            if path.parent.name == REPORTS:
                orphan = path.suffix != ".json"
            else:
                unfinished = path.suffix != ".parquet"
                orphan = unfinished or (path.name != EMPTY and not self._report(path.parts[-3], path.stem).exists())
            if orphan:
                path.unlink()
                removed.append(path)
        return removed

    def write(self, spec: DatasetSpec, report: LoadReport, tables: Mapping[str, "Validated"]) -> None:
        """Write one release: its tables first, its report last, each by rename; an earlier load's report goes first."""
        self._report(spec.name, report.release_sha256).unlink(missing_ok=True)
        for entity in spec.entities:
            target = self.root / spec.name / entity.name / f"{report.release_sha256}.parquet"
            target.unlink(missing_ok=True)
            if entity.name in tables:
                frame = tables[entity.name].frame.assign(release_sha256=report.release_sha256)
                self._write(_arrow_table(frame, entity), target)
        path = self._report(spec.name, report.release_sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, report.to_json().encode())

    def accept(self, dataset: str, release_sha256: str, on: date | None) -> None:
        """Put a human's acceptance (None: take it back) into the release's report, so that the next build uses it."""
        path = self._report(dataset, release_sha256)
        report = LoadReport.from_json(path.read_text(encoding="utf-8"))
        _replace(path, replace(report, accepted_on=on).to_json().encode())

    def forget(self, dataset: str, release_sha256: str) -> None:
        """Take a release out of the lake (its report first, so that a crash leaves orphans, never half a release)."""
        self._report(dataset, release_sha256).unlink(missing_ok=True)
        for path in (self.root / dataset).glob(f"*/{release_sha256}.parquet"):
            path.unlink()

    def has(self, dataset: str, release_sha256: str) -> bool:
        """Whether the release is in the lake."""
        return self._report(dataset, release_sha256).exists()

    def reports(self, dataset: str | None = None) -> list[LoadReport]:
        """Load reports in order of dataset and first sight."""
        paths = self.root.glob(f"{dataset or '*'}/{REPORTS}/*.json")
        found = [LoadReport.from_json(path.read_text(encoding="utf-8")) for path in paths]
        return sorted(found, key=lambda report: (report.dataset, report.sequence))

    def register(self, name: str) -> frozenset[str]:
        """Codes of a register: all values of the columns that the catalogue says make it up."""
        import pyarrow.parquet as pq

        codes: set[str] = set()
        for spec in dataset_specs().values():
            for entity in spec.entities:
                columns = [column.name for column in entity.columns if column.registers == name]
                for path in (self.root / spec.name / entity.name).glob("*.parquet") if columns else ():
                    table = pq.ParquetFile(path).read(columns)  # read_table would import pandas
                    codes.update(code for column in columns for code in table[column].to_pylist() if code)
        return frozenset(codes)

    def fingerprint(self) -> str:
        """sha256 over all load reports: the lake's content, without reading a Parquet file."""
        digest = sha256()
        for path in sorted(self.root.glob(f"*/{REPORTS}/*.json")):
            digest.update(f"{path.parts[-3]}/{path.name}\n".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def write_platform(self, *, synthetic: bool = False) -> None:
        """Write the platform tables (releases, loads, datasets, measures, breaks) that dbt reads.

        A measure of a dataset that may not be published is left out: no mart shall name what it never shows.
        """
        specs = dataset_specs()
        shown = [measure for measure in measures().values() if not specs[measure.dataset].not_published_because]
        known_breaks = [known for known in breaks().values() if synthetic or not known.is_synthetic]
        reports = self.reports()
        ranks = release_ranks(reports)
        self._platform("releases", RELEASE_COLUMNS, (_release_row(report, ranks) for report in reports))
        self._platform("loads", LOAD_COLUMNS, (row for report in reports for row in _load_rows(report)))
        self._platform("datasets", DATASET_COLUMNS, map(_dataset_row, specs.values()))
        self._platform("measures", MEASURE_COLUMNS, map(_measure_row, shown))
        self._platform("breaks", BREAK_COLUMNS, (row for known in known_breaks for row in _break_rows(known)))

    def _platform(self, name: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
        import pyarrow as pa

        types = {"text": pa.string(), "date": pa.date32(), "integer": pa.int64(), "number": pa.float64(),
                 "boolean": pa.bool_()}  # fmt: skip
        schema = pa.schema([(column, types[kind]) for column, kind in columns.items()])
        flat = [{column: _flat(row[column]) for column in columns} for row in rows]
        folder = self.root / PLATFORM
        folder.mkdir(parents=True, exist_ok=True)
        self._write(pa.Table.from_pylist(flat, schema=schema), folder / f"{name}.parquet")

    def _report(self, dataset: str, release_sha256: str) -> Path:
        return self.root / dataset / REPORTS / f"{release_sha256}.json"

    @staticmethod
    def _write(table: "pa.Table", path: Path) -> None:
        import pyarrow.parquet as pq

        unfinished = path.with_suffix(".unfinished")
        pq.write_table(table, unfinished, compression="zstd")
        _sync(unfinished)
        unfinished.replace(path)


RELEASE_COLUMNS = {
    "dataset": "text", "release_sha256": "text", "file_name": "text", "layout": "text", "period_start": "date",
    "period_end": "date", "period_label": "text", "published_on": "date", "release_status": "text", "origin": "text",
    "licence": "text", "release_rank": "integer", "is_publishable": "boolean", "not_published_because": "text",
    "accepted_on": "date", "first_seen_on": "date", "notes": "text",
}  # fmt: skip
LOAD_COLUMNS = {
    "dataset": "text", "entity": "text", "release_sha256": "text", "rows_read": "integer", "rows_loaded": "integer",
    "rows_quarantined": "integer", "rows_ignored": "integer", "ignored_rules": "text", "quarantine_rules": "text",
    "cells_suppressed": "integer", "is_reconciled": "boolean",
}  # fmt: skip
DATASET_COLUMNS = {
    "dataset": "text", "title": "text", "description": "text", "publisher": "text", "licence": "text",
    "attribution": "text", "landing_page": "text", "kind": "text", "cadence": "text", "revision_policy": "text",
    "official_statistics": "text", "rounding": "text", "rounding_evidence": "text", "usage_warnings": "text",
}  # fmt: skip
MEASURE_COLUMNS = {
    "measure_id": "text", "dataset": "text", "title": "text", "numerator": "text", "denominator": "text",
    "unit": "text", "multiplier": "number", "interval": "text", "direction": "text", "role": "text", "nature": "text",
    "quality_theme": "text", "observation_kind": "text", "adjustment": "text", "margin_overall": "number",
    "margin_absolute_gap": "number", "margin_relative_gap": "number", "disclosure_rule": "text",
    "disclosure_suppression": "text", "disclosure_evidence": "text", "revision_tolerance": "number",
    "linked_qi_topics": "text", "notes": "text",
}  # fmt: skip
BREAK_COLUMNS = {
    "break_id": "text", "measure_id": "text", "starts_on": "date", "ends_on": "date", "organisation_codes": "text",
    "stratum_dimensions": "text", "kind": "text", "handling": "text", "description": "text", "source": "text",
    "every_measure": "boolean",
}  # fmt: skip

STATUS_ORDER = ("provisional", "final", "revised")


def release_ranks(reports: Iterable[LoadReport]) -> dict[tuple[str, str], int]:
    """Order of releases within a dataset, 1 the oldest: published_on, then provisional to revised, then first seen."""
    ranks: dict[tuple[str, str], int] = {}
    counter: Counter[str] = Counter()
    for report in sorted(
        reports,
        key=lambda r: (r.dataset, r.published_on or date.min, STATUS_ORDER.index(r.release_status), r.sequence),
    ):
        counter[report.dataset] += 1
        ranks[report.dataset, report.release_sha256] = counter[report.dataset]
    return ranks


def _release_row(report: LoadReport, ranks: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    row = {name: getattr(report, name, None) for name in RELEASE_COLUMNS}
    return {
        **row,
        "release_rank": ranks[report.dataset, report.release_sha256],
        "is_publishable": not report.not_published_because,
        "notes": "; ".join(report.notes),
    }


def _load_rows(report: LoadReport) -> Iterable[dict[str, Any]]:
    for count in report.counts:
        rules = Counter(row.rule for row in report.quarantine if row.entity == count.entity)
        yield {
            **{name: getattr(count, name, None) for name in LOAD_COLUMNS},
            "dataset": report.dataset,
            "release_sha256": report.release_sha256,
            "ignored_rules": _tally(count.ignored),
            "quarantine_rules": _tally(rules),
        }


def _dataset_row(spec: DatasetSpec) -> dict[str, Any]:
    row = {name: getattr(spec, name, None) for name in DATASET_COLUMNS}
    rounding = f"{spec.rounding.rule}; suppression: {spec.rounding.suppression}"
    return {**row, "dataset": spec.name, "rounding": rounding, "rounding_evidence": spec.rounding.evidence}


def _measure_row(measure: Measure) -> dict[str, Any]:
    row = measure.model_dump()
    margins, disclosure = row.pop("margins") or {}, row.pop("disclosure")
    row |= {f"margin_{name}": margins.get(name) for name in ("overall", "absolute_gap", "relative_gap")}
    return row | {f"disclosure_{name}": disclosure[name] for name in ("rule", "suppression", "evidence")}


def _break_rows(known: Break) -> Iterable[dict[str, Any]]:
    for measure_id in measures() if known.every_measure else known.measure_ids:
        yield {**known.model_dump(), "measure_id": measure_id}


def _tally(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{rule}: {count}" for rule, count in sorted(counts.items()) if count)


def _flat(value: Any) -> Any:
    """Tuples as comma-separated text, enums as their value, everything else as it is."""
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value) if hasattr(value, "value") else value


def _arrow_table(frame: "pd.DataFrame", entity: Entity) -> "pa.Table":
    import pyarrow as pa

    schema = arrow_schema(entity)
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False).replace_schema_metadata()


def _replace(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` in one rename, synced first."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    _sync(unfinished)
    unfinished.replace(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
