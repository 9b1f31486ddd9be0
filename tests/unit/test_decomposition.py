"""The mart inequality_decomposition, run on small worlds: its parts add up, and it knows what it cannot split."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "dbt_project"
BEFORE, AFTER = ("2022-04-01", "2023-03-31"), ("2023-04-01", "2024-03-31")
ENGLAND = "E92000001"
PARTS = ("within_change", "between_change", "composition_change")
SPLITS = (*PARTS, "pooled_gap_change", "gap_change", "residual_change", "composition_of_within_change",
          "composition_of_between_change")  # fmt: skip
TABLES: Mapping[str, str] = {
    "outcome_trends": (
        "measure_id varchar, organisation_view varchar, observation_kind varchar, stratum_dimension varchar, "
        "stratum varchar, stratum_order integer, stratum_scheme varchar, stratum_basis varchar, population varchar, "
        "adjustment varchar, period_kind varchar, organisation_scheme varchar, organisation_code varchar, "
        "organisation_level varchar, organisation_name varchar, period_start date, period_end date, "
        "numerator double, denominator double, value double, value_status varchar, rounding varchar, dataset varchar, "
        "is_synthetic boolean"
    ),
    "int_measures__known": "measure_id varchar, title varchar, unit varchar, multiplier double, direction varchar",
    "breaks": (
        "break_id varchar, measure_id varchar, starts_on date, ends_on date, organisation_codes varchar, "
        "stratum_dimensions varchar, handling varchar"
    ),
    "int_organisations__versioned": (
        "organisation_scheme varchar, organisation_code varchar, icb_code varchar, found_from date, found_to date"
    ),
    "int_organisations__current": "organisation_scheme varchar, organisation_code varchar, current_code varchar",
}
Row = dict[str, Any]
Cell = tuple[int | None, int | None]
Unit = tuple[Cell, Cell, Cell, Cell]


def rendered(model: str, settings_of_project: Mapping[str, Any]) -> str:
    """The model's SQL with the project's own macros, each reference under the model's own name."""
    macros = "".join((PROJECT / "macros" / name).read_text() for name in ("columns.sql", "decomposition.sql"))
    [path] = PROJECT.rglob(f"models/**/{model}.sql")
    environment = jinja2.Environment()  # noqa: S701 - it makes SQL of the project's own models, not HTML
    return environment.from_string(macros + path.read_text()).render(ref=str, var=settings_of_project.__getitem__)


SETTINGS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["evenhand"]
STEPS = ("int_contrasts__summed", "int_contrasts__compared", "int_constituents__pooled", "inequality_decomposition")
SQL = {name: rendered(name, SETTINGS) for name in STEPS}


def trend(code: str, level: str, period: tuple[str, str], stratum: str, cell: Cell, **more: Any) -> Row:
    """A row of outcome_trends; without a numerator it is suppressed."""
    numerator, denominator = cell
    row = {
        "measure_id": "m", "organisation_view": "as_now", "observation_kind": "rate_within_stratum",
        "stratum_dimension": "deprivation", "stratum": stratum,
        "stratum_order": int(stratum) if stratum.isdigit() else 50,
        "stratum_scheme": "s", "stratum_basis": "patient_residence_area", "population": "all", "adjustment": "crude",
        "period_kind": "financial_year", "organisation_scheme": "gss" if level == "england" else "ods",
        "organisation_code": code, "organisation_level": level, "organisation_name": code, "period_start": period[0],
        "period_end": period[1], "numerator": numerator, "denominator": denominator,
        "value": None if numerator is None else 100 * numerator / denominator if denominator else None,
        "value_status": "suppressed" if numerator is None else "value", "rounding": "none", "dataset": "d",
        "is_synthetic": False,
    }  # fmt: skip
    return {**row, **more}


def decompose(trends: list[Row], **others: list[Row]) -> list[Row]:
    """Rows of the mart for these rows of its inputs; each measure that they name is a percentage."""
    import pyarrow as pa

    known = [
        {"measure_id": name, "title": "t", "unit": "percent", "multiplier": 100, "direction": "higher"}
        for name in sorted({row["measure_id"] for row in trends})
    ]
    tables = {"int_measures__known": known, **others, "outcome_trends": trends}
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        for table, columns in TABLES.items():
            con.execute(f"create table {table} ({columns})")
            if rows := tables.get(table):
                con.register("given_rows", pa.Table.from_pylist(rows))
                con.execute(f"insert into {table} by name select * from given_rows")
        for step in STEPS:
            con.execute(f"create table {step} as {SQL[step]}")
        result = con.execute("from inequality_decomposition order by all")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def world(units: list[Unit], *, suppressed: int = 0) -> list[Row]:
    """Providers, most deprived before and after, least deprived before and after, and England as their sum."""
    rows = []
    for number, cells in enumerate(units):
        for cell, (stratum, period) in zip(cells, WHERE, strict=True):
            is_hidden = number < suppressed and stratum == "1"
            rows.append(trend(f"R{number}", "provider", period, stratum, (None, None) if is_hidden else cell))
    for index, (stratum, period) in enumerate(WHERE):
        x, n = (sum(unit[index][part] or 0 for unit in units) for part in (0, 1))
        rows.append(trend(ENGLAND, "england", period, stratum, (x, n)))
    return rows


SAME: Unit = ((10, 20), (12, 20), (5, 20), (5, 20))
WHERE = (("1", BEFORE), ("1", AFTER), ("5", BEFORE), ("5", AFTER))
CELL = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
UNITS = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=2, max_size=5)


def split_of(rows: list[Row], contrast: str = "most_v_least_deprived", **others: list[Row]) -> Row:
    """The row of one contrast."""
    [row] = [row for row in decompose(rows, **others) if row["contrast"] == contrast]
    return row


def splits_of(worlds: Mapping[str, list[Row]], **others: list[Row]) -> dict[str, Row]:
    """The row of each of several worlds, each a measure of its own, split in one run."""
    rows = [{**row, "measure_id": name} for name, trends in worlds.items() for row in trends]
    return {row["measure_id"]: row for row in decompose(rows, **others) if row["contrast"] == "most_v_least_deprived"}


def with_other_fifths(rows: list[Row], providers: int) -> list[Row]:
    """The same with the fifths between, which are the same everywhere."""
    bodies = {(row["organisation_code"], row["organisation_level"]) for row in rows}
    return rows + [
        trend(code, level, period, stratum, (5 * size, 20 * size))
        for code, level in sorted(bodies)
        for size in [providers if level == "england" else 1]
        for period in (BEFORE, AFTER)
        for stratum in ("2", "3", "4")
    ]


def gap_change(units: list[Unit]) -> Fraction:
    """The change of England's gap in exact arithmetic, in points."""
    rates = [Fraction(sum(u[i][0] or 0 for u in units), sum(u[i][1] or 0 for u in units)) for i in range(4)]
    return 100 * ((rates[1] - rates[3]) - (rates[0] - rates[2]))


def numbers(row: Row, sign: int = 1) -> Any:
    """The parts of a row, to compare with."""
    return pytest.approx({name: sign * row[name] for name in SPLITS}, abs=1e-9)


@settings(max_examples=5, deadline=None)
@given(
    worlds=st.lists(UNITS, min_size=4, max_size=6), random=st.randoms(use_true_random=False), times=st.integers(2, 50)
)
def test_parts_add_up_turn_with_periods_and_groups_and_heed_neither_order_nor_size(
    worlds: list[list[Unit]], random: Any, times: int
) -> None:
    measures: dict[str, list[Row]] = {}
    for number, units in enumerate(worlds):
        rows = measures[f"as_is_{number}"] = world(units)
        measures[f"shuffled_{number}"] = random.sample(rows, len(rows))
        measures[f"larger_{number}"] = [
            {**row, "numerator": times * row["numerator"], "denominator": times * row["denominator"]} for row in rows
        ]
        measures[f"backwards_{number}"] = world([(a1, a0, b1, b0) for a0, a1, b0, b1 in units])
        measures[f"turned_{number}"] = world([(b0, b1, a0, a1) for a0, a1, b0, b1 in units])
    found = splits_of(measures)
    for number, units in enumerate(worlds):
        row = found[f"as_is_{number}"]
        assert row["status"] == "computed"
        assert sum(row[part] for part in PARTS) == pytest.approx(float(gap_change(units)), abs=1e-9)
        assert row["gap_change"] == pytest.approx(float(gap_change(units)), abs=1e-9)
        assert row["residual_change"] == pytest.approx(0, abs=1e-9)
        for moment in ("before", "after"):
            parts = row[f"within_gap_{moment}"] + row[f"between_gap_{moment}"]
            assert parts == pytest.approx(row[f"gap_{moment}"], abs=1e-9)
        for same in ("shuffled", "larger"):
            assert {name: found[f"{same}_{number}"][name] for name in SPLITS} == numbers(row), same
        for opposite in ("backwards", "turned"):
            assert {name: found[f"{opposite}_{number}"][name] for name in SPLITS} == numbers(row, -1), opposite


@settings(max_examples=5, deadline=None)
@given(worlds=st.lists(UNITS, min_size=4, max_size=6))
def test_where_only_shares_change_all_is_composition_and_where_only_rates_change_nothing_is(
    worlds: list[list[Unit]],
) -> None:
    def resized(before: Cell, after: Cell) -> Cell:
        return (before[0] or 0) * (after[1] or 0), (before[1] or 1) * (after[1] or 0)

    def improved(before: Cell, after: Cell) -> Cell:
        return min(after[0] or 0, before[1] or 0), before[1]

    measures: dict[str, list[Row]] = {}
    for number, units in enumerate(worlds):
        for name, changed in (("moved", resized), ("stayed", improved)):
            changed_units: list[Unit] = [(a0, changed(a0, a1), b0, changed(b0, b1)) for a0, a1, b0, b1 in units]
            measures[f"{name}_{number}"] = world(changed_units)
    for name, row in splits_of(measures).items():
        unmoved = ("composition_change",) if name.startswith("stayed") else ("within_change", "between_change")
        for part in unmoved:
            assert row[part] == pytest.approx(0, abs=1e-9), (name, part)


def test_a_gap_that_narrows_inside_every_unit_and_widens_overall_is_found_as_composition() -> None:
    """Simpson's paradox: the deprived move to the unit that serves everybody worse."""
    units: list[Unit] = [
        ((60, 100), (26, 40), (70, 100), (70, 100)),
        ((30, 100), (56, 160), (40, 100), (40, 100)),
    ]
    row = split_of(world(units))
    assert (row["gap_before"], row["gap_after"]) == pytest.approx((-10, -14))
    assert [row[part] for part in PARTS] == pytest.approx([5, 0, -9])
    assert (row["within_gap_before"], row["within_gap_after"]) == pytest.approx((-10, -5))


def test_levels_that_drift_apart_between_units_that_the_groups_use_unequally_are_between() -> None:
    """Three quarters of the deprived and a quarter of the others use the unit that gets worse for everybody."""
    units: list[Unit] = [
        ((150, 300), (90, 300), (50, 100), (30, 100)),
        ((50, 100), (50, 100), (150, 300), (150, 300)),
    ]
    row = split_of(world(units))
    assert [row[part] for part in PARTS] == pytest.approx([0, -10, 0])


def test_the_first_fifth_is_compared_with_the_others_together() -> None:
    rows = with_other_fifths(world([SAME] * 2), 2)
    row = split_of(rows, "core20_v_rest")
    assert (row["disadvantaged_stratum"], row["comparator_stratum"]) == ("1", "all other known groups")
    assert (row["gap_before"], row["gap_after"]) == pytest.approx((25, 35))
    assert row["within_change"] == pytest.approx(10)


@pytest.mark.parametrize(("suppressed", "status", "coverage"), [(1, "computed", 80), (2, "coverage_too_low", 60)])
def test_constituents_with_a_hidden_group_are_left_out_and_counted(suppressed: int, status: str, coverage: int) -> None:
    rows = world([SAME] * 5, suppressed=suppressed)
    row = split_of(rows)
    assert row["status"].removeprefix("not_computed:") == status
    assert (row["constituents_used"], row["constituents_suppressed"]) == (5 - suppressed, suppressed)
    assert row["coverage_pct"] == coverage
    assert (row["within_change"] is None) == (status != "computed")


def test_nothing_in_a_row_depends_on_what_a_hidden_cell_holds() -> None:
    """The hidden group's other stratum is shown; England's own figures stay as published."""
    rows = world([SAME] * 5, suppressed=1)
    other = [
        {**row, "numerator": 3, "denominator": 9} if row["organisation_code"] == "R0" and row["stratum"] == "5" else row
        for row in rows
    ]
    assert decompose(rows) == decompose(other)


def test_a_hidden_group_of_the_whole_is_not_worked_out_from_its_constituents() -> None:
    rows = world([SAME] * 3)
    hidden = [
        {**row, "numerator": None, "denominator": None, "value": None, "value_status": "suppressed"}
        if row["organisation_code"] == ENGLAND and row["stratum"] == "1" and row["period_start"] == AFTER[0]
        else row
        for row in rows
    ]
    row = split_of(hidden)
    assert row["status"] == "not_computed:suppressed_stratum"
    assert (row["gap_after"], row["pooled_gap_change"], row["within_change"]) == (None, None, None)
    assert (row["gap_before"], row["gap_change"]) == (pytest.approx(25), None)


def test_constituents_of_one_period_are_left_out_of_both() -> None:
    rows = world([SAME] * 5)
    rows = [row for row in rows if not (row["organisation_code"] == "R0" and row["period_start"] == AFTER[0])]
    row = split_of(rows)
    assert (row["status"], row["constituents_used"], row["constituents_in_one_period"]) == ("computed", 4, 1)


def board(rows: list[Row]) -> list[Row]:
    """The same with England's rows as those of a board."""
    return [
        {**row, "organisation_code": "QZA", "organisation_scheme": "ods", "organisation_level": "icb"}
        if row["organisation_code"] == ENGLAND
        else row
        for row in rows
    ]


def register(code: str, icb_code: str | None, found_from: str = "1900-01-01", found_to: str = "9999-12-31") -> Row:
    return {
        "organisation_scheme": "ods",
        "organisation_code": code,
        "icb_code": icb_code,
        "found_from": found_from,
        "found_to": found_to,
    }


def test_a_board_is_split_into_the_providers_that_the_register_gives_it_in_the_later_period() -> None:
    """R1's board was OLD until the day before, whose successor the board is; R9 is another board's."""
    elsewhere = [{**row, "organisation_code": "R9"} for row in world([SAME]) if row["organisation_code"] == "R0"]
    versions = [register("R0", "QZA"), register("R1", "QZX", found_to="2024-03-30"),
                register("R1", "OLD", found_from="2024-03-31"), register("R9", "QZB")]  # fmt: skip
    current = [{"organisation_scheme": "ods", "organisation_code": "OLD", "current_code": "QZA"}]
    row = split_of(
        board(world([SAME] * 2)) + elsewhere,
        int_organisations__versioned=versions,
        int_organisations__current=current,
    )
    assert (row["organisation_code"], row["constituent_level"], row["constituents_used"]) == ("QZA", "provider", 2)
    assert (row["status"], row["within_change"]) == ("computed", pytest.approx(10))


def test_a_board_without_a_register_of_its_providers_says_so() -> None:
    row = split_of(board(world([SAME] * 2)), int_organisations__versioned=[register("R0", None)])
    assert (row["status"], row["constituent_level"]) == ("not_computed:no_constituent_known", "none")
    assert row["gap_change"] == pytest.approx(10)


def test_one_provider_is_no_split() -> None:
    versions = [register("R0", "QZA")]
    row = split_of(board(world([SAME])), int_organisations__versioned=versions)
    assert row["status"] == "not_computed:one_constituent"


def test_providers_that_hold_more_than_their_board_are_no_parts_of_it() -> None:
    rows = board(world([SAME] * 2))
    rows = [{**row, "denominator": 28} if row["organisation_code"] == "QZA" else row for row in rows]
    row = split_of(rows, int_organisations__versioned=[register("R0", "QZA"), register("R1", "QZA")])
    assert row["status"] == "not_computed:constituents_exceed_unit"


BREAK: Row = {
    "break_id": "b", "measure_id": "m", "starts_on": AFTER[0], "ends_on": None, "organisation_codes": "",
    "stratum_dimensions": "", "handling": "split",
}  # fmt: skip


BROKEN = ("not_computed:break_between", False)
SPLIT = ("computed", False)
BREAKS: Mapping[str, tuple[Row, tuple[str, bool]]] = {
    "begins_with_the_later_period": ({}, BROKEN),
    "begins_in_the_earlier_period": ({"handling": "splice_refused", "starts_on": "2022-10-01"}, BROKEN),
    "begins_with_the_earlier_period": ({"starts_on": BEFORE[0]}, SPLIT),
    "begins_after_both": ({"starts_on": "2024-04-01"}, SPLIT),
    "ends_with_the_earlier_period": ({"starts_on": "2020-01-01", "ends_on": BEFORE[1]}, BROKEN),
    "concerns_other_dimensions": ({"stratum_dimensions": "ethnicity,sex"}, SPLIT),
    "concerns_this_dimension": ({"stratum_dimensions": "ethnicity,deprivation"}, BROKEN),
    "concerns_another_organisation": ({"organisation_codes": "R9"}, SPLIT),
    "concerns_this_organisation": ({"organisation_codes": f"R9,{ENGLAND}"}, BROKEN),
    "masks_the_later_period": ({"handling": "mask", "ends_on": AFTER[1]}, ("computed", True)),
    "masked_before_both": ({"handling": "mask", "starts_on": "2020-03-01", "ends_on": "2021-06-30"}, SPLIT),
}


def test_a_break_between_the_periods_stops_the_split_and_a_mask_is_named() -> None:
    found = splits_of(
        {name: world([SAME] * 3) for name in BREAKS},
        breaks=[{**BREAK, **changed, "measure_id": name} for name, (changed, _) in BREAKS.items()],
    )
    expected = {name: answer for name, (_, answer) in BREAKS.items()}
    assert {name: (row["status"], row["is_masked"]) for name, row in found.items()} == expected


def test_a_constituent_with_a_break_of_its_own_is_left_out() -> None:
    row = split_of(world([SAME] * 5), breaks=[{**BREAK, "organisation_codes": "R9,R3"}])
    assert (row["constituents_used"], row["constituents_with_break"]) == (4, 1)


def test_a_series_that_takes_over_from_one_in_other_groups_is_not_split() -> None:
    rows = world([SAME] * 2)
    rows = [{**row, "stratum_scheme": "t"} if row["period_start"] == AFTER[0] else row for row in rows]
    row = split_of(rows)
    assert (row["status"], row["stratum_scheme"]) == ("not_computed:scheme_changed", "t")
    assert str(row["period_before_end"]) == BEFORE[1]
    assert (row["gap_before"], row["within_change"], row["constituent_level"]) == (None, None, "none")


def test_windows_that_overlap_are_not_compared() -> None:
    """Windows of a year, each half a year after the one before: the newest is compared with the first."""
    windows = [("2022-04-01", "2023-03-31"), ("2022-10-01", "2023-09-30"), ("2023-04-01", "2024-03-31")]
    rows = [
        trend(code, level, window, stratum, (5 * size, 20 * size), period_kind="rolling")
        for window in windows
        for stratum in ("1", "5")
        for code, level, size in ((ENGLAND, "england", 2), ("R0", "provider", 1), ("R1", "provider", 1))
    ]
    found = {(str(row["period_before_start"]), str(row["period_start"])) for row in decompose(rows)}
    assert found == {("2022-04-01", "2023-04-01")}


def ethnic(code: str, level: str, cells: Mapping[str, Cell], period: tuple[str, str]) -> list[Row]:
    return [trend(code, level, period, group, cell, stratum_dimension="ethnicity") for group, cell in cells.items()]


def test_each_group_of_an_unordered_dimension_is_compared_with_all_others() -> None:
    before: Mapping[str, Cell] = {"a": (10, 20), "b": (5, 20), "c": (15, 20)}
    after: Mapping[str, Cell] = {"a": (14, 20), "b": (5, 20), "c": (15, 20)}
    rows = [
        row
        for cells, period in ((before, BEFORE), (after, AFTER))
        for code in ("R0", "R1")
        for row in ethnic(code, "provider", cells, period)
    ]
    for cells, period in ((before, BEFORE), (after, AFTER)):
        double = {group: (2 * (x or 0), 2 * (n or 0)) for group, (x, n) in cells.items()}
        rows += ethnic(ENGLAND, "england", double, period)
    found = {row["disadvantaged_stratum"]: row for row in decompose(rows)}
    assert set(found) == {"a", "b", "c"}
    assert {row["status"] for row in found.values()} == {"computed"}
    assert {group: row["within_change"] for group, row in found.items()} == pytest.approx({"a": 20, "b": -10, "c": -10})

    changed = [
        {**row, "stratum": "d"} if row["stratum"] == "c" and row["period_start"] == AFTER[0] else row for row in rows
    ]
    assert {row["status"] for row in decompose(changed)} == {"not_computed:groups_changed"}
