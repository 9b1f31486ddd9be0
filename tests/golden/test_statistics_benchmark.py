"""What the statistics benchmark times: its rows reach the compiled analysis and are answered in full."""

import duckdb
import pytest

from benchmarks.statistics import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_benchmark_answers_every_row_that_it_makes(case: Case, compiled: dict[str, str]) -> None:
    with duckdb.connect() as con:
        for view, rows in case.rows.items():
            con.execute(f"create table {view} as select * from ({rows}) limit 1000")
        answers = con.execute(compiled[case.analysis]).df()
    assert len(answers) > 0
    assert answers.notna().all(axis=None)
