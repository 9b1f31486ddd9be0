"""A release opens in what people have: DuckDB of several years, pandas, polars, a spreadsheet.

An old DuckDB is installed once into .cache/duckdb-<version> and runs in a process that sees nothing else.
"""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support_machine import unavailable

from orchestration.publication.release import read_manifest
from orchestration.publication.stage import DATABASE

pytestmark = pytest.mark.packaging

CACHE = Path(__file__).resolve().parents[2] / ".cache"
OLD = ("1.3.2", "1.4.4", "1.5.5")
PARTS = """
select count(*), sum(numerator), sum(denominator), count(*) filter (where value is null)
from marts.outcome_trends where measure_id = 'talking_therapies_recovery'
"""
READER = f"""
import json, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
names = [row[0] for row in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()]
rows = {{name: con.execute(f"select count(*) from marts.{{name}}").fetchall()[0][0] for name in names}}
bare = con.execute(
    "select count(*) from duckdb_columns() where schema_name = 'marts' and comment is null"
).fetchall()[0][0]
parts = [float(part) for part in con.execute('''{PARTS}''').fetchall()[0]]
print(json.dumps({{"version": duckdb.__version__, "rows": rows, "uncommented": bare, "parts": parts}}))
"""
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
FORMULA = tuple("=+-@\t\r")


def installed(version: str) -> Path:
    """The folder with this DuckDB, installed when it is not there; complete or absent."""
    folder = CACHE / f"duckdb-{version}"
    if not folder.exists():
        unfinished = CACHE / f"unfinished-{os.getpid()}-duckdb-{version}"
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--only-binary", ":all:", "--target", str(unfinished), f"duckdb=={version}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            unavailable(f"duckdb {version} can't be installed: {done.stderr[-300:]}")
        unfinished.rename(folder)
    return folder


def read_with(database: Path, version: str | None) -> dict[str, Any]:
    """What a client reads: its version, rows per mart, columns without a comment, and the parts of one rate."""
    isolated = [] if version is None else ["-S"]
    environment = {**os.environ} if version is None else {**os.environ, "PYTHONPATH": str(installed(version))}
    done = subprocess.run(
        [sys.executable, *isolated, "-c", READER, str(database)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def expected_parts(release: Path) -> list[float]:
    """The same parts, read from the Parquet file by pandas."""
    import pandas as pd

    trends = pd.read_parquet(release / "marts" / "outcome_trends.parquet")
    rows = trends[trends["measure_id"] == "talking_therapies_recovery"]
    parts = (len(rows), rows["numerator"].sum(), rows["denominator"].sum(), rows["value"].isna().sum())
    return [float(part) for part in parts]


@pytest.mark.parametrize("version", OLD)
def test_an_old_duckdb_reads_every_mart_with_its_comments(release: Path, version: str) -> None:
    found = read_with(release / DATABASE, version)
    assert found["version"] == version
    assert found["rows"] == read_manifest(release)["rows"]
    assert found["uncommented"] == 0
    assert found["parts"] == pytest.approx(expected_parts(release))


def test_the_duckdb_of_this_installation_reads_every_mart_and_is_2_0(release: Path) -> None:
    found = read_with(release / DATABASE, None)
    assert found["version"].startswith("2.0.")
    assert found["rows"] == read_manifest(release)["rows"]
    assert found["parts"] == pytest.approx(expected_parts(release))


def test_pandas_and_polars_read_every_parquet_file_alike(release: Path) -> None:
    import pandas as pd
    import polars as pl

    for mart, rows in read_manifest(release)["rows"].items():
        path = release / "marts" / f"{mart}.parquet"
        of_pandas, of_polars = pd.read_parquet(path), pl.read_parquet(path)
        assert len(of_pandas) == of_polars.height == rows, mart
        assert list(of_pandas.columns) == of_polars.columns, mart


def test_a_csv_read_by_pandas_has_the_rows_and_columns_of_its_parquet_file(release: Path) -> None:
    import pandas as pd
    import pyarrow.parquet as pq

    for mart, rows in read_manifest(release)["rows"].items():
        frame = pd.read_csv(release / "csv" / f"{mart}.csv", dtype="str")
        assert len(frame) == rows, mart
        assert list(frame.columns) == pq.read_schema(release / "marts" / f"{mart}.parquet").names, mart


def test_a_csv_is_utf_8_and_no_cell_would_run_as_a_formula_in_a_spreadsheet(release: Path) -> None:
    paths = sorted((release / "csv").glob("*.csv"))
    assert len(paths) == len(read_manifest(release)["rows"])
    for path in paths:
        with path.open(encoding="utf-8", errors="strict", newline="") as file:
            live = [cell for row in csv.reader(file) for cell in row if is_live(cell)]
        assert not live, f"{path.name}: {live[:5]}"


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-2+3", "@A1", "\t=1", "-cmd|' /C calc'!A0"])
def test_the_test_for_formulas_knows_one(cell: str) -> None:
    assert is_live(cell)


@pytest.mark.parametrize("cell", ["", "-2.5", "+3", "-1e-05", "'=1+1", "A&E", "2024-04-01"])
def test_the_test_for_formulas_lets_numbers_and_texts_pass(cell: str) -> None:
    assert not is_live(cell)


def is_live(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula; a signed number is none."""
    return cell.startswith(FORMULA) and NUMBER.fullmatch(cell) is None
