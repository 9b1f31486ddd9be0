"""What slopes and between-group measures must do whatever the counts are, through the code that the marts use."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from orchestration.evaluation.slopes import concentration_indices, estimated_inequalities, logit_slopes

FEW = settings(max_examples=30, deadline=None)
GROUP = st.integers(20, 2_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(3, n - 3)))
GROUPS = st.lists(GROUP, min_size=5, max_size=12)
LIMITS = ["sii", "sii_lower_95", "sii_upper_95", "rii", "rii_lower_95", "rii_upper_95"]
Compute = Callable[[str, pd.DataFrame], pd.DataFrame]
Floats = NDArray[np.float64]


def strata(denominators: Floats, numerators: Floats) -> pd.DataFrame:
    """Strata of areas × quantiles as the analysis wants them."""
    areas, quantiles = np.shape(denominators)
    return pd.DataFrame(
        {
            "area": np.repeat(np.arange(areas), quantiles),
            "quantile": np.tile(np.arange(1, quantiles + 1), areas),
            "denominator": np.ravel(denominators).astype(float),
            "numerator": np.ravel(numerators).astype(float),
        }
    )


def sloped(compute: Compute, groups: list[tuple[int, float]]) -> pd.Series:
    """Slope index, relative index and limits of one area of groups (people, people with the event)."""
    rows = strata(np.array([[n for n, _ in groups]], float), np.array([[x for _, x in groups]], float))
    return compute("slopes_of_groups", rows).iloc[0]


@FEW
@given(GROUPS)
def test_the_order_of_rows_says_nothing(compute: Compute, groups: list[tuple[int, int]]) -> None:
    rows = strata(np.array([[n for n, _ in groups]], float), np.array([[x for _, x in groups]], float))
    one = compute("slopes_of_groups", rows)[LIMITS]
    other = compute("slopes_of_groups", rows.sample(frac=1, random_state=1))[LIMITS]
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@FEW
@given(GROUPS, st.integers(2, 50))
def test_scaled_populations_leave_the_indices_and_tighten_the_limits(
    compute: Compute, groups: list[tuple[int, int]], scale: int
) -> None:
    one, many = sloped(compute, groups), sloped(compute, [(n * scale, x * scale) for n, x in groups])
    assert many["sii"] == pytest.approx(one["sii"], rel=1e-9, abs=1e-9)
    assert many["sii_upper_95"] - many["sii_lower_95"] < one["sii_upper_95"] - one["sii_lower_95"]
    if one["rii"] > 0:
        assert many["rii"] == pytest.approx(one["rii"], rel=1e-6)


@FEW
@given(GROUPS)
def test_the_absence_of_the_event_mirrors_the_slope(compute: Compute, groups: list[tuple[int, int]]) -> None:
    event, absence = sloped(compute, groups), sloped(compute, [(n, n - x) for n, x in groups])
    assert absence["sii"] == pytest.approx(-event["sii"], abs=1e-8)
    assert absence["sii_lower_95"] == pytest.approx(-event["sii_upper_95"], abs=1e-8)
    assert absence["sii_upper_95"] == pytest.approx(-event["sii_lower_95"], abs=1e-8)


@FEW
@given(GROUPS)
def test_the_gap_moves_towards_the_most_deprived_when_the_least_deprived_have_more_events(
    compute: Compute, groups: list[tuple[int, int]]
) -> None:
    people, events = groups[-1]
    assume(events < people - 4)
    more = sloped(compute, [*groups[:-1], (people, events + 1)])
    assert more["sii"] < sloped(compute, groups)["sii"]


@FEW
@given(GROUPS)
def test_an_index_lies_within_its_limits_and_both_scales_point_one_way(
    compute: Compute, groups: list[tuple[int, int]]
) -> None:
    found = sloped(compute, groups)
    assert found["sii_lower_95"] <= found["sii"] <= found["sii_upper_95"]
    # where the least deprived end is not above zero for certain, the ratio has no limits
    if found["rii_lower_95"] == found["rii_lower_95"] and found["rii"] > 0:
        assert found["rii_lower_95"] <= found["rii"] <= found["rii_upper_95"]
        assert (found["rii"] > 1) == (found["sii"] > 0) or found["sii"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("people", "least"), [(50, 0.90), (200, 0.93), (2_000, 0.93)])
def test_intervals_of_a_slope_cover_its_true_value(compute: Compute, people: int, least: float) -> None:
    """4,000 areas of ten groups, 30 % of the most deprived and 20 % of the least with the event; printed with -s."""
    areas, rng = 4_000, np.random.default_rng(people)
    true = np.linspace(0.30, 0.20, 10)
    sizes = np.full((areas, 10), people)
    events = rng.binomial(sizes, true)
    found = compute("slopes_of_groups", strata(sizes, events))
    slope = np.polyfit(np.arange(10) / 10 + 0.05, true, 1)[0]
    middle = true.mean()
    sii, rii = -100 * slope, (middle - slope / 2) / (middle + slope / 2)
    covered_sii = float(((found["sii_lower_95"] <= sii) & (sii <= found["sii_upper_95"])).mean())
    bounded = found["rii_upper_95"].notna()
    within = (found["rii_lower_95"] <= rii) & (rii <= found["rii_upper_95"])
    covered_rii = float(within[bounded].mean())
    fits = logit_slopes(np.arange(0, areas * 10, 10), np.ravel(events / sizes), np.ravel(sizes).astype(float))
    exact = logit_slopes(np.array([0]), true, np.full(10, float(people))).difference[0]
    covered_who = float((np.abs(fits.difference - exact) <= 1.959963984540054 * fits.difference_se).mean())
    print(f"10 x {people}: SII {covered_sii:.3f}, RII {covered_rii:.3f}, WHO's logit with HC1 {covered_who:.3f}")
    assert least <= covered_sii <= 0.97
    assert least <= covered_rii <= 0.98
    # the reference's z with ten points is narrow, as it is with its own software
    assert 0.80 <= covered_who <= 0.97


def test_variance_between_groups_that_do_not_differ_is_nothing_once_chance_is_taken_off(compute: Compute) -> None:
    """300 draws of eight groups of one rate; printed with -s."""
    rng = np.random.default_rng(7)
    sizes = np.array([900.0, 400, 250, 120, 90, 60, 40, 30])
    observed, corrected = [], []
    for _ in range(300):
        share = rng.binomial(sizes.astype(int), 0.3) / sizes
        rows = pd.DataFrame(
            {"estimate": 100 * share, "se": 100 * np.sqrt(share * (1 - share) / sizes), "population": sizes}
        )
        answer = compute("golden_who_healthequal_nonordered", rows).set_index("measure")["estimate"]
        observed.append(answer["bgv"])
        corrected.append(answer["bgv"] - answer["bgv_by_chance"])
    error = float(np.std(corrected) / np.sqrt(len(corrected)))
    print(f"variance of groups that do not differ: {np.mean(observed):.2f}, corrected {np.mean(corrected):.2f}")
    assert np.mean(observed) > 10 * error
    assert abs(float(np.mean(corrected))) < 4 * error


def test_tail_areas_are_those_of_the_normal_and_chi_squared_distribution(compute: Compute) -> None:
    z = np.linspace(-37, 37, 2_001)
    degrees = np.resize([1, 2, 3, 5, 9, 16, 39, 40, 41, 80], 2_001)
    chi_squared = stats.chi2.isf(np.geomspace(1e-6, 0.999, 2_001), degrees)
    rows = pd.DataFrame({"id": range(2_001), "z": z, "chi_squared": chi_squared, "degrees": degrees})
    found = compute("p_values", rows)
    tails, near = 2 * stats.norm.sf(np.abs(z)), np.abs(z) <= 7
    np.testing.assert_allclose(found["p_of_z"][near], tails[near], rtol=1e-8)
    np.testing.assert_allclose(found["p_of_z"][~near], tails[~near], rtol=1e-6, atol=1e-300)
    expected = stats.chi2.sf(chi_squared, degrees)
    sums = degrees <= 40
    np.testing.assert_allclose(found["p_of_chi_squared"][sums], expected[sums], rtol=1e-8)
    # Wilson and Hilferty's approximation, which many groups need
    np.testing.assert_allclose(found["p_of_chi_squared"][~sums], expected[~sums], rtol=0.2)


@FEW
@given(GROUPS, st.integers(2, 9))
def test_fits_do_not_know_units_of_population_and_mirror_the_absence(groups: list[tuple[int, int]], scale: int) -> None:
    people = np.array([n for n, _ in groups], float)
    share = np.array([x for _, x in groups], float) / people
    start = np.zeros(1, dtype=np.int64)
    one, scaled = logit_slopes(start, share, people), logit_slopes(start, share, scale * people)
    assert scaled.difference[0] == pytest.approx(one.difference[0], rel=1e-7, abs=1e-9)
    assert scaled.difference_se[0] == pytest.approx(one.difference_se[0], rel=1e-6)
    assert logit_slopes(start, 1 - share, people).difference[0] == pytest.approx(-one.difference[0], rel=1e-7, abs=1e-9)
    index, mirrored = concentration_indices(start, share, people), concentration_indices(start, 1 - share, people)
    assert mirrored.absolute[0] == pytest.approx(-index.absolute[0], abs=1e-9)


def test_equal_groups_have_one_logit_slope_by_either_weighting() -> None:
    start, people = np.zeros(1, dtype=np.int64), np.full(5, 300.0)
    share = np.array([0.1, 0.2, 0.25, 0.3, 0.5])
    by_person = logit_slopes(start, share, people)
    squared = logit_slopes(start, share, people, weighting="population_squared")
    assert by_person.difference[0] == pytest.approx(squared.difference[0], rel=1e-9)
    assert by_person.difference_se[0] == pytest.approx(squared.difference_se[0], rel=1e-9)


def test_a_set_without_events_or_of_rates_has_no_logit_index_and_none_spoils_the_next() -> None:
    rows = pd.DataFrame(
        {
            "set_id": np.repeat([1, 2, 3], 5),
            "stratum_order": [5, 4, 3, 2, 1, *range(1, 6), *range(1, 6)],
            "numerator": [50, 40, 30, 20, 10, *[0] * 5, *range(10, 60, 10)],
            "denominator": [100] * 15,
            "is_proportion": np.repeat([True, True, False], 5),
        }
    )
    found = estimated_inequalities(rows).set_index("set_id")
    assert found["logit_difference"].notna().to_dict() == {1: True, 2: False, 3: False}
    assert found["logit_difference"][1] == pytest.approx(0.5, abs=0.02)
    assert found["absolute_concentration"][1] == pytest.approx(found["absolute_concentration"][3])
    assert np.isnan(found["relative_concentration"][2])


def test_no_sets_have_no_indices() -> None:
    names = ["set_id", "stratum_order", "numerator", "denominator", "is_proportion"]
    assert estimated_inequalities(pd.DataFrame({name: [] for name in names})).empty
