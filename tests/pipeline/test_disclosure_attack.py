"""The attack on the demo's release: what linear programming finds out about small counts, with and without protection.

Belongs here: the demo. Does not: the solver and the macros (tests/unit), real publications (tests/backtest),
counts of teams (test_qi_logs.py, which brings some).
"""

import time
from collections.abc import Iterator

import duckdb
import pytest
from support_attack import (
    EVENTS,
    PEOPLE,
    Cell,
    Compared,
    proms,
    publishers,
    small,
    true_proms,
)
from support_home import released

from orchestration.home import Home
from orchestration.publication.attack import Outcome

TRENDS = "release.marts.outcome_trends"


@pytest.fixture(scope="module")
def con(demo: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published release, and the candidate with the lake behind it."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{released(demo) / 'evenhand.duckdb'}' as release (read_only)")
        connection.execute(f"attach '{demo.candidate}' as made (read_only)")
        connection.execute("create schema planted")
        connection.execute("use made")
        yield connection


@pytest.fixture(scope="module")
def truth(con: duckdb.DuckDBPyConnection) -> dict[Cell, int]:
    return true_proms(con)


def attack(con: duckdb.DuckDBPyConnection, truth: dict[Cell, int], source: str) -> Outcome:
    """The attack on counts of 1 to 7 from records, with its size and cost printed."""
    began = time.process_time()
    system = proms(con, source)
    outcome = system.attack(small(truth, system))
    print(
        f"attack on {source}: {outcome.protected} protected, {outcome.components} components, "
        f"{len(outcome.narrowed)} narrowed, {time.process_time() - began:.1f} CPU s"
    )
    return outcome


def test_no_small_count_from_records_is_narrowed_by_the_release(
    con: duckdb.DuckDBPyConnection, truth: dict[Cell, int]
) -> None:
    outcome = attack(con, truth, TRENDS)
    assert outcome.protected > 50
    assert outcome.contradictory == 0
    assert outcome.narrowed == ()


def plant(con: duckdb.DuckDBPyConnection, truth: dict[Cell, int], name: str, condition: str) -> str:
    """The release's PROMs without complementary suppression: rows that meet the condition show their counts rounded."""
    con.execute("create or replace temp table counted (measure text, code text, release text, population text, "
                "dimension text, stratum text, people integer, events integer)")  # fmt: skip
    rows = []
    for cell, people in truth.items():
        if cell.counted == PEOPLE:
            code, population = cell.table.organisation.split(":")[1], cell.table.population.split("/")[0]
            where = (cell.table.measure, code, cell.table.release, population, cell.dimension, cell.stratum)
            rows.append((*where, people, truth.get(cell._replace(counted=EVENTS))))
    con.executemany("insert into counted values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    con.execute(
        f"""
        create or replace view memory.planted.{name} as
        select trends.* replace (
            case when {condition} then 5.0 * round(people / 5.0) else denominator end as denominator,
            case when {condition} then greatest(0, 5.0 * round(people / 5.0) - 2) else denominator_lower end
                as denominator_lower,
            case when {condition} then 5.0 * round(people / 5.0) + 2 else denominator_upper end as denominator_upper
        )
        from {TRENDS} as trends
        left join counted
            on trends.measure_id = counted.measure and trends.organisation_code = counted.code
            and trends.release_sha256 = counted.release and trends.population = counted.population
            and trends.stratum_dimension = counted.dimension and trends.stratum = counted.stratum
        where trends.dataset = 'proms'
        """
    )
    return f"memory.planted.{name}"


def test_without_complementary_suppression_the_attack_finds_small_counts(
    con: duckdb.DuckDBPyConnection, truth: dict[Cell, int]
) -> None:
    outcome = attack(con, truth, plant(con, truth, "alone", "people > 7"))
    assert len(outcome.narrowed) > 10


def test_without_any_suppression_the_attack_finds_every_small_count(
    con: duckdb.DuckDBPyConnection, truth: dict[Cell, int]
) -> None:
    outcome = attack(con, truth, plant(con, truth, "bare", "people > 0"))
    people = [cell for cell in small(truth, proms(con, "memory.planted.bare")) if cell.counted == PEOPLE]
    assert {found.count for found in outcome.narrowed} >= set(people)


# What publishers have hidden


def compare(con: duckdb.DuckDBPyConnection, marts: str) -> Compared:
    compared = publishers(con, marts)
    print(
        f"publishers' own suppression in {marts}: {compared.hidden} counts hidden, {compared.touched} hang together "
        f"with something that the release adds, {compared.unsolved} unsolved, {len(compared.narrowed)} narrowed"
    )
    return compared


def test_the_release_adds_nothing_to_what_publishers_tables_say_of_their_hidden_counts(
    con: duckdb.DuckDBPyConnection,
) -> None:
    compared = compare(con, "release.marts")
    assert compared.hidden > 100
    assert (compared.unsolved, compared.narrowed) == (0, ())


HIDDEN_DEATHS = """
    dataset = 'shmi' and stratum_dimension = 'deprivation' and value_status = 'suppressed' and numerator is null
"""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("derived", "case when {hidden} then 4.0 else numerator end as numerator, "
         "case when {hidden} then 4.0 else numerator_lower end as numerator_lower, "
         "case when {hidden} then 4.0 else numerator_upper end as numerator_upper"),
        ("valued", "case when {hidden} then 2.0 else value end as value"),
        ("bounded", "case when {hidden} then 3.0 else numerator_lower end as numerator_lower"),
    ],
)  # fmt: skip
def test_a_hidden_count_that_the_release_would_state_is_found(
    con: duckdb.DuckDBPyConnection, name: str, changes: str
) -> None:
    hidden = con.execute(f"select count(*) from {TRENDS} where {HIDDEN_DEATHS}").fetchall()[0][0]
    if not hidden:
        pytest.fail("the demo hides no deaths of a fifth, so that this test shows nothing")
    con.execute(f"create schema memory.{name}")
    con.execute(f"create view memory.{name}.outcome_inequalities as select * from release.marts.outcome_inequalities")
    con.execute(
        f"create view memory.{name}.outcome_trends as select * replace ({changes.format(hidden=HIDDEN_DEATHS)}) "
        f"from {TRENDS}"
    )
    assert compare(con, f"memory.{name}").narrowed


def test_what_uses_every_stratum_is_not_computed_where_one_is_hidden(con: duckdb.DuckDBPyConnection) -> None:
    """Most against least deprived needs two strata, and a group is compared with those that are shown and says so."""
    family = (
        "measure_id, organisation_view, organisation_scheme, organisation_code, period_start, period_end, population, "
        "adjustment, stratum_dimension, stratum_scheme"
    )
    rows = con.execute(
        f"""
        select {family} from release.marts.outcome_inequalities
        where status = 'computed' and gap is not null
            and contrast <> 'most_v_least_deprived' and comparator_stratum <> 'all other shown groups'
        intersect
        select {family} from {TRENDS} where value_status = 'suppressed' and stratum <> 'unknown'
        """
    ).fetchall()
    assert rows == []
