"""What charts, recent trends and funnels must do whatever the values are; how often they cry wolf, by simulation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"
JINJA = jinja2.Environment()  # noqa: S701 - it makes SQL of the project's own macros, not HTML
Answer = Callable[..., pd.DataFrame]
FEW = settings(max_examples=25, deadline=None)
VALUES = st.lists(st.integers(-40, 40), min_size=13, max_size=40)
MIRRORED = {
    "Above UCL": "Below LCL", "2 in 3 Above CL": "2 in 3 Below CL", "7 Points Above CL": "7 Points Below CL",
    "7 Point Trend (Increasing)": "7 Point Trend (Decreasing)",
}  # fmt: skip
MIRROR = {**MIRRORED, **{right: left for left, right in MIRRORED.items()}, "Common Cause": "Common Cause"}


@pytest.fixture(scope="session")
def answer(compiled: dict[str, str]) -> Answer:
    """Rows of a compiled golden analysis for inputs of one's own, in the order of its first columns."""
    con = duckdb.connect(config={"threads": 1})

    def run(analysis: str, **inputs: pd.DataFrame) -> pd.DataFrame:
        table = next(name for name in ("xmr_nhs_making_data_count", "fingertips_recent_trend", "funnel_overdispersed")
                     if analysis.startswith(f"golden_{name}"))  # fmt: skip
        for name, rows in inputs.items():
            con.register(f"{table}__{name}", rows)
        return con.execute(f"select * from ({compiled[analysis]}) order by all").df()

    return run


def charted(answer: Answer, series: dict[str, Any], config: str = "inc", shuffled: bool = False) -> pd.DataFrame:
    """Charts of monthly series, by the rules of one configuration of the reference."""
    months = pd.date_range("2000-01-01", periods=max(len(values) for values in series.values()), freq="MS")
    rows = pd.concat(
        [pd.DataFrame({"series": name, "period": months[: len(values)], "value": np.array(values, float)})
         for name, values in series.items()]
    )  # fmt: skip
    expected = rows[["series", "period"]].assign(config=config, rebase_group=0, target=None)
    if shuffled:
        rows, expected = rows.sample(frac=1, random_state=1), expected.sample(frac=1, random_state=2)
    return answer("golden_xmr_nhs_making_data_count", input=rows, expected=expected)


@FEW
@given(VALUES)
def test_a_chart_does_not_depend_on_the_order_of_its_rows(answer: Answer, values: list[int]) -> None:
    pd.testing.assert_frame_equal(
        charted(answer, {"a": values}), charted(answer, {"a": values}, shuffled=True), rtol=1e-12
    )


@FEW
@given(VALUES, st.integers(-3, 6), st.integers(-1000, 1000))
def test_a_chart_moves_and_grows_with_its_values_and_keeps_its_flags(
    answer: Answer, values: list[int], doublings: int, shift: int
) -> None:
    scale = 2.0**doublings
    own, moved = charted(answer, {"a": values}), charted(answer, {"a": [scale * value + shift for value in values]})
    flags = ["relative_to_mean", "close_to_limits", "outside_limits", "special_cause_type", "point_type"]
    pd.testing.assert_frame_equal(own[flags], moved[flags])
    for name in ("mean", "lpl", "upl"):
        np.testing.assert_allclose(moved[name], scale * own[name] + shift, atol=1e-9 * scale * 1000)


@FEW
@given(VALUES)
def test_a_chart_upside_down_says_the_opposite_and_judges_the_same(answer: Answer, values: list[int]) -> None:
    own = charted(answer, {"a": values}, "inc")
    turned = charted(answer, {"a": [-value for value in values]}, "dec")
    assert list(turned["special_cause_type"]) == [MIRROR[name] for name in own["special_cause_type"]]
    assert list(turned["point_type"]) == list(own["point_type"])


@FEW
@given(VALUES)
def test_where_the_better_direction_is_turned_improvement_and_concern_change_places(
    answer: Answer, values: list[int]
) -> None:
    better, worse = charted(answer, {"a": values}, "inc"), charted(answer, {"a": values}, "dec")
    other = {"special_cause_improvement": "special_cause_concern", "special_cause_concern": "special_cause_improvement"}
    assert [other.get(kind, kind) for kind in better["point_type"]] == list(worse["point_type"])


def test_how_often_a_chart_of_noise_cries_wolf(answer: Answer) -> None:
    """Two years of months without any change: a flag on a point, and a flag anywhere in the series, in per cent."""
    rng, runs, months = np.random.default_rng(5), 600, 24
    found = {}
    for rho in (0.0, 0.3, 0.6):
        noise = rng.normal(size=(runs, months))
        series = noise.copy()
        for month in range(1, months):
            series[:, month] = rho * series[:, month - 1] + np.sqrt(1 - rho**2) * noise[:, month]
        rows = charted(answer, {f"{run:04d}": series[run] for run in range(runs)})
        flagged = rows["special_cause_type"] != "Common Cause"
        found[rho] = (100 * flagged.mean(), 100 * flagged.groupby(rows["series"]).any().mean())
        print(f"rho {rho}: {found[rho][0]:.1f} % of points, {found[rho][1]:.1f} % of {runs} series of {months} months")
    assert 2 < found[0.0][0] < 7
    assert found[0.0][1] < 35
    # what goes before carries over: a chart takes it for a signal, which is why no verdict rests on one
    assert found[0.0][0] < found[0.3][0] < found[0.6][0]


def trended(answer: Answer, rows: pd.DataFrame) -> pd.Series:
    """Recent trend of one series."""
    return answer("golden_fingertips_recent_trend", input=rows.assign(series="a")).iloc[0]


COUNTS = st.lists(st.integers(1, 199), min_size=5, max_size=9)


@FEW
@given(COUNTS)
def test_a_recent_trend_of_a_proportion_turns_with_time_and_with_what_is_counted(
    answer: Answer, counts: list[int]
) -> None:
    newest = counts[-5:]
    rows = pd.DataFrame({"method": "proportion", "year": range(2010, 2010 + len(counts)), "count": counts,
                         "denominator": 200, "value": 0.0, "lowercl": 0.0, "uppercl": 0.0})  # fmt: skip
    own = trended(answer, rows)
    last = rows.tail(5)
    turned = {"Increasing": "Decreasing", "Decreasing": "Increasing", "NoChange": "NoChange"}
    backwards = trended(answer, last.assign(year=range(2024, 2019, -1)))
    others = trended(answer, last.assign(count=200 - np.array(newest)))
    assert own["marker"] == trended(answer, rows.sample(frac=1, random_state=3))["marker"]
    assert [backwards["marker"], others["marker"]] == [turned[own["marker"]]] * 2
    assert backwards["chi2"] == pytest.approx(own["chi2"], rel=1e-9, abs=1e-12)
    assert others["chi2"] == pytest.approx(own["chi2"], rel=1e-9, abs=1e-12)


@FEW
@given(st.lists(st.integers(1, 100), min_size=5, max_size=5), st.lists(st.integers(1, 20), min_size=5, max_size=5))
def test_a_recent_trend_of_a_value_does_not_depend_on_its_unit(
    answer: Answer, values: list[int], widths: list[int]
) -> None:
    value, width = np.array(values, float), np.array(widths, float)
    rows = pd.DataFrame({"method": "value_ci", "year": range(2020, 2025), "count": 1, "denominator": 1, "value": value,
                         "lowercl": value - width, "uppercl": value + width})  # fmt: skip
    scaled = rows.assign(**{name: 1000 * rows[name] for name in ("value", "lowercl", "uppercl")})
    one, other = trended(answer, rows), trended(answer, scaled)
    assert one["marker"] == other["marker"]
    assert one["chi2"] == pytest.approx(other["chi2"], rel=1e-9, abs=1e-12)


def compared(answer: Answer, observed: Any, denominator: Any, config: str) -> pd.DataFrame:
    """A funnel of units, by one configuration of the reference, in the order of the units."""
    units = [f"{unit:05d}" for unit in range(len(observed))]
    rows = pd.DataFrame({"unit": units, "sr_obs": observed, "sr_exp": denominator, "pr_num": observed,
                         "pr_den": denominator})  # fmt: skip
    configs = pd.DataFrame({"config": [config]})
    return answer("golden_funnel_overdispersed", input=rows, expected_phi_tau2=configs)


@FEW
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(61, 900)), min_size=10, max_size=40))
def test_a_funnel_of_those_who_did_not_is_that_of_those_who_did_turned(
    answer: Answer, parts: list[tuple[int, int]]
) -> None:
    x, n = (np.array(part, float) for part in zip(*parts, strict=True))
    if not x.sum():
        return
    own, other = (compared(answer, counts, n, "PR_SHMI_winsorised") for counts in (x, n - x))
    for name in ("z_unadjusted", "z_adjusted"):
        np.testing.assert_allclose(other[name], -own[name], rtol=1e-7, atol=1e-7)
    # variance between units is added, never taken away
    assert (own["z_adjusted"].abs() <= own["z_unadjusted"].abs() + 1e-9).all()


def test_how_many_units_lie_outside_an_over_dispersed_funnel(answer: Answer) -> None:
    """200 units of 400 people in 15 funnels that differ by a variance only: shares outside 95 and 99.8 %."""
    rng, funnels, units, people = np.random.default_rng(7), 15, 200, 400
    outside = []
    for spread in (0.0, 0.05):
        z = []
        for _ in range(funnels):
            p = np.sin(np.arcsin(np.sqrt(0.3)) + spread * rng.normal(size=units)) ** 2
            z.append(compared(answer, rng.binomial(people, p).astype(float), np.full(units, people, float),
                              "PR_SHMI_winsorised")[["z_unadjusted", "z_adjusted"]].abs())  # fmt: skip
        together = pd.concat(z)
        shares = [100 * (together[name] > limit).mean() for name in together for limit in (1.96, 3.0902)]
        print(f"spread {spread}: outside by chance alone {shares[0]:.1f} % and {shares[1]:.2f} %, "
              f"over-dispersed {shares[2]:.1f} % and {shares[3]:.2f} %")  # fmt: skip
        outside.append(shares)
    assert 3 < outside[0][2] < 7
    # winsorising a tenth on either side leaves out a part of the spread: a little more lies outside than 5 %
    assert outside[1][0] > 25
    assert 4 < outside[1][2] < 12
