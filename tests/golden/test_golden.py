"""Every statistic of the marts against the reference software's own output, through the macros as dbt compiles them."""

from pathlib import Path

import pytest

from benchmarks.golden import COMMITTED, LATER, GoldenTable, compare, golden_tables

TABLES = golden_tables()
OURS = [golden for golden in TABLES if (COMMITTED / golden.table / golden.expected).is_file()]


@pytest.mark.parametrize("golden", OURS, ids=[golden.analysis for golden in OURS])
def test_a_golden_table_is_reproduced_within_its_tolerance(golden: GoldenTable, compiled: dict[str, str]) -> None:
    _holds(golden, compiled, COMMITTED)


@pytest.mark.parametrize("golden", TABLES, ids=[golden.analysis for golden in TABLES])
def test_a_golden_table_with_what_may_not_be_committed_is_reproduced_too(
    golden: GoldenTable, compiled: dict[str, str], references: Path
) -> None:
    _holds(golden, compiled, references)


def test_every_reference_table_has_an_analysis_or_waits_for_the_evaluation_of_projects(references: Path) -> None:
    names = {path.name for path in references.iterdir() if path.is_dir()}
    assert names == {golden.table for golden in TABLES} | set(LATER)


def _holds(golden: GoldenTable, compiled: dict[str, str], folder: Path) -> None:
    result = compare(golden, compiled[golden.analysis], folder)
    assert result.passed, f"{result.worst_column}: {result.worst:.3g} tolerances; {'; '.join(result.problems)}"
