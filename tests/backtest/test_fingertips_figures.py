"""Fingertips: published values and limits beside those recomputed from the published count and denominator.

What does not agree is named with its class: figures that say nothing of their parts, limits that the publisher made
from a count before rounding it, limits by another method.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, isnan, sqrt
from pathlib import Path

import pytest
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.fingertips.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "Fingertips, {name}"
Z = 1.959963984540054
LARGE = 300  # counts from which Byar's limits and the exact ones differ by less than 0.001 %
Limits = tuple[float, float]
Method = Callable[[float, float, float], Limits]


@dataclass(frozen=True)
class Row:
    """A row with a value; ``lower`` is NaN where no limits are published, ``count`` where no count is."""

    area_type: str
    breakdown: str
    value: float
    lower: float
    upper: float
    count: float
    denominator: float


def wilson(count: float, whole: float, multiplier: float) -> Limits:
    """95 % limits of a proportion (Wilson 1927)."""
    middle, spread = 2 * count + Z * Z, Z * sqrt(Z * Z + 4 * count * (1 - count / whole))
    return multiplier * (middle - spread) / (2 * (whole + Z * Z)), multiplier * (middle + spread) / (
        2 * (whole + Z * Z)
    )


def byar(count: float, whole: float, multiplier: float, z: float = Z) -> Limits:
    """95 % limits of a rate (Byar's approximation; Breslow and Day 1987)."""
    above = count + 1
    lower = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3 if count else 0.0
    upper = above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3
    return multiplier * lower / whole, multiplier * upper / whole


def poisson(count: float, whole: float, multiplier: float) -> Limits:
    """Exact 95 % limits of a rate (Garwood 1936), by bisection; for counts of some dozens."""

    def at_most(times: int, mean: float) -> float:
        term = total = exp(-mean)
        for step in range(1, times + 1):
            term *= mean / step
            total += term
        return total

    def found(is_below: Callable[[float], bool], low: float, high: float) -> float:
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if is_below(middle) else (low, middle)
        return multiplier * low / whole

    number = int(count)
    lower = found(lambda mean: 1 - at_most(number - 1, mean) < 0.025, 0.0, number)
    return lower, found(lambda mean: at_most(number, mean) > 0.025, number, 3.0 * number + 20)


def rows_of(real_data: Path, name: str) -> tuple[list[Row], int]:
    """Rows of a file that have a value, and how many have none."""
    path = real_data / "fingertips" / name
    entity = dataset_spec("fingertips").entity("indicators")
    frame = validate(entity, parse(SourceFile(path, name)).tables["indicators"]).frame
    columns = ["area_type", "breakdown", "value", "lower_95", "upper_95", "count", "denominator"]
    rows = [Row(cells[0], cells[1] or "all", *cells[2:]) for cells in frame[columns].itertuples(index=False)]
    return [row for row in rows if not isnan(row.value)], sum(isnan(row.value) for row in rows)


def agree(ours: Limits, row: Row, within: float) -> bool:
    """Whether both limits agree relatively."""
    return abs(ours[0] - row.lower) <= within * ours[0] and abs(ours[1] - row.upper) <= within * ours[1]


def with_limits(rows: list[Row]) -> Iterator[Row]:
    return (row for row in rows if not isnan(row.lower) and not isnan(row.count))


@pytest.mark.parametrize(
    ("name", "multiplier", "rows_with_value", "rounded_at"),
    [
        ("ed_under5.csv", 1000, 7609, 5e-5),
        ("ld_qof_prev.csv", 100, 295, 5e-6),
        ("indicators-CountyUA.data.csv", 100_000, 842, 5e-6),
    ],
)
def test_every_published_value_is_its_count_over_its_denominator(
    real_data: Path, figures: Figures, name: str, multiplier: float, rows_with_value: int, rounded_at: float
) -> None:
    rows, _ = rows_of(real_data, name)
    differing = [row for row in rows if abs(multiplier * row.count / row.denominator - row.value) > rounded_at]
    figures.none_of(f"value = {multiplier:,} × count / denominator", SOURCE.format(name=name), len(rows), differing)
    assert len(rows) == rows_with_value


def test_limits_of_prevalence_are_wilsons_in_every_row(real_data: Path, figures: Figures) -> None:
    rows, _ = rows_of(real_data, "ld_qof_prev.csv")
    differing = [row for row in rows if not agree(wilson(row.count, row.denominator, 100), row, 2e-5)]
    figures.none_of("limits: Wilson's", SOURCE.format(name="ld_qof_prev.csv"), len(rows), differing)


def test_limits_of_england_are_byars_and_those_of_practices_come_from_the_count_before_rounding(
    real_data: Path, figures: Figures
) -> None:
    source = SOURCE.format(name="ed_under5.csv")
    rows, hidden = rows_of(real_data, "ed_under5.csv")
    england = [row for row in rows if row.area_type == "England"]
    differing = [row for row in england if not agree(byar(row.count, row.denominator, 1000), row, 2e-5)]
    figures.none_of("limits: Byar's, England and its deciles", source, len(england), differing)
    small = [row for row in rows if row.area_type != "England"]
    direct = sum(agree(byar(row.count, row.denominator, 1000), row, 2e-5) for row in small)
    figures.equal("limits of practices and networks that follow from the published count", source, 1516, direct)
    unexplained = [
        row
        for row in small
        if sum(agree(byar(row.count + shift, row.denominator, 1000), row, 2e-5) for shift in range(-2, 3)) != 1
    ]
    figures.none_of("… that follow from a whole count within 2 of it", source, len(small), unexplained)
    figures.equal("… rows without a value (suppressed)", source, 1, hidden)


def test_limits_of_local_authorities_are_either_byars_or_exact(real_data: Path, figures: Figures) -> None:
    source = SOURCE.format(name="indicators-CountyUA.data.csv")
    rows, combined = rows_of(real_data, "indicators-CountyUA.data.csv")
    published = list(with_limits(rows))
    others = [row for row in published if not agree(byar(row.count, row.denominator, 100_000, 1.96), row, 1e-6)]
    figures.equal("limits: Byar's, made with 1.96", source, 305, len(published) - len(others))
    small = [row for row in others if row.count < LARGE]
    inexact = [row for row in small if not agree(poisson(row.count, row.denominator, 100_000), row, 1e-5)]
    figures.none_of(f"… others, counts below {LARGE}: exact Poisson limits", source, len(small), inexact)
    far = [row for row in others if row.count >= LARGE and not agree(byar(row.count, row.denominator, 1e5), row, 1e-5)]
    figures.none_of("… others: where both methods meet", source, len(others) - len(small), far)
    figures.equal("… values without limits (deciles and regions)", source, 87, len(rows) - len(published))
    figures.equal("… rows without a value (combined elsewhere)", source, 10, combined)


def test_a_survey_publishes_no_count_so_that_nothing_can_be_recomputed(real_data: Path, figures: Figures) -> None:
    source = SOURCE.format(name="93881_icb.csv.sample")
    rows, _ = rows_of(real_data, "93881_icb.csv.sample")
    assert len(rows) == 47
    figures.none_of("weighted values: rows with a count", source, len(rows), [r for r in rows if not isnan(r.count)])


def test_deciles_of_area_never_hold_more_than_england_and_say_how_much_of_it(real_data: Path, figures: Figures) -> None:
    path = real_data / "fingertips" / "ld_qof_prev.csv"
    entity = dataset_spec("fingertips").entity("indicators")
    frame = validate(entity, parse(SourceFile(path, path.name)).tables["indicators"]).frame
    england = frame[(frame["area_type"] == "England") & frame["breakdown"].isna()].set_index("time_period")["count"]
    deciles = frame[frame["breakdown"] == "deprivation"].groupby(["category_type", "time_period"])
    assert (deciles["deprivation_decile"].nunique() == 10).all()
    shares = [
        float(part["count"].sum() / england[period]) for (_, period), part in deciles if part["count"].notna().all()
    ]
    source = SOURCE.format(name="ld_qof_prev.csv")
    figures.none_of("registers by decile above England's", source, len(shares), [s for s in shares if s > 1])
    # areas are ranked only where practices could be placed: in some years a quarter of the registers is left out
    figures.equal(
        "… smallest share of England in the deciles, %", source, 72.9, 100 * min(shares), within=0.05, decimals=1
    )
    figures.equal("… largest", source, 100.0, 100 * max(shares), within=0.05, decimals=1)
