"""Write a release into a staging folder: protected marts as Parquet, CSV and DuckDB, the site, and four receipts.

Belongs here: reading the candidate, disclosure control in the path of every row, deterministic files. Does not:
judging plausibility (audit.py) or making anything current (release.py).
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.publication.ledger import differences, note
from orchestration.publication.marts import Mart, read_marts
from orchestration.publication.protect import disclosures, protected_select
from orchestration.publication.receipts import MARTS, write_receipt

if TYPE_CHECKING:
    import duckdb

STAGING = ".staging-"
DATABASE = "evenhand.duckdb"
ROW_GROUP = 122_880
STORAGE_VERSION = "v1.2.0"
FORMULA_LEAD = r"^[=+\-@\t\r]"


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
    (folder / "csv").mkdir()
    marts = read_marts(manifest)
    with duckdb.connect(str(home.candidate), read_only=True, config={"threads": 1}) as con:
        for mart in marts:
            _write_parquet(con, mart, parquet_of(folder, mart.name))
    with duckdb.connect(config={"threads": 1}) as con:
        for mart in marts:
            _write_csv(con, mart, folder)
        _write_database(con, marts, folder)
        _write_site(con, home, folder)
        write_receipt(folder, "reconciliation", reconciliation_problems(home, con, folder))
        write_receipt(folder, "dbt", dbt_problems(run_results))
        note(con, folder)
        write_receipt(folder, "disclosure", disclosure_problems(home, con, folder, marts))
        return {mart.name: _count(con, parquet_of(folder, mart.name)) for mart in marts}


def parquet_of(folder: Path, mart: str) -> Path:
    """Path of a mart's Parquet file in a staging or release folder."""
    return folder / MARTS / f"{mart}.parquet"


def _write_parquet(con: "duckdb.DuckDBPyConnection", mart: Mart, path: Path) -> None:
    """Write the protected mart in key order with one thread, one codec and fixed row groups: same rows, same bytes."""
    query = protected_select(mart, f"marts.{mart.name}")
    con.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd, row_group_size {ROW_GROUP})")


def _write_csv(con: "duckdb.DuckDBPyConnection", mart: Mart, folder: Path) -> None:
    """CSV beside each Parquet file; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    columns = ", ".join(inert(column.name, column.data_type) for column in mart.columns)
    source = f"select {columns} from read_parquet('{parquet_of(folder, mart.name)}')"
    con.execute(f"copy ({source}) to '{folder / 'csv' / mart.name}.csv' (format csv, header)")


def inert(name: str, data_type: str) -> str:
    """SQL of a column as CSV shows it: text that would run as a formula has an apostrophe before it."""
    if data_type.casefold() not in ("varchar", "text"):
        return name
    return f"case when regexp_matches({name}, '{FORMULA_LEAD}') then chr(39) || {name} else {name} end as {name}"


def _write_database(con: "duckdb.DuckDBPyConnection", marts: Sequence[Mart], folder: Path) -> None:
    """One DuckDB file with schema ``marts``, in a storage version that clients back to 1.2 open."""
    con.execute(f"attach '{folder / DATABASE}' as published (storage_version '{STORAGE_VERSION}')")
    con.execute("create schema published.marts")
    for mart in marts:
        table = f"published.marts.{mart.name}"
        con.execute(f"create table {table} as select * from read_parquet('{parquet_of(folder, mart.name)}')")
        con.execute(f"comment on table {table} is '{_quoted(mart.description)}'")
        for column in mart.columns:
            con.execute(f"comment on column {table}.{column.name} is '{_quoted(column.description)}'")
    con.execute("checkpoint published")
    con.execute("detach published")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _write_site(con: "duckdb.DuckDBPyConnection", home: Home, folder: Path) -> None:
    from orchestration.publication.site.build import build_site
    from orchestration.publication.site.inputs import read_site_tables, site_facts

    build_site(read_site_tables(con, folder / MARTS), site_facts(home.settings.synthetic), folder / "site")


def _count(con: "duckdb.DuckDBPyConnection", path: Path) -> int:
    return int(con.execute(f"select count(*) from read_parquet('{path}')").fetchall()[0][0])


def reconciliation_problems(home: Home, con: "duckdb.DuckDBPyConnection", folder: Path) -> list[str]:
    """Releases whose rows do not add up, and differences between the staged data_quality and the lake's reports."""
    reports = Lake(home.lake).reports()
    problems = [
        f"{report.dataset} {report.file_name}: {count.entity} read {count.rows_read}, loaded {count.rows_loaded}, "
        f"quarantined {count.rows_quarantined}, ignored {count.rows_ignored}"
        for report in reports
        for count in report.counts
        if not count.is_reconciled
    ]
    quality = parquet_of(folder, "data_quality")
    for name in ("rows_read", "rows_loaded", "rows_quarantined", "rows_ignored"):
        expected = sum(getattr(count, name) for report in reports for count in report.counts)
        staged = con.execute(f"select coalesce(sum({name}), 0) from read_parquet('{quality}')").fetchall()[0][0]
        if staged != expected:
            problems.append(f"data_quality says {staged} {name}, the lake's reports {expected}")
    return problems


def dbt_problems(run_results: Path) -> list[str]:
    """Models, seeds and tests that did not pass in the dbt build that made the candidate."""
    if not run_results.exists():
        return ["dbt has left no run results for this candidate"]
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    bad = [f"{r['unique_id']}: {r['status']}" for r in results if r["status"] not in ("success", "pass", "warn")]
    return bad if results else ["dbt ran nothing"]


def disclosure_problems(home: Home, con: "duckdb.DuckDBPyConnection", folder: Path, marts: Sequence[Mart]) -> list[str]:
    """What in the staged files breaks the rule for counts of people, alone or beside earlier releases."""
    broken = [
        problem
        for mart in marts
        for problem in disclosures(con, mart, f"read_parquet('{parquet_of(folder, mart.name)}')")
    ]
    return broken + differences(home, con, folder)
