"""Write a release into a staging folder: protected marts as Parquet, CSV and DuckDB, the site, and four receipts.

Belongs here: reading the candidate, disclosure control in the path of every row, deterministic files. Does not:
judging plausibility (audit.py) or making anything current (release.py).
"""

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.publication.marts import Mart, read_marts
from orchestration.publication.protect import disclosures, protect
from orchestration.publication.receipts import MARTS, write_receipt

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

STAGING = ".staging-"
DATABASE = "evenhand.duckdb"
ROW_GROUP = 122_880
SIGNIFICANT_DIGITS = 12
STORAGE_VERSION = "v1.2.0"
FORMULA_LEADS = ("=", "+", "-", "@", "\t", "\r")


def staging_folder(home: Home, run_id: str) -> Path:
    """Where the run stages its release."""
    return home.releases / f"{STAGING}{run_id}"


def newest_staging(home: Home) -> Path | None:
    """The staging folder last written, or None."""
    folders = sorted(home.releases.glob(f"{STAGING}*"), key=lambda path: path.stat().st_mtime)
    return folders[-1] if folders else None


def sweep_staging(home: Home) -> None:
    """Remove every staging folder: what a killed or refused run left."""
    for folder in home.releases.glob(f"{STAGING}*"):
        shutil.rmtree(folder)


def stage(home: Home, run_id: str, manifest: Path, run_results: Path) -> dict[str, int]:
    """Stage a release from the candidate; returns rows per mart. Replaces any earlier staging."""
    import duckdb

    sweep_staging(home)
    folder = staging_folder(home, run_id)
    (folder / MARTS).mkdir(parents=True)
    marts = read_marts(manifest)
    with duckdb.connect(str(home.candidate), read_only=True, config={"threads": 1}) as con:
        tables = {mart.name: protect(mart, _read(con, mart)) for mart in marts}
    for mart in marts:
        _write_parquet(mart, tables[mart.name], folder / MARTS / f"{mart.name}.parquet")
    _write_csv(folder, marts)
    _write_database(folder, marts)
    _write_site(home, folder, tables)
    write_receipt(folder, "reconciliation", reconciliation_problems(home, folder))
    write_receipt(folder, "dbt", dbt_problems(run_results))
    write_receipt(folder, "disclosure", disclosure_problems(folder, marts))
    return {name: len(frame) for name, frame in tables.items()}


def _read(con: "duckdb.DuckDBPyConnection", mart: Mart) -> "pd.DataFrame":
    """All rows of a mart in the order of its key."""
    columns = ", ".join(column.name for column in mart.columns)
    return con.execute(f"select {columns} from marts.{mart.name} order by {', '.join(mart.key)}").fetch_df()


def _write_parquet(mart: Mart, frame: "pd.DataFrame", path: Path) -> None:
    """Write rows that are already in key order, floats to 12 significant digits, one codec, fixed row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rounded = frame.assign(**{name: _significant(frame[name]) for name in frame.select_dtypes("float64").columns})
    schema = pa.schema([(column.name, _arrow_type(column.data_type)) for column in mart.columns])
    table = pa.Table.from_pandas(rounded, schema=schema, preserve_index=False).replace_schema_metadata()
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP, store_schema=False)


def _significant(values: "pd.Series[float]") -> "pd.Series[float]":
    """Floats rounded to 12 significant digits, so that the order of a sum does not show."""
    import numpy as np

    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.abs(numbers)))
    scale = np.power(10.0, np.where(np.isfinite(digits), digits, 0.0))
    return values.__class__(np.where(np.isfinite(digits), np.round(numbers * scale) / scale, numbers), index=values.index)


def _arrow_type(data_type: str) -> Any:
    import pyarrow as pa

    types = {
        "varchar": pa.string(), "text": pa.string(), "string": pa.string(), "double": pa.float64(), "date": pa.date32(),
        "bigint": pa.int64(), "integer": pa.int32(), "boolean": pa.bool_(), "smallint": pa.int16(),
    }  # fmt: skip
    return types[data_type.casefold()]


def _write_csv(folder: Path, marts: Sequence[Mart]) -> None:
    """CSV beside each Parquet file, UTF-8 with a byte order mark for spreadsheets, formulas made inert."""
    import pyarrow.parquet as pq

    (folder / "csv").mkdir()
    for mart in marts:
        table = pq.read_table(folder / MARTS / f"{mart.name}.parquet")
        with (folder / "csv" / f"{mart.name}.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(table.column_names)
            for batch in table.to_batches(max_chunksize=50_000):
                columns = [column.to_pylist() for column in batch.columns]
                writer.writerows([_inert(cell) for cell in row] for row in zip(*columns, strict=True))


def _inert(cell: object) -> object:
    """A text that a spreadsheet would run as a formula, with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_LEADS) else cell


def _write_database(folder: Path, marts: Sequence[Mart]) -> None:
    """One DuckDB file with schema ``marts``, in a storage version that clients back to 1.2 open."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("set threads = 1")
        con.execute(f"attach '{folder / DATABASE}' as release (storage_version '{STORAGE_VERSION}')")
        con.execute("create schema release.marts")
        for mart in marts:
            source = folder / MARTS / f"{mart.name}.parquet"
            con.execute(f"create table release.marts.{mart.name} as select * from read_parquet('{source}')")
            con.execute(f"comment on table release.marts.{mart.name} is '{mart.description.replace(chr(39), chr(39) * 2)}'")
        con.execute("checkpoint release")
        con.execute("detach release")


def _write_site(home: Home, folder: Path, tables: Mapping[str, "pd.DataFrame"]) -> None:
    from orchestration.publication.site.build import build_site, site_facts

    build_site(tables, site_facts(is_synthetic=home.settings.synthetic), folder / "site")


def reconciliation_problems(home: Home, folder: Path) -> list[str]:
    """Releases whose rows do not add up, and differences between the staged data_quality and the lake's reports."""
    import pyarrow.parquet as pq

    reports = Lake(home.lake).reports()
    problems = [
        f"{report.dataset} {report.file_name}: {count.entity} read {count.rows_read}, loaded {count.rows_loaded}, "
        f"quarantined {count.rows_quarantined}, ignored {count.rows_ignored}"
        for report in reports
        for count in report.counts
        if not count.is_reconciled
    ]
    staged = pq.read_table(folder / MARTS / "data_quality.parquet", columns=["rows_read", "rows_loaded"]).to_pydict()
    for name in ("rows_read", "rows_loaded"):
        expected = sum(getattr(count, name) for report in reports for count in report.counts)
        if sum(staged[name]) != expected:
            problems.append(f"data_quality says {sum(staged[name])} {name}, the lake's reports {expected}")
    return problems


def dbt_problems(run_results: Path) -> list[str]:
    """Models, seeds and tests that did not pass in the dbt build that made the candidate."""
    if not run_results.exists():
        return ["dbt has left no run results for this candidate"]
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    bad = [f"{r['unique_id']}: {r['status']}" for r in results if r["status"] not in ("success", "pass", "warn")]
    return bad if results else ["dbt ran nothing"]


def disclosure_problems(folder: Path, marts: Sequence[Mart]) -> list[str]:
    """What in the staged files breaks the rule for counts of people."""
    import pyarrow.parquet as pq

    return [
        problem
        for mart in marts
        if mart.people_columns
        for problem in disclosures(mart, pq.read_table(folder / MARTS / f"{mart.name}.parquet").to_pandas())
    ]
