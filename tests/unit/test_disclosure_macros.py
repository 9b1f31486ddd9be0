"""Complementary suppression as the models run it, attacked: random tables in which no hidden count may be narrowed.

Belongs here: the macros of disclosure.sql on DuckDB. Does not: whole releases (pipeline/test_disclosure_attack.py).
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.publication.attack import LIMITLESS, System

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "disclosure.sql"
NAMES = ("release_states", "is_hidden_count", "tells_of_each_member", "stated_count", "stated_lower", "stated_upper",
         "base_is_shown")  # fmt: skip
WHOLE = "part = 'all'"


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@cache
def macros() -> dict[str, Any]:
    """The macros of disclosure.sql, as dbt would render them."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - it is SQL
    module = environment.from_string(MACROS.read_text(encoding="utf-8")).module
    return {name: getattr(module, name) for name in NAMES}


def release(con: duckdb.DuckDBPyConnection, parts: list[tuple[int, int]], rounding: bool) -> list[dict[str, Any]]:
    """One whole and its parts, each as (people, events), as the models release them."""
    macro = macros()
    counted = [("all", sum(n for n, _ in parts), sum(x for _, x in parts))]
    counted += [(f"p{place}", n, x) for place, (n, x) in enumerate(parts)]
    rows = ", ".join(f"('{part}', {people}, {events})" for part, people, events in counted)
    small = " or ".join(
        (macro["is_hidden_count"]("people"), macro["is_hidden_count"]("events"),
         macro["tells_of_each_member"]("events", "people"))
    )  # fmt: skip
    states = macro["release_states"](
        "judged", ["home"], ["dimension"], "part", WHOLE, ["people", "events"], rounding=rounding
    )
    base = macro["base_is_shown"](WHOLE, "people")
    result = con.execute(
        f"""
        with judged as (
            select 1 as home, part, people, events, case when {WHOLE} then 'all' else 'group' end as dimension,
                case when {small} then 1 else 0 end as is_small,
                case when least(people, events) > 7 then 1 else 0 end as may_hide
            from (values {rows}) as v(part, people, events)
        ),
        states as ({states})
        select part, people, events, release_state,
            {macro["stated_count"]("people", base)} as people_shown,
            {macro["stated_lower"]("people", base)} as people_lower,
            {macro["stated_upper"]("people", "whole_people", base)} as people_upper,
            {macro["stated_count"]("events")} as events_shown,
            {macro["stated_lower"]("events")} as events_lower,
            {macro["stated_upper"]("events", "whole_people")} as events_upper
        from states order by part
        """
    )
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def attacked(rows: list[dict[str, Any]], *, knows_counts: bool = False) -> tuple[Any, ...]:
    """What an intruder narrows of the counts from 1 to 7; with ``knows_counts`` what is shown is exact."""
    system = System()
    for row in rows:
        for kind in ("people", "events"):
            exact = knows_counts and (row["part"] == "all" or row[f"{kind}_shown"] is not None)
            lower, upper = (row[kind], row[kind]) if exact else (row[f"{kind}_lower"], row[f"{kind}_upper"])
            system.know((row["part"], kind), float(lower), float(upper))
        system.limit({(row["part"], "events"): 1.0, (row["part"], "people"): -1.0}, -LIMITLESS, 0.0)
    parts = [row["part"] for row in rows if row["part"] != "all"]
    for kind in ("people", "events"):
        system.add_up(("all", kind), [(part, kind) for part in parts])
    protected = [
        (row["part"], kind)
        for row in rows
        for kind in ("people", "events")
        if 1 <= row[kind] <= 7 and not (knows_counts and row["part"] == "all")
    ]
    return system.attack(protected).narrowed


def parts_of(draw: st.DrawFn) -> list[tuple[int, int]]:
    people = draw(st.lists(st.one_of(st.integers(0, 12), st.integers(0, 60)), min_size=2, max_size=6))
    return [(n, draw(st.integers(0, n))) for n in people]


tables = st.composite(parts_of)()
small_effort = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@small_effort
@given(parts=tables)
def test_no_small_count_is_narrowed_by_a_reader_of_the_rounded_numbers(
    con: duckdb.DuckDBPyConnection, parts: list[tuple[int, int]]
) -> None:
    assert attacked(release(con, parts, rounding=True)) == ()


@small_effort
@given(parts=tables)
def test_no_small_count_is_narrowed_by_a_reader_who_knows_every_other_count(
    con: duckdb.DuckDBPyConnection, parts: list[tuple[int, int]]
) -> None:
    rows = release(con, parts, rounding=False)
    if rows[0]["release_state"] == "shown":
        assert attacked(rows, knows_counts=True) == ()


@small_effort
@given(parts=tables)
def test_bounds_hold_the_count_and_no_hidden_row_shows_a_count(
    con: duckdb.DuckDBPyConnection, parts: list[tuple[int, int]]
) -> None:
    for row in release(con, parts, rounding=True):
        for kind in ("people", "events"):
            assert row[f"{kind}_lower"] <= row[kind] <= row[f"{kind}_upper"]
            assert row[f"{kind}_shown"] is None or row[kind] == 0 or row[kind] > 7
        assert (row["release_state"] == "shown") == (row["events_shown"] is not None)


def test_the_same_table_in_another_order_hides_the_same_parts(con: duckdb.DuckDBPyConnection) -> None:
    parts = [(40, 20), (6, 3), (30, 15), (30, 15)]
    hidden = [row["part"] for row in release(con, parts, rounding=False) if row["release_state"] != "shown"]
    assert hidden == ["p1", "p2"]
    assert [row["people"] for row in release(con, parts[::-1], rounding=False) if row["events_shown"] is None] == [
        30,
        6,
    ]


def test_without_a_second_hidden_part_fifty_less_forty_says_six_or_seven_women() -> None:
    system = System()
    system.know("all", 48, 52)
    system.know("men", 38, 42)
    system.know("women", 1, 7)
    system.add_up("all", ["men", "women"])
    assert system.bounds(["women"]) == {"women": (6.0, 7.0)}
    (narrowed,) = system.attack(["women"]).narrowed
    assert (narrowed.lower, narrowed.upper) == (6.0, 7.0)
