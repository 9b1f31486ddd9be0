"""CPU seconds of the marts' statistics on many rows: `python -m benchmarks statistics`, and a part of `make bench`.

Belongs here: which compiled SQL is run on which made-up rows, and the table. Does not: the SQL, which is that of an
analysis in dbt_project/analyses/golden as dbt compiles it; a limit that fails a build.

A case is one process: starting Python and DuckDB, reading the rows from Parquet, computing, keeping the answer. dbt's
compiling and the making of rows are not in it. To add a case, append to `CASES`.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.golden import compiled_analyses
from benchmarks.measure import Cost, cost_of

RUN = """
import sys
from pathlib import Path
import duckdb
folder, sql = Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8")
con = duckdb.connect(config={"threads": 1})
for path in folder.glob("*.parquet"):
    con.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
con.execute(f"create table answer as {sql}")
"""
# counts of all sizes, a fifth of them below ten
PARTS = """
    select range as id, cast(floor(power(10, 4.0 * (hash(range) % 10000) / 10000)) - 1 as double) as numerator,
        cast(10000 + hash(range, 1) % 1000000 as double) as denominator
    from range(1000000)
"""
# 100,000 areas of ten quantiles, one person in ten to nine in ten with an event
STRATA = """
    select range // 10 as area, range % 10 + 1 as quantile, cast(500 + hash(range) % 1000 as double) as denominator,
        cast(floor((500 + hash(range) % 1000) * (0.1 + 0.8 * (hash(range, 1) % 1000) / 1000)) as double) as numerator
    from range(1000000)
"""


@dataclass(frozen=True)
class Case:
    """One compiled analysis on made-up rows; ``rows`` has a query for each view that the analysis reads."""

    name: str
    analysis: str
    rows: Mapping[str, str]
    target_seconds: float


CASES = (
    Case("1,000,000 Wilson intervals", "intervals_of_proportions", {"parts": PARTS}, 3),
    Case("1,000,000 exact or Byar intervals", "intervals_of_rates", {"parts": PARTS}, 3),
    Case("100,000 slope and relative indices of inequality", "slopes_of_groups", {"strata": STRATA}, 2),
)


def measurements(cases: tuple[Case, ...] = CASES) -> Iterator[tuple[Case, Cost]]:
    """Each case with its cost."""
    with tempfile.TemporaryDirectory() as scratch:
        compiled = compiled_analyses(Path(scratch))
        for number, case in enumerate(cases):
            folder = Path(scratch) / f"case_{number}"
            folder.mkdir()
            for view, query in case.rows.items():
                duckdb.execute(f"copy ({query}) to '{folder / view}.parquet' (format parquet)")
            sql = folder / "analysis.sql"
            sql.write_text(compiled[case.analysis], encoding="utf-8")
            yield case, cost_of([sys.executable, "-c", RUN, str(folder), str(sql)], os.environ)


def report() -> None:
    """Print a Markdown table of all cases."""
    print(table(measurements()))


def table(measured: Iterator[tuple[Case, Cost]]) -> str:
    """A Markdown table: CPU seconds beside the aim."""
    lines = ["| statistic | CPU s | aim | elapsed s | peak MiB |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {case.name} | {cost.cpu_seconds:.2f} | {case.target_seconds:g} "
        f"| {cost.elapsed_seconds:.1f} | {cost.peak_mib:.0f} |"
        for case, cost in measured
    ]
    return "\n".join(lines)
