"""The Adult Social Care Outcomes Framework rebuilt from the rows of councils, regions and the other file."""

from pathlib import Path

import pandas as pd
import pytest
from support_figures import HALF_A_TENTH, Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.ascof.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SERIES = "DHSC, ASCOF time series to 2024-25"
OPEN_DATA = "NHS Digital, ASCOF open data 2020-21"
KEY = ["ons_code", "measure_code", "disaggregation"]


def load(folder: Path, suffix: str) -> pd.DataFrame:
    (path,) = [file for file in (folder / "ascof").iterdir() if file.suffix == suffix]
    return validate(
        dataset_spec("ascof").entity("measures"), parse(SourceFile(path, path.name)).tables["measures"]
    ).frame


@pytest.fixture(scope="module")
def series(real_data: Path) -> pd.DataFrame:
    return load(real_data, ".ods")


@pytest.fixture(scope="module")
def open_data(real_data: Path) -> pd.DataFrame:
    return load(real_data, ".xlsx")


def of(frame: pd.DataFrame, code: str, year: int, level: str = "England") -> pd.DataFrame:
    """Totals of one measure, year and level."""
    is_it = (frame["measure_code"] == code) & (frame["disaggregation"] == "Total") & (frame["area_level"] == level)
    return frame[is_it & (frame["period_start"] == pd.Timestamp(year, 4, 1))]


@pytest.mark.parametrize(("code", "numerator", "denominator", "outcome"), [
    ("2B1", 34_152, 43_193, 79.1), ("1G", 104_624, 133_658, 78.3), ("2A2", 52_133, 10_464_019, 498.2),
])  # fmt: skip
def test_england_of_2020_21_is_the_sum_of_its_regions(
    open_data: pd.DataFrame, figures: Figures, code: str, numerator: int, denominator: int, outcome: float
) -> None:
    regions, england = of(open_data, code, 2020, "Region"), of(open_data, code, 2020).iloc[0]
    figures.equal(f"{code} numerator, regions added", OPEN_DATA, numerator, int(regions["numerator"].sum()))
    figures.equal(f"{code} denominator, regions added", OPEN_DATA, denominator, int(regions["denominator"].sum()))
    multiplier = 100_000 if code == "2A2" else 100
    rate = multiplier * england["numerator"] / england["denominator"]
    figures.equal(f"{code} England", OPEN_DATA, outcome, rate, within=HALF_A_TENTH, decimals=1)


def test_every_rate_of_2020_21_is_its_numerator_by_its_denominator(open_data: pd.DataFrame, figures: Figures) -> None:
    rates = open_data[
        open_data["measure_code"].isin(["2B1", "1G", "2A2"])
        & open_data["outcome"].notna()
        & (open_data["denominator"] > 0)
    ]
    multipliers = rates["measure_code"].map({"2B1": 100, "1G": 100, "2A2": 100_000})
    difference = (multipliers * rates["numerator"] / rates["denominator"] - rates["outcome"]).abs()
    figures.none_of(
        "outcomes of councils' records", OPEN_DATA, len(rates), rates[difference > HALF_A_TENTH][KEY].values.tolist()
    )


@pytest.mark.parametrize(("code", "published"), [("1A", 63_188), ("1D", 71_353), ("3A", 71_357), ("4A", 71_207)])
def test_respondents_of_2015_16_add_up_to_england(
    series: pd.DataFrame, figures: Figures, code: str, published: int
) -> None:
    councils = of(series, code, 2015, "Council")
    figures.equal(f"{code} respondents 2015-16, councils added", SERIES, published, int(councils["respondents"].sum()))


@pytest.mark.parametrize(
    ("code", "numerator", "denominator"), [("2D(1)", 72_795, 120_005), ("2E(1)", 111_695, 137_160)]
)
def test_england_of_client_level_data_is_the_sum_of_councils_rounded_to_5(
    series: pd.DataFrame, figures: Figures, code: str, numerator: int, denominator: int
) -> None:
    councils, england = of(series, code, 2024, "Council"), of(series, code, 2024).iloc[0]
    assert (england["numerator"], england["denominator"]) == (numerator, denominator)
    added = councils[["numerator", "denominator"]].sum()
    figures.equal(f"{code} numerator 2024-25, councils added", SERIES, numerator, added["numerator"], within=3)
    figures.equal(f"{code} denominator 2024-25, councils added", SERIES, denominator, added["denominator"], within=3)


@pytest.mark.parametrize("code", ["1A", "1D", "3A", "4A"])
def test_a_survey_outcome_of_england_lies_by_the_mean_of_councils_weighted_by_respondents(
    series: pd.DataFrame, figures: Figures, code: str
) -> None:
    councils = of(series, code, 2023, "Council").dropna(subset=["outcome", "respondents"])
    weights = councils["respondents"].astype(float)
    mean = float((councils["outcome"] * weights).sum() / weights.sum())
    published = float(of(series, code, 2023)["outcome"].iloc[0])
    figures.equal(f"{code} 2023-24, councils weighted by respondents", SERIES, published, mean, within=1.5, decimals=1)


@pytest.mark.parametrize(("region", "published"), [("North East", 19.4), ("London", 18.4)])
def test_quality_of_life_2022_23_by_region_is_what_the_report_says(
    series: pd.DataFrame, figures: Figures, region: str, published: float
) -> None:
    rows = of(series, "1A", 2022, "Region").set_index("area_name")["outcome"]
    figures.equal(
        f"quality of life 2022-23, {region}", "NHS England, ASCOF 2022-23", published, rows[region], decimals=1
    )
    assert published in (rows.min(), rows.max())


@pytest.mark.parametrize(("new", "old"), [("1A", "1A"), ("3A", "1B"), ("1D", "3A"), ("4A", "4A")])
def test_the_survey_of_2020_21_says_the_same_in_both_files_under_both_codes(
    series: pd.DataFrame, open_data: pd.DataFrame, figures: Figures, new: str, old: str
) -> None:
    later = of(series, new, 2020, "Council").set_index("ons_code")["outcome"].dropna()
    earlier = of(open_data, old, 2020, "Council").set_index("ons_code")["outcome"].dropna()
    figures.equal(f"{new} 2020-21, councils that took part", SERIES, 18, len(later))
    differing = (later - earlier.reindex(later.index)).abs() > 1e-9
    figures.none_of(f"{new} against {old} of 2020-21", OPEN_DATA, len(earlier), later[differing].index.tolist())
