"""What intervals of rates must do whatever the counts are, through the macros as dbt compiles them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from orchestration.evaluation.poisson import exact_limits

LIMITS = ("lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl")
Compute = Callable[[str, pd.DataFrame], pd.DataFrame]
COUNTS = st.integers(0, 30) | st.integers(0, 1_000_000) | st.floats(0, 50, allow_nan=False, allow_subnormal=False)
FEW = settings(max_examples=30, deadline=None)


def rated(compute: Compute, x: list[float], n: list[float], analysis: str = "golden_phe_rate") -> pd.DataFrame:
    """Value and limits of counts ``x`` of ``n``, in the same order."""
    return compute(analysis, pd.DataFrame({"id": range(len(x)), "x": np.array(x, float), "n": np.array(n, float)}))


def test_limits_of_up_to_nine_events_are_exact(compute: Compute) -> None:
    """The macro's table of constants against quantiles of the chi-squared distribution."""
    counts = np.arange(10.0)
    rows = rated(compute, list(counts), [100_000.0] * 10)
    for level, lower, upper in ((0.95, *LIMITS[:2]), (0.998, *LIMITS[2:])):
        tail = (1 - level) / 2
        expected = np.where(counts > 0, stats.chi2.ppf(tail, np.maximum(2 * counts, 1)) / 2, 0)
        np.testing.assert_allclose(rows[lower], expected, rtol=1e-14)
        np.testing.assert_allclose(rows[upper], stats.chi2.isf(tail, 2 * counts + 2) / 2, rtol=1e-14)


def test_a_fractional_count_below_ten_has_the_limits_of_its_neighbours(compute: Compute) -> None:
    rows = rated(compute, [3, 3.5, 4, 9, 9.5, 10], [100_000.0] * 6)
    assert rows["lower95_0cl"][1] == rows["lower95_0cl"][0]
    assert rows["upper95_0cl"][1] == rows["upper95_0cl"][2]
    assert rows["lower95_0cl"][4] == rows["lower95_0cl"][3]
    assert rows["upper95_0cl"][4] == pytest.approx(stats.chi2.isf(0.025, 22) / 2, rel=1e-14)
    assert list(rows["method"]) == ["Exact"] * 5 + ["Byars"]


def test_where_exact_limits_give_way_to_byars_nothing_jumps(compute: Compute) -> None:
    """Byar's limits of ten are within 0.2 % of the exact ones at 95 % and within 1.5 % at 99.8 %."""
    rows = rated(compute, [9, 10, 11], [100_000.0] * 3)
    exact = {level: exact_limits([10.0], level) for level in (0.95, 0.998)}
    for level, lower, upper, tolerance in ((0.95, *LIMITS[:2], 0.002), (0.998, *LIMITS[2:], 0.015)):
        assert rows[lower][1] == pytest.approx(exact[level].lower[0], rel=tolerance)
        assert rows[upper][1] == pytest.approx(exact[level].upper[0], rel=tolerance)
        assert rows[lower].is_monotonic_increasing
        assert rows[upper].is_monotonic_increasing


@FEW
@given(st.lists(st.tuples(COUNTS, st.floats(0.5, 1e7)), min_size=2, max_size=20))
def test_limits_of_a_rate_hold_it_and_wider_levels_hold_narrower(
    compute: Compute, parts: list[tuple[float, float]]
) -> None:
    rows = rated(compute, [x for x, _ in parts], [n for _, n in parts])
    tolerance = 1e-9 * rows["value"] + 1e-9
    assert (rows["lower99_8cl"] <= rows["lower95_0cl"] + tolerance).all()
    assert (rows["lower95_0cl"] <= rows["value"] + tolerance).all()
    assert (rows["value"] <= rows["upper95_0cl"] + tolerance).all()
    assert (rows["upper95_0cl"] <= rows["upper99_8cl"] + tolerance).all()
    assert (rows.loc[rows["value"] == 0, ["lower95_0cl", "lower99_8cl"]] == 0).all(axis=None)


@FEW
@given(st.lists(COUNTS, min_size=2, max_size=40), st.floats(0.5, 1e6), st.floats(1.01, 1000))
def test_rates_grow_with_events_fall_with_people_and_scale(
    compute: Compute, counts: list[float], people: float, factor: float
) -> None:
    ordered = sorted(counts)
    rows = rated(compute, ordered, [people] * len(ordered))
    diluted = rated(compute, ordered, [people * factor] * len(ordered))
    for column in ("value", *LIMITS):
        assert (rows[column].diff().dropna() >= -1e-9 * rows[column].max()).all()
        np.testing.assert_allclose(diluted[column] * factor, rows[column], rtol=1e-12)


@FEW
@given(st.integers(1, 5000), st.data())
def test_limits_of_a_proportion_grow_with_events_and_mirror(compute: Compute, n: int, data: st.DataObject) -> None:
    counts = sorted(data.draw(st.lists(st.integers(0, n), min_size=2, max_size=30)))
    rows = rated(compute, list(counts), [float(n)] * len(counts), "golden_phe_proportion")
    others = rated(compute, [n - x for x in counts], [float(n)] * len(counts), "golden_phe_proportion")
    for column in ("value", *LIMITS):
        assert (rows[column].diff().dropna() >= -1e-9).all()
    for lower, upper in (LIMITS[:2], LIMITS[2:]):
        np.testing.assert_allclose(others[lower], 100 - rows[upper], atol=1e-9)
        assert rows[lower].between(0, rows["value"] + 1e-9).all()
        assert rows[upper].between(rows["value"] - 1e-9, 100).all()
    more = rated(compute, list(counts), [float(n + 1)] * len(counts), "golden_phe_proportion")
    for column in LIMITS:
        assert (more[column] <= rows[column] + 1e-9).all()


@FEW
@given(
    st.sampled_from(["wilson", "byar"]), st.integers(0, 60), st.integers(1, 90), st.integers(0, 3), st.integers(0, 3)
)
def test_limits_of_rounded_parts_hold_those_of_all_parts_they_may_stand_for(
    compute: Compute, rule: str, x: int, n: int, open_x: int, open_n: int
) -> None:
    low_x, low_n = max(0, x - open_x), max(1, n - open_n)
    bounds = pd.DataFrame(
        {
            "id": [0], "rule": [rule], "multiplier": [1000.0],
            "numerator_lower": [float(x - open_x)], "numerator_upper": [float(x + open_x)],
            "denominator_lower": [float(low_n)], "denominator_upper": [float(n + open_n)],
        }
    )  # fmt: skip
    held = compute("rates_of_bounds", bounds).iloc[0]
    possible = [(a, b) for a in range(low_x, x + open_x + 1) for b in range(low_n, n + open_n + 1)]
    possible = [(a, b) for a, b in possible if rule == "byar" or a <= b]
    assert held["is_rounded"] == (open_x > 0 or low_n < n + open_n)
    if not possible:
        return
    analysis, scale = ("golden_phe_proportion", 10.0) if rule == "wilson" else ("golden_phe_rate", 0.01)
    rows = rated(compute, [a for a, _ in possible], [b for _, b in possible], analysis)
    assert held["lower_95"] == pytest.approx(scale * rows["lower95_0cl"].min(), rel=1e-9, abs=1e-9)
    assert held["upper_95"] == pytest.approx(scale * rows["upper95_0cl"].max(), rel=1e-9)
    assert held["lower_998"] == pytest.approx(scale * rows["lower99_8cl"].min(), rel=1e-9, abs=1e-9)
    assert held["upper_998"] == pytest.approx(scale * rows["upper99_8cl"].max(), rel=1e-9)


def bands(seed: int, events: int = 40) -> pd.DataFrame:
    """Six age bands of one area, with a reference."""
    draw = np.random.default_rng(seed)
    pop = draw.integers(500, 20_000, 6)
    return pd.DataFrame(
        {
            "area": "A", "events": draw.integers(0, events, 6), "pop": pop, "stdpop": draw.integers(1000, 8000, 6),
            "refcount": draw.integers(50, 5000, 6), "refpop": draw.integers(100_000, 900_000, 6),
        }
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_standardised_rates_depend_on_neither_order_nor_units(compute: Compute, seed: int) -> None:
    area = bands(seed)
    direct, indirect = compute("golden_phe_dsr", area), compute("golden_phe_isratio", area)
    shuffled = area.sample(frac=1, random_state=seed)
    scaled = area.assign(
        stdpop=area["stdpop"] * 7, pop=area["pop"] * 3, refpop=area["refpop"] * 11, refcount=area["refcount"] * 11
    )
    for column in ("value", *LIMITS):
        for table, one in (("golden_phe_dsr", direct), ("golden_phe_isratio", indirect)):
            assert compute(table, shuffled)[column][0] == pytest.approx(one[column][0], rel=1e-12)
            assert compute(table, scaled)[column][0] == pytest.approx(one[column][0] / 3, rel=1e-12)
    crude = area.assign(stdpop=area["pop"])
    assert compute("golden_phe_dsr", crude)["value"][0] == pytest.approx(1e5 * area["events"].sum() / area["pop"].sum())
    assert direct["lower95_0cl"][0] < direct["value"][0] < direct["upper95_0cl"][0]


def test_a_standardised_rate_says_why_it_is_not_there(compute: Compute) -> None:
    whole = bands(1)
    few = whole.assign(events=[9, 0, 0, 0, 0, 0])
    hidden = whole.assign(events=whole["events"].astype(float).where(whole.index != 2))
    empty = whole.assign(pop=whole["pop"].where(whole.index != 2, 0))
    for area, statistic in ((few, "dsr NA for total count < 10"), (hidden, None), (empty, None)):
        row = compute("golden_phe_dsr", area).iloc[0]
        assert row[["value", *LIMITS]].isna().all()
        assert row["statistic"] == statistic or pd.isna(row["statistic"])


@FEW
@given(st.lists(st.none() | st.floats(0, 1) | st.sampled_from([0.01, 0.02, 0.05]), min_size=1, max_size=60))
def test_adjusted_p_values_keep_their_order_and_leave_out_what_was_not_tested(
    compute: Compute, values: list[float | None]
) -> None:
    rows = pd.DataFrame({"id": range(len(values)), "p": pd.Series(values, dtype=float)})
    adjusted = compute("golden_fdr_p_adjust", rows)
    tested = [i for i, p in enumerate(values) if p is not None]
    untested = [i for i, p in enumerate(values) if p is None]
    p = rows["p"].to_numpy()
    for method in ("BH", "BY", "holm", "bonferroni"):
        got = adjusted[method].to_numpy()
        assert np.isnan(got[untested]).all()
        assert (got[tested] >= p[tested] - 1e-12).all()
        assert (got[tested] <= 1).all()
        order = sorted(tested, key=lambda i: p[i])
        assert (np.diff(got[order]) >= -1e-12).all()
    if tested:
        np.testing.assert_allclose(
            adjusted["BH"].to_numpy()[tested],
            stats.false_discovery_control(p[tested], method="bh"),
            rtol=1e-12,
            atol=1e-300,
        )
        np.testing.assert_allclose(
            adjusted["BY"].to_numpy()[tested],
            stats.false_discovery_control(p[tested], method="by"),
            rtol=1e-10,
            atol=1e-300,
        )
    shuffled = compute("golden_fdr_p_adjust", rows.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(adjusted, shuffled)


@FEW
@given(st.lists(st.none() | st.integers(0, 40), min_size=1, max_size=120))
def test_equal_groups_of_areas_are_nearly_equal_and_turn_round(compute: Compute, values: list[int | None]) -> None:
    rows = pd.DataFrame({"grp": "A", "area": range(len(values)), "value": pd.Series(values, dtype=float)})
    grouped = compute("golden_phe_quantile", rows).sort_values("area")
    known = rows["value"].notna().to_numpy()
    fifths = grouped["q5_inverted"].to_numpy(dtype=float, na_value=np.nan)
    assert np.isnan(fifths[~known]).all()
    if known.sum() < 5:
        assert np.isnan(fifths).all()
        return
    assert set(fifths[known]) <= {1, 2, 3, 4, 5}
    order = np.argsort(-rows["value"].to_numpy()[known], kind="stable")
    assert (np.diff(fifths[known][order]) >= 0).all()
    if len(set(rows["value"].dropna())) == known.sum():
        sizes = np.bincount(fifths[known].astype(int), minlength=6)[1:]
        assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_wilsons_interval_covers_as_often_as_it_says(compute: Compute, n: int) -> None:
    """Share of 20,000 binomial samples whose interval holds the truth; printed, at several proportions."""
    draw, covered = np.random.default_rng(20261122 + n), {}
    rows = rated(compute, list(range(n + 1)), [float(n)] * (n + 1), "golden_phe_proportion")
    for share in (0.02, 0.05, 0.2, 0.5, 0.9):
        x = draw.binomial(n, share, 20_000)
        for level, lower, upper in ((95, *LIMITS[:2]), (99.8, *LIMITS[2:])):
            held = (rows[lower].to_numpy()[x] <= 100 * share) & (100 * share <= rows[upper].to_numpy()[x])
            covered[level, share] = held.mean()
    print(f"\nWilson, n {n}: " + ", ".join(f"{level} % at {p}: {100 * got:.1f}" for (level, p), got in covered.items()))
    assert np.mean([got for (level, _), got in covered.items() if level == 95]) == pytest.approx(0.95, abs=0.02)
    assert min(got for (level, _), got in covered.items() if level == 95) > 0.9
    assert min(got for (level, _), got in covered.items() if level == 99.8) > 0.98


@pytest.mark.parametrize("mean", [3, 10, 50])
def test_intervals_of_counts_cover_as_often_as_they_say(compute: Compute, mean: int) -> None:
    """Share of 20,000 Poisson samples whose interval holds the mean; printed."""
    x = np.random.default_rng(20261122 + mean).poisson(mean, 20_000)
    rows = rated(compute, list(range(x.max() + 1)), [100_000.0] * (x.max() + 1))
    covered = {}
    for level, lower, upper in ((95, *LIMITS[:2]), (99.8, *LIMITS[2:])):
        covered[level] = ((rows[lower].to_numpy()[x] <= mean) & (mean <= rows[upper].to_numpy()[x])).mean()
    print(
        f"\nexact and Byar, mean {mean}: " + ", ".join(f"{level} %: {100 * got:.2f}" for level, got in covered.items())
    )
    # exact limits never cover less often than they say, Byar's hardly
    assert covered[95] > 0.945
    assert covered[99.8] > 0.997


def test_the_normal_quantile_has_sixteen_digits(compute: Compute) -> None:
    confidence = [0.001, 0.5, 0.8, 0.849, 0.851, 0.9, 0.95, 0.99, 0.998, 0.999999, 1 - 1e-11]
    rows = pd.DataFrame({"x": 50.0, "n": np.arange(100.0, 100 + len(confidence)), "confidence": confidence})
    got = compute("golden_wilson_byars_exact_ci", rows).sort_values("n")
    z = stats.norm.isf((1 - np.array(confidence)) / 2)
    upper = 51 * (1 - 1 / (9 * 51) + z / (3 * np.sqrt(51))) ** 3
    np.testing.assert_allclose(got["byars_upper"], upper, rtol=1e-12)
