"""The split of England's gaps in a release, worked out again from the release's own outcome_trends."""

from collections import defaultdict
from typing import Any

import pytest

from orchestration.home import Home
from orchestration.publication.query import run_query

SERIES = "measure_id, stratum_dimension, stratum_scheme, population, adjustment, period_kind"
SPLIT = f"""
select {SERIES}, constituent_level, period_before_start, period_start, comparator_stratum,
    within_change, between_change, composition_change, gap_change - residual_change, constituents_used, unit
from inequality_decomposition
where status = 'computed' and organisation_level = 'england' and contrast = 'most_v_least_deprived'
"""
TRENDS = f"""
select {SERIES}, organisation_level, period_start, stratum, organisation_code, numerator, denominator
from outcome_trends
where organisation_view = 'as_now' and observation_kind = 'rate_within_stratum' and stratum_dimension = 'deprivation'
    and value is not null and denominator > 0
"""
UNITS = {"percent": 100, "per_1000": 1000}
Rates = dict[str, tuple[float, float]]


@pytest.fixture(scope="module")
def strata(demo: Home) -> dict[tuple[Any, ...], Rates]:
    """Events and people of each constituent, by series, level, period and stratum."""
    found: dict[tuple[Any, ...], Rates] = defaultdict(dict)
    for *key, code, numerator, denominator in run_query(demo, TRENDS)[1]:
        found[tuple(key)][code] = (numerator, denominator)
    return found


def shares_and_rates(strata: Rates, used: set[str]) -> dict[str, tuple[float, float]]:
    """Share of the people and rate of each constituent used."""
    people = sum(strata[code][1] for code in used)
    return {code: (strata[code][1] / people, strata[code][0] / strata[code][1]) for code in used}


def test_the_split_of_englands_gaps_follows_from_the_figures_of_its_constituents(
    demo: Home, strata: dict[tuple[Any, ...], Rates]
) -> None:
    rows = run_query(demo, SPLIT)[1]
    assert {row[6] for row in rows} >= {"region", "icb", "provider"}
    for *key, before, after, last, within, between, composition, change, constituents, unit in rows:
        cells = [strata[*key, period, stratum] for period in (before, after) for stratum in ("1", last)]
        used = set(cells[0]).intersection(*cells[1:])
        assert len(used) == constituents
        a0, b0, a1, b1 = (shares_and_rates(cell, used) for cell in cells)
        moved = sum(
            (a1[code][0] - a0[code][0]) * (a0[code][1] + a1[code][1]) / 2
            - (b1[code][0] - b0[code][0]) * (b0[code][1] + b1[code][1]) / 2
            for code in used
        )
        narrowed = sum(
            (a0[code][0] + a1[code][0] + b0[code][0] + b1[code][0])
            / 4
            * ((a1[code][1] - b1[code][1]) - (a0[code][1] - b0[code][1]))
            for code in used
        )
        gaps = [sum(w * r for w, r in a.values()) - sum(w * r for w, r in b.values()) for a, b in ((a0, b0), (a1, b1))]
        expected = [narrowed, gaps[1] - gaps[0] - moved - narrowed, moved, gaps[1] - gaps[0]]
        scaled = [UNITS[unit] * part for part in expected]
        assert [within, between, composition, change] == pytest.approx(scaled, abs=1e-8)


def test_a_board_is_split_where_its_providers_are_known_and_says_why_where_not(demo: Home) -> None:
    rows = run_query(
        demo,
        "select status, count(*), count(within_change) from inequality_decomposition "
        "where organisation_level = 'icb' and measure_id = 'talking_therapies_recovery' group by 1",
    )[1]
    found = {status: (number, split) for status, number, split in rows}
    assert found["computed"][0] == found["computed"][1] > 0
    assert all(split == 0 for status, (_, split) in found.items() if status != "computed")
    assert {"not_computed:scheme_changed", "not_computed:coverage_too_low"} <= set(found)
