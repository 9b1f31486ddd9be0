"""Talking therapies: recovery of England by deprivation, and its gap, from the published file and from a release."""

from typing import Any

import pytest
from support_figures import HALF_A_TENTH, Figures
from support_release import RealRelease

SOURCE = "NHS England, Talking Therapies annual"
NAMED = [(2017, "1", 41.0), (2017, "10", 58.1), (2024, "1", 42.8), (2024, "10", 56.2)]
WHOLE = [(2020, 51.4), (2021, 50.2)]
GAPS = [(2017, -17.1), (2024, -13.4)]
Cell = tuple[int, str]


@pytest.fixture(scope="module")
def published(real_release: RealRelease) -> dict[Cell, dict[str, float]]:
    """Counts and percentages of England by year and decile (1 most deprived), read without any of our parsers."""
    import duckdb

    path = real_release.data / "talking_therapies" / "measures_annual.parquet"
    query = (
        "select year(start_date), variable_a, measure_name || ' ' || measure_statistic, cast(value as double) "
        f"from read_parquet('{path}') where org_type = 'England' and variable_type = 'Indices of Deprivation Decile' "
        "and regexp_matches(variable_a, '^[0-9]') and regexp_matches(value, '^[0-9.]+$')"
    )
    cells: dict[Cell, dict[str, float]] = {}
    for year, label, name, value in duckdb.execute(query).fetchall():
        cells.setdefault((year, str(11 - int(label[:2]))), {})[name] = value
    return cells


@pytest.fixture(scope="module")
def shown(real_release: RealRelease) -> dict[Cell, tuple[Any, ...]]:
    """Numerator, denominator, value and published value in the marts, by year and decile."""
    rows = real_release.rows(
        "select year(period_start), stratum, numerator, denominator, value, published_value from outcome_trends "
        "where measure_id = 'talking_therapies_recovery' and organisation_level = 'england' "
        "and organisation_view = 'as_was' and stratum_dimension = 'deprivation' and stratum <> 'unknown'"
    )
    return {(year, stratum): tuple(rest) for year, stratum, *rest in rows}


@pytest.mark.parametrize(("year", "decile", "percentage"), NAMED)
def test_recovery_of_the_most_and_least_deprived_is_as_published(
    shown: dict[Cell, tuple[Any, ...]], figures: Figures, year: int, decile: str, percentage: float
) -> None:
    words = {"1": "most", "10": "least"}[decile]
    figure = f"recovery, {words} deprived decile, {year}-{(year + 1) % 100}, %"
    figures.equal(figure, SOURCE, percentage, shown[year, decile][2], within=HALF_A_TENTH, decimals=1)


def test_recovery_is_recovered_over_finished_less_not_at_caseness_in_all_deciles_and_years(
    published: dict[Cell, dict[str, float]], shown: dict[Cell, tuple[Any, ...]], figures: Figures
) -> None:
    assert (
        set(shown) == set(published) == {(year, str(decile)) for year in range(2017, 2025) for decile in range(1, 11)}
    )
    differing = []
    for cell, counts in published.items():
        cases = counts["finished_course_treatment count"] - counts["not_at_caseness count"]
        rate = 100 * counts["recovery count"] / cases
        numerator, denominator, value, _ = shown[cell]
        if (numerator, denominator) != (counts["recovery count"], cases) or abs(value - rate) > 1e-9:
            differing.append(cell)
    figures.none_of("recovery ÷ (finished − not at caseness), deciles × years", SOURCE, len(published), differing)


def test_recovery_equals_the_published_percentage_to_a_tenth_in_all_deciles_and_years(
    published: dict[Cell, dict[str, float]], shown: dict[Cell, tuple[Any, ...]], figures: Figures
) -> None:
    differing = [
        cell
        for cell, counts in published.items()
        if abs(shown[cell][2] - counts["recovery percentage"]) > HALF_A_TENTH
        or shown[cell][3] != counts["recovery percentage"]
    ]
    figures.none_of("recovery to 0.1, deciles × years", SOURCE, len(published), differing)


@pytest.mark.parametrize(("year", "gap"), GAPS)
def test_the_gap_between_most_and_least_deprived_follows_from_the_published_parts(
    published: dict[Cell, dict[str, float]], real_release: RealRelease, figures: Figures, year: int, gap: float
) -> None:
    rates = {}
    for decile in ("1", "10"):
        counts = published[year, decile]
        cases = counts["finished_course_treatment count"] - counts["not_at_caseness count"]
        rates[decile] = 100 * counts["recovery count"] / cases
    ((ours, status, worse),) = real_release.rows(
        "select gap, status, gap_against from outcome_inequalities where measure_id = 'talking_therapies_recovery' "
        "and organisation_level = 'england' and organisation_view = 'as_was' and contrast = 'most_v_least_deprived' "
        f"and year(period_start) = {year}"
    )
    assert (status, worse) == ("computed", "1")
    assert abs(ours - (rates["1"] - rates["10"])) < 1e-9
    figure = f"recovery gap, most less least deprived, {year}-{(year + 1) % 100}, points"
    figures.equal(figure, SOURCE, gap, ours, within=HALF_A_TENTH, decimals=1)


def test_each_change_of_the_gap_is_that_of_the_published_parts_and_its_split_over_regions_adds_up_to_it(
    published: dict[Cell, dict[str, float]], real_release: RealRelease, figures: Figures
) -> None:
    rates = {}
    for cell, counts in published.items():
        rates[cell] = (
            100
            * counts["recovery count"]
            / (counts["finished_course_treatment count"] - counts["not_at_caseness count"])
        )
    rows = real_release.rows(
        "select year(period_start), gap_change, within_change + between_change + composition_change + residual_change, "
        "status from inequality_decomposition where measure_id = 'talking_therapies_recovery' "
        "and organisation_level = 'england' and constituent_level = 'region' and contrast = 'most_v_least_deprived'"
    )
    changes = {
        year: (rates[year, "1"] - rates[year, "10"]) - (rates[year - 1, "1"] - rates[year - 1, "10"])
        for year in range(2018, 2025)
    }
    differing = [row for row in rows if abs(row[1] - changes[row[0]]) > 1e-9]
    figures.none_of("change of the recovery gap, years", SOURCE, len(rows), differing)
    # four regions became seven in 2019, and the index of deprivation changed in that year
    computed = {row[0]: row[2] for row in rows if row[3] == "computed"}
    assert set(computed) == {2021, 2022, 2023, 2024}
    differing = [year for year, parts in computed.items() if abs(parts - changes[year]) > 1e-9]
    figures.none_of("within + between + composition + residual, years", SOURCE, len(computed), differing)


@pytest.mark.parametrize(("year", "percentage"), WHOLE)
def test_recovery_of_england_as_a_whole_is_what_the_press_release_says(
    real_release: RealRelease, figures: Figures, year: int, percentage: float
) -> None:
    ((ours,),) = real_release.rows(
        "select value from outcome_trends where measure_id = 'talking_therapies_recovery' "
        "and organisation_level = 'england' and organisation_view = 'as_was' and stratum_dimension = 'all' "
        f"and year(period_start) = {year}"
    )
    figure = f"recovery, England, {year}-{(year + 1) % 100}, %"
    source = "NHS Digital, press release of 29 September 2022"
    figures.equal(figure, source, percentage, ours, within=HALF_A_TENTH, decimals=1)


def test_england_is_called_england(real_release: RealRelease, figures: Figures) -> None:
    names = [
        row
        for mart in ("outcome_trends", "outcome_inequalities")
        for row in real_release.rows(
            f"select distinct '{mart}', measure_id, organisation_name from {mart} where organisation_level = 'england'"
        )
    ]
    figures.none_of("England is called England", "outcome marts", len(names), [n for n in names if n[2] != "England"])
