"""The attack on a release of real publications: what it narrows of small counts from records, and of publishers' own.

Belongs here: real data. Does not: the demo (tests/pipeline/test_disclosure_attack.py), the solver.
"""

import time
from collections.abc import Iterator

import duckdb
import pytest
from support_attack import EVENTS, Row, add_up_breakdowns, know_rows, proms, publishers, small, trends, true_proms
from support_figures import Figures
from support_release import RealRelease

from orchestration.publication.attack import System

SHMI = (
    "dataset = 'shmi' and measure_id = 'shmi_deaths_after_admission' and organisation_level = 'provider' "
    "and observation_kind = 'rate_within_stratum'"
)


@pytest.fixture(scope="module")
def con(real_release: RealRelease) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published release, and the candidate with the lake behind it."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{real_release.folder / 'evenhand.duckdb'}' as release (read_only)")
        connection.execute(f"attach '{real_release.home.candidate}' as made (read_only)")
        connection.execute("use made")
        yield connection


def test_the_attack_narrows_no_small_count_from_proms_records(con: duckdb.DuckDBPyConnection, figures: Figures) -> None:
    began = time.process_time()
    system, truth = proms(con, "release.marts.outcome_trends"), true_proms(con)
    outcome = system.attack(small(truth, system))
    print(
        f"attack on real data: {outcome.protected} protected, {outcome.components} components, "
        f"{len(outcome.narrowed)} narrowed, {time.process_time() - began:.1f} CPU s"
    )
    assert outcome.protected > 5_000
    assert outcome.contradictory == 0
    assert outcome.narrowed == ()


def test_the_release_narrows_nothing_that_publishers_have_hidden(con: duckdb.DuckDBPyConnection) -> None:
    compared = publishers(con, "release.marts")
    print(f"{compared.hidden} counts hidden by publishers, {len(compared.narrowed)} narrowed by the release")
    assert compared.hidden > 50_000
    assert (compared.unsolved, compared.narrowed) == (0, ())


def test_deaths_of_a_fifth_that_the_publishers_table_gives_away_are_not_stated(con: duckdb.DuckDBPyConnection) -> None:
    """49 providers hide deaths of one fifth alone: total less others gives few of them away, and no row of ours any."""
    rows = trends(con, SHMI, "release.marts.outcome_trends")
    hidden: dict[object, list[Row]] = {}
    for row in rows:
        if row.dimension == "deprivation" and row.events[0] is None:
            hidden.setdefault(row.table, []).append(row)
    single = [groups[0] for groups in hidden.values() if len(groups) == 1]
    assert len(single) == 49
    system = System()
    know_rows(system, rows)
    add_up_breakdowns(system, rows, (EVENTS,))
    told = system.bounds([row.cell(EVENTS) for row in single])
    narrower = [cell for cell, (lower, upper) in told.items() if upper - lower < 5.5]
    print(f"{len(single)} single hidden fifths, {len(narrower)} narrowed by the publisher's own table")
    assert all((row.value, row.events) == (None, (None, 1.0, 7.0)) for row in single)
    stated = con.execute(
        f"""
        select count(*) from release.marts.outcome_trends
        where {SHMI} and value_status = 'suppressed'
            and coalesce(value, lower_95, upper_95, value_lower, value_upper, published_value) is not null
        """
    ).fetchall()
    assert stated == [(0,)]
