"""CVDPREVENT: values and limits beside those recomputed from the counts, and groups beside the whole.

The figures stay here: the dataset reaches no mart.
"""

from math import sqrt
from pathlib import Path
from typing import Any

from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.cvdprevent.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

ENGLAND, BOARDS = "CVDP007HYP_england.csv", ("CVDP007HYP_icb.csv.sample", "CVDP006HYP_icb.csv.sample")
Z = 1.959963984540054
HALF_A_HUNDREDTH = 0.005 + 1e-9


def rows_of(real_data: Path, name: str) -> list[Any]:
    """Rows of a file that have a value."""
    path = real_data / "cvdprevent" / name
    entity = dataset_spec("cvdprevent").entity("outcomes")
    frame = validate(entity, parse(SourceFile(path, name)).tables["outcomes"]).frame
    return list(frame[frame["value"].notna()].itertuples(index=False))


def wilson(part: float, whole: float) -> tuple[float, float]:
    """95 % limits of a percentage (Wilson 1927)."""
    middle, spread = 2 * part + Z * Z, Z * sqrt(Z * Z + 4 * part * (1 - part / whole))
    return 50 * (middle - spread) / (whole + Z * Z), 50 * (middle + spread) / (whole + Z * Z)


def test_englands_values_and_limits_follow_from_its_exact_counts(real_data: Path, figures: Figures) -> None:
    rows = rows_of(real_data, ENGLAND)
    source = "CVDPREVENT, CVDP007HYP England, to March 2026"
    whole = next(row for row in rows if (row.metric_category_type, row.metric_category) == ("Sex", "Persons"))
    ours = 100 * whole.numerator / whole.denominator
    figures.equal("treated to threshold, %", source, 74.01, ours, within=HALF_A_HUNDREDTH, decimals=2)
    differing = [row for row in rows if abs(100 * row.numerator / row.denominator - row.value) > HALF_A_HUNDREDTH]
    figures.none_of("value = 100 × numerator / denominator", source, len(rows), differing)
    far = [
        row
        for row in rows
        for ours, theirs in zip(wilson(row.numerator, row.denominator), (row.lower_95, row.upper_95), strict=True)
        if abs(ours - theirs) > HALF_A_HUNDREDTH
    ]
    figures.none_of("limits: Wilson's", source, len(rows), far)


def test_englands_groups_add_up_to_the_whole(real_data: Path, figures: Figures) -> None:
    rows = rows_of(real_data, ENGLAND)
    source = "CVDPREVENT, CVDP007HYP England, to March 2026"
    whole = next(row for row in rows if (row.metric_category_type, row.metric_category) == ("Sex", "Persons"))
    for kind in ("Age group", "Ethnicity", "Mental Health", "Learning Disability"):
        parts = [row for row in rows if row.metric_category_type == kind and row.category_attribute == "Persons"]
        figures.equal(f"people by {kind.casefold()}", source, whole.denominator, sum(row.denominator for row in parts))
    quintiles = [row for row in rows if row.metric_category_type == "Deprivation quintile"]
    shortfall = whole.denominator - sum(row.denominator for row in quintiles)
    assert 0 <= shortfall < 0.01 * whole.denominator


def test_boards_values_lie_within_the_bounds_of_their_rounded_counts(real_data: Path, figures: Figures) -> None:
    rows = [row for name in BOARDS for row in rows_of(real_data, name)]
    source = "CVDPREVENT, cuts by board, to March 2026"
    exact = [row for row in rows if abs(100 * row.numerator / row.denominator - row.value) <= HALF_A_HUNDREDTH]
    assert 0 < len(exact) < len(rows), "values come from counts before rounding"
    outside = [
        row
        for row in rows
        if not 100 * (row.numerator - 2.5) / (row.denominator + 2.5) - HALF_A_HUNDREDTH
        <= row.value
        <= 100 * (row.numerator + 2.5) / (row.denominator - 2.5) + HALF_A_HUNDREDTH
    ]
    figures.none_of("values outside the bounds of counts rounded to 5", source, len(rows), outside)
    odd = [row for row in rows if row.numerator % 5 or row.denominator % 5]
    figures.none_of("counts that are no multiple of 5", source, len(rows), odd)
