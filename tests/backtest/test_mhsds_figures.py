"""Mental health waits: what the publication prints for England, rebuilt from its counts, and what rounding allows."""

from pathlib import Path

import pandas as pd
import pytest
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.mhsds.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "NHS England, MHSDS four-week waits, April 2024"
SIX_DIGITS = 5e-6


@pytest.fixture(scope="module")
def values(real_data: Path) -> pd.DataFrame:
    """A row per organisation and a column per measure of the publisher."""
    (path,) = (real_data / "mhsds").glob("*4WW*.csv")
    parsed = parse(SourceFile(path, path.name))
    frame = validate(dataset_spec("mhsds").entity("measures"), parsed.tables["measures"]).frame
    return frame.pivot(index=["breakdown", "primary_level"], columns="measure_code", values="measure_value")


@pytest.mark.parametrize(
    ("label", "part", "whole", "published", "percentage"),
    [
        ("adults within four weeks", "MRS01a", "MRS01", "MRS01b", 10.64024),
        ("children within four weeks", "MRS08a", "MRS08", "MRS08b", 18.167952),
        ("adults waiting over 52 weeks", "MRS02e", "MRS02", "MRS02f", 38.99392),
        ("children waiting over 52 weeks", "MRS09e", "MRS09", "MRS09f", 44.29893),
    ],
)
def test_percentages_of_england_are_their_counts(
    values: pd.DataFrame, figures: Figures, label: str, part: str, whole: str, published: str, percentage: float
) -> None:
    england = values.loc[("England", "England")]
    ours = 100 * england[part] / england[whole]
    assert england[published] == percentage
    figures.equal(f"{label}, England, %", SOURCE, percentage, ours, within=SIX_DIGITS, decimals=4)


def test_percentages_of_organisations_lie_within_what_rounding_allows(values: pd.DataFrame, figures: Figures) -> None:
    below = values.drop(index=("England", "England"))
    outside, compared = [], 0
    for part, whole, published in (("MRS01a", "MRS01", "MRS01b"), ("MRS08a", "MRS08", "MRS08b")):
        shown = below[below[published].notna()]
        compared += len(shown)
        lowest = 100 * (shown[part] - 2).clip(lower=5) / (shown[whole] + 2) - 0.5
        highest = 100 * (shown[part] + 2) / (shown[whole] - 2).clip(lower=5) + 0.5
        outside += shown[(shown[published] < lowest) | (shown[published] > highest)].index.tolist()
    figures.none_of("four-week rates of boards and providers within their bounds", SOURCE, compared, outside)
    assert compared > 150


@pytest.mark.parametrize(("measure", "published"), [("MRS01", 19_727), ("MRS08", 22_947), ("MRS10", 236_199)])
def test_boards_with_the_unknown_one_add_up_to_england_within_their_rounding(
    values: pd.DataFrame, figures: Figures, measure: str, published: int
) -> None:
    boards = values.loc["ICB of GP Practice or Residence", measure]
    slack = 2 * boards.notna().sum() + 4 * boards.isna().sum()
    figures.equal(f"{measure}, sum of boards", SOURCE, published, float(boards.sum()), within=float(slack))
