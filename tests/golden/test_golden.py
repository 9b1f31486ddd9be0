"""Every statistic of the marts against the reference software's own output, through the macros as dbt compiles them."""

from pathlib import Path

import pytest

from benchmarks.golden import COMMITTED, LATER, REFERENCES, GoldenTable, compare, golden_tables

TABLES = golden_tables()


@pytest.mark.parametrize("golden", TABLES, ids=[golden.analysis for golden in TABLES])
def test_a_golden_table_is_reproduced_within_its_tolerance(golden: GoldenTable, compiled: dict[str, str]) -> None:
    folder = _folder_of(golden)
    result = compare(golden, compiled[golden.analysis], folder)
    assert result.passed, f"{result.worst_column}: {result.worst:.3g} tolerances; {'; '.join(result.problems)}"


def test_every_reference_table_has_an_analysis_or_waits_for_the_evaluation_of_projects() -> None:
    if not REFERENCES.is_dir():
        pytest.skip("golden tables that may not be committed: needs ../shared/data/golden")
    names = {path.name for path in REFERENCES.iterdir() if path.is_dir()}
    assert names == {golden.table for golden in TABLES} | set(LATER)


def _folder_of(golden: GoldenTable) -> Path:
    """Where the table lies: in the project when it may be committed, else beside it."""
    for folder in (COMMITTED, REFERENCES):
        if (folder / golden.table / golden.expected).is_file():
            return folder
    pytest.skip(f"golden table {golden.table} may not be committed: needs ../shared/data/golden")
