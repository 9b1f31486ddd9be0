"""Reference tables against the code that the marts use: `python -m benchmarks golden [--folder DIR]`.

Belongs here: running each golden analysis as dbt compiles it on the inputs of a folder, and comparing with the expected
values at the tolerance that stands beside the analysis. Does not: any statistic. An analysis in
dbt_project/analyses/golden calls the macros that the marts call; its `.yml` says which table it answers for:

    config: {meta: {table: phe_rate, expected: expected.csv, keys: [id],
                    columns: {value: {relative: 1e-10}, method: exact}}}

Views `<table>__<csv file's stem>` hold the folder's CSV files. A column's tolerance is `exact`, `{absolute: a}`,
`{relative: r}` (of the expected value), or `{half_width: [h, lower, upper]}` (of half the expected interval); a column
`q*` is every expected column of such a name. `where` names the rows of the expected table that are compared;
`estimator: module:function` is applied to the analysis' rows; `parts` is a list of what differs where a README has
other tolerances for other rows.
"""

import fnmatch
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import yaml

from benchmarks.compiling import PROJECT, ROOT, compiled_sql

ANALYSES = PROJECT / "analyses" / "golden"
COMMITTED = ROOT / "tests" / "golden"
REFERENCES = ROOT.parent / "shared" / "data" / "golden"
# they come with the evaluation of projects
LATER = ("did_group_time_att", "equity_its_triple_difference", "its_sicily")
NULLS = ("", "NA")


@dataclass(frozen=True)
class GoldenTable:
    """One analysis and the table of a reference that it must reproduce."""

    analysis: str
    table: str
    expected: str
    keys: tuple[str, ...]
    columns: Mapping[str, Any]
    where: str | None = None
    estimator: str | None = None


@dataclass(frozen=True)
class Comparison:
    """How far an analysis is from its reference; errors in units of each column's tolerance (1 is just within)."""

    golden: GoldenTable
    cases: int
    worst: float
    worst_column: str
    problems: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether every case is there and within its tolerance."""
        return not self.problems and self.cases > 0 and self.worst <= 1


def default_folder() -> Path:
    """All references where they are at hand, else those that are committed."""
    return REFERENCES if REFERENCES.is_dir() else COMMITTED


def golden_tables() -> list[GoldenTable]:
    """Every golden analysis, from the YAML beside it."""
    found = []
    for path in sorted(ANALYSES.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["analyses"]:
            whole = entry["config"]["meta"]
            for meta in [{**whole, **part} for part in whole.get("parts", [{}])]:
                found.append(
                    GoldenTable(
                        entry["name"],
                        meta["table"],
                        meta.get("expected", "expected.csv"),
                        tuple(meta["keys"]),
                        meta["columns"],
                        meta.get("where"),
                        meta.get("estimator"),
                    )
                )
    return found


def compiled_analyses(target: Path) -> dict[str, str]:
    """SQL of every golden analysis as dbt compiles it; ``target`` is a scratch folder.

    dbt sees the project without its models and tests, which analyses don't use and which take half a minute to read.
    """
    project = target / "project"
    project.mkdir()
    for name in ("dbt_project.yml", "profiles.yml", "macros", "analyses"):
        (project / name).symlink_to(PROJECT / name)
    chosen = ("--select", "path:analyses/golden", "--no-introspect", "--no-populate-cache")
    folder = compiled_sql(project, target, *chosen) / "analyses" / "golden"
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.sql")}


def compare(golden: GoldenTable, sql: str, folder: Path) -> Comparison:
    """Run one compiled analysis on the CSV files of ``folder/<table>`` and compare with the expected values."""
    with duckdb.connect() as con:
        for path in sorted((folder / golden.table).glob("*.csv")):
            nulls = ", ".join(f"'{null}'" for null in NULLS)
            source = f"read_csv('{path}', nullstr = [{nulls}], sample_size = -1)"
            con.execute(f"create view {golden.table}__{path.stem} as select * from {source}")
        computed = con.execute(sql.rstrip().rstrip(";")).df()
        expected_view = f"{golden.table}__{Path(golden.expected).stem}"
        expected = con.execute(f"select * from {expected_view} where {golden.where or 'true'}").df()
    if golden.estimator:
        module, function = golden.estimator.split(":")
        computed = getattr(import_module(module), function)(computed)
    return _compared(golden, computed, expected)


def _compared(golden: GoldenTable, computed: pd.DataFrame, expected: pd.DataFrame) -> Comparison:
    keys = list(golden.keys)
    columns = _columns_of(golden, expected)
    problems = [
        f"{what} has no column {name}"
        for what, table in (("the analysis", computed), ("the expected table", expected))
        for name in [*keys, *columns]
        if name not in table.columns
    ]
    if problems:
        return Comparison(golden, len(expected), float("inf"), "", tuple(problems))
    for table in (computed, expected):
        for key in keys:
            table[key] = table[key].astype(str)
    merged = expected.merge(computed, on=keys, how="left", suffixes=("__expected", ""), indicator=True)
    if computed.duplicated(keys).any():
        problems.append("a key is there twice")
    absent = int((merged["_merge"] != "both").sum())
    if absent:
        problems.append(f"{absent} expected rows are not there")
    worst, worst_column = 0.0, ""
    for name, tolerance in columns.items():
        error = _error(merged, name, tolerance, expected)
        if error > worst:
            worst, worst_column = error, name
    return Comparison(golden, len(expected), worst, worst_column, tuple(problems))


def _columns_of(golden: GoldenTable, expected: pd.DataFrame) -> dict[str, Any]:
    """Tolerance by column; a name with an asterisk stands for all columns of the expected table that it fits."""
    return {
        name: tolerance
        for pattern, tolerance in golden.columns.items()
        for name in (fnmatch.filter(expected.columns, pattern) or [pattern])
    }


def _error(merged: pd.DataFrame, name: str, tolerance: Any, expected: pd.DataFrame) -> float:
    """Largest error of a column in units of its tolerance; infinite where one is NULL and the other is not."""
    # a column that is a key on neither side is there twice after the merge
    want, got = merged[f"{name}__expected"], merged[name]
    if bool((want.isna() != got.isna()).any()):
        return float("inf")
    both = want.notna()
    if tolerance == "exact":
        return 0.0 if [_plain(v) for v in want[both]] == [_plain(v) for v in got[both]] else float("inf")
    want_numbers, got_numbers = want[both].astype(float), got[both].astype(float)
    error = (got_numbers - want_numbers).abs()
    if "absolute" in tolerance:
        scale = pd.Series(float(tolerance["absolute"]), index=error.index)
    elif "relative" in tolerance:
        scale = want_numbers.abs() * float(tolerance["relative"])
        # an expected zero has no relative error: what rounding of doubles leaves is allowed
        scale = scale.where(want_numbers != 0, float(tolerance["relative"]))
    else:
        share, lower, upper = tolerance["half_width"]
        width = merged[f"{upper}__expected"].astype(float) - merged[f"{lower}__expected"].astype(float)
        scale = float(share) * width[both].abs() / 2
    ratios = error / scale
    return float(np.nan_to_num(ratios.max(), nan=0.0)) if len(ratios) else 0.0


def _plain(value: Any) -> str:
    """A value as text: whole numbers without a decimal point, truth as lower case."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, float, np.integer, np.floating)) and float(value).is_integer():
        return str(int(value))
    text = str(value)
    return text.lower() if text.lower() in ("true", "false") else text


def compare_folder(folder: Path) -> Iterator[Comparison | str]:
    """Each golden analysis whose table ``folder`` has, and in words what stays uncompared."""
    with tempfile.TemporaryDirectory() as scratch:
        compiled = compiled_analyses(Path(scratch))
    tables = golden_tables()
    for golden in tables:
        if (folder / golden.table / golden.expected).is_file():
            yield compare(golden, compiled[golden.analysis], folder)
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if place.name in LATER:
            yield f"{place.name}: comes with the evaluation of projects"
        elif place.name not in {golden.table for golden in tables}:
            yield f"{place.name}: no analysis answers for it"


def report(folder: Path) -> int:
    """Print table × cases × worst error; 1 when something is beyond its tolerance or has no analysis."""
    failed = 0
    print(f"{'analysis':44} {'cases':>6} {'worst error':>12}  (1 = tolerance)")
    for result in compare_folder(folder):
        if isinstance(result, str):
            print(result)
            failed += "no analysis" in result
            continue
        state = "" if result.passed else "  FAILED " + "; ".join(result.problems)
        print(f"{result.golden.analysis:44} {result.cases:6d} {result.worst:12.3g}  {result.worst_column}{state}")
        failed += not result.passed
    return 1 if failed else 0
