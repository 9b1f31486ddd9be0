"""Intervals of a release, worked out again beside it; the yardstick itself is checked against printed figures."""

from collections.abc import Iterator
from math import exp, log, sqrt
from typing import Any

import pytest

from orchestration.home import Home
from orchestration.publication.query import run_query

Z = 1.959963984540054
Limits = tuple[float, float]
PARTS = """
select
    gaps.gap, gaps.gap_lower_95, gaps.gap_upper_95, gaps.ratio, gaps.ratio_lower_95, gaps.ratio_upper_95,
    a.numerator, a.denominator, b.numerator, b.denominator, a.lower_95, a.upper_95
from outcome_inequalities as gaps
inner join outcome_trends as a on {key} and a.stratum = gaps.disadvantaged_stratum
inner join outcome_trends as b on {other} and b.stratum = gaps.comparator_stratum
where gaps.contrast = 'most_v_least_deprived' and gaps.status = 'computed' and gaps.measure_id = '{measure}'
    and least(a.numerator, b.numerator) >= 10
"""
KEY = (
    "measure_id", "organisation_code", "organisation_scheme", "organisation_view", "period_start", "period_end",
    "period_kind", "population", "adjustment", "stratum_dimension", "stratum_scheme",
)  # fmt: skip


def wilson(x: float, n: float) -> Limits:
    """Wilson score limits, in the form centre ± half-width."""
    p = x / n
    centre, half = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (centre - half) / (1 + Z * Z / n), (centre + half) / (1 + Z * Z / n)


def byar(x: float, n: float) -> Limits:
    """Byar's limits of a rate."""
    low = x * (1 - 1 / (9 * x) - Z / (3 * sqrt(x))) ** 3
    high = (x + 1) * (1 - 1 / (9 * (x + 1)) + Z / (3 * sqrt(x + 1))) ** 3
    return low / n, high / n


def difference(p1: float, one: Limits, p2: float, two: Limits) -> Limits:
    """Square-and-add limits of p1 - p2 from the limits of both."""
    low = sqrt((p1 - one[0]) ** 2 + (two[1] - p2) ** 2)
    high = sqrt((one[1] - p1) ** 2 + (p2 - two[0]) ** 2)
    return p1 - p2 - low, p1 - p2 + high


def ratio(p1: float, p2: float, variance: float) -> Limits:
    """Limits of p1 / p2 on the logarithmic scale."""
    return exp(log(p1 / p2) - Z * sqrt(variance)), exp(log(p1 / p2) + Z * sqrt(variance))


def pairs(home: Home, measure: str) -> Iterator[tuple[Any, ...]]:
    """Published gaps of a measure with the published parts of both groups."""
    key, other = (" and ".join(f"gaps.{name} = {side}.{name}" for name in KEY) for side in ("a", "b"))
    yield from run_query(home, PARTS.format(key=key, other=other, measure=measure))[1]


def test_the_hybrid_score_limits_are_those_that_newcombe_printed() -> None:
    """Newcombe RG, Stat Med 1998;17:873-90, table II, method 10: 56/70 less 48/80 is 0.20, limits 0.0524 and 0.3339."""
    limits = difference(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    assert limits == pytest.approx((0.0524, 0.3339), abs=0.00005)


def test_byars_limits_of_ten_events_are_near_the_exact_poisson_limits() -> None:
    """The exact limits of 10 events are 4.795 and 18.390."""
    assert byar(10, 1) == pytest.approx((4.795, 18.390), abs=0.01)


def test_gaps_and_ratios_of_proportions_follow_from_the_published_parts(demo: Home) -> None:
    rows = list(pairs(demo, "talking_therapies_recovery"))
    assert len(rows) > 50
    for gap, low, high, times, times_low, times_high, x1, n1, x2, n2, lower, upper in rows:
        p1, p2 = x1 / n1, x2 / n2
        one, two = wilson(x1, n1), wilson(x2, n2)
        assert (lower, upper) == pytest.approx((100 * one[0], 100 * one[1]))
        assert gap == pytest.approx(100 * (p1 - p2))
        assert (low, high) == pytest.approx(tuple(100 * limit for limit in difference(p1, one, p2, two)))
        assert times == pytest.approx(p1 / p2)
        assert (times_low, times_high) == pytest.approx(ratio(p1, p2, 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2))


def test_gaps_and_ratios_of_rates_follow_from_the_published_parts(demo: Home) -> None:
    rows = list(pairs(demo, "child_ae_attendances"))
    assert rows
    for gap, low, high, times, times_low, times_high, x1, n1, x2, n2, lower, upper in rows:
        p1, p2 = x1 / n1, x2 / n2
        one, two = byar(x1, n1), byar(x2, n2)
        assert (lower, upper) == pytest.approx((1000 * one[0], 1000 * one[1]))
        assert gap == pytest.approx(1000 * (p1 - p2))
        assert (low, high) == pytest.approx(tuple(1000 * limit for limit in difference(p1, one, p2, two)))
        assert times == pytest.approx(p1 / p2)
        assert (times_low, times_high) == pytest.approx(ratio(p1, p2, 1 / x1 + 1 / x2))
