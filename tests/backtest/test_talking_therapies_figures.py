"""Figures that NHS England published on talking therapies, rebuilt from the parser's output.

The percentages stand in the publication itself (Percentage_Recovery); the totals of 2020-21 and 2021-22 also in NHS
Digital's press release of 29 September 2022.
"""

from pathlib import Path

import pandas as pd
import pytest

from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.talking_therapies.parse import parse

DECILE = "Indices of Deprivation Decile"


@pytest.fixture(scope="module")
def counts(real_data: Path) -> pd.DataFrame:
    path = real_data / "talking_therapies" / "measures_annual.parquet"
    frame = parse(SourceFile(path, path.name)).tables["activity"].frame
    numbers = [name for name in frame.columns if name not in frame.columns[:8]]
    return frame.assign(**{name: pd.to_numeric(frame[name], errors="coerce") for name in numbers})


@pytest.fixture(scope="module")
def england(counts: pd.DataFrame) -> pd.DataFrame:
    rows = counts[counts["organisation_type"] == "England"].copy()
    cases = rows["finished_course_treatment"] - rows["not_at_caseness"]
    rows["recovery_rate"] = 100 * rows["recovery"] / cases
    rows["reliable_recovery_rate"] = 100 * rows["reliable_recovery"] / cases
    rows["improvement_rate"] = 100 * rows["improvement"] / rows["finished_course_treatment"]
    return rows


@pytest.mark.parametrize("outcome", ["recovery", "reliable_recovery", "improvement"])
def test_every_rate_of_england_equals_the_published_percentage_to_a_tenth(england: pd.DataFrame, outcome: str) -> None:
    difference = (england[f"{outcome}_rate"] - england[f"{outcome}_percentage"]).abs()
    assert len(difference) == 345
    assert difference.max() < 0.0501


@pytest.mark.parametrize(
    ("year", "label", "published"),
    [
        ("2017-04-01", "10 Most deprived", 41.0),
        ("2017-04-01", "01 Least deprived", 58.1),
        ("2024-04-01", "10 Most deprived", 42.8),
        ("2024-04-01", "01 Least deprived", 56.2),
    ],
)
def test_recovery_in_england_by_decile_is_what_was_published(
    england: pd.DataFrame, year: str, label: str, published: float
) -> None:
    row = england[
        (england["period_start"] == year) & (england["variable_type"] == DECILE) & (england["variable_a"] == label)
    ]
    assert round(row["recovery_rate"].item(), 1) == published


@pytest.mark.parametrize(("year", "finished", "rate"), [("2020-04-01", 634_649, 51.4), ("2021-04-01", 664_087, 50.2)])
def test_england_as_a_whole_is_what_the_press_release_says(
    england: pd.DataFrame, year: str, finished: int, rate: float
) -> None:
    row = england[(england["period_start"] == year) & (england["variable_type"] == "Total")].iloc[0]
    assert row["finished_course_treatment"] == finished
    assert round(row["recovery_rate"], 1) == rate


def test_the_rounding_rule_holds_below_england(counts: pd.DataFrame) -> None:
    below = counts.loc[counts["organisation_type"] != "England", "recovery"].dropna()
    exact = counts.loc[counts["organisation_type"] == "England", "recovery"]
    assert (below % 5 == 0).all()
    assert below.min() == 5
    assert (exact % 5 != 0).any()
