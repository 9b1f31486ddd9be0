"""Figures that the Adult Inpatient Survey 2022 says of England, rebuilt from the trusts' rows of the same workbook."""

from pathlib import Path

import pandas as pd
import pytest
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.inpatient_survey.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "CQC, Adult Inpatient Survey 2022"


@pytest.fixture(scope="module")
def tables(real_data: Path) -> dict[str, pd.DataFrame]:
    (path,) = [file for file in (real_data / "inpatient_survey").iterdir() if "2022" in file.name]
    parsed = parse(SourceFile(path, path.name))
    spec = dataset_spec("inpatient_survey")
    return {name: validate(spec.entity(name), table).frame for name, table in parsed.tables.items()}


@pytest.fixture(scope="module")
def trusts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    scores = tables["scores"]
    return scores[scores["compared_with"].isna()]


def test_the_guidance_counts_trusts_and_patients_as_the_rows_do(trusts: pd.DataFrame, figures: Figures) -> None:
    overall = trusts[trusts["topic"] == "overall_experience"]
    figures.equal("trusts in the survey", SOURCE, 133, len(overall))
    figures.equal("patients who answered", SOURCE, 63_224, int(overall["organisation_respondents"].sum()))


def test_bases_of_trusts_add_up_to_englands(tables: dict[str, pd.DataFrame], figures: Figures) -> None:
    scores = tables["scores"]
    own = scores[scores["compared_with"].isna() & scores["item"].str.startswith("Q")]
    added = own.groupby("item")["respondents"].sum()
    england = tables["national"].set_index("item")["respondents"].dropna()
    hidden = own.loc[own["respondents_status"] == "suppressed"].groupby("item").size()
    differing = [
        (item, int(added[item]), int(base))
        for item, base in england.items()
        if not 0 <= base - added[item] <= 29 * int(hidden.get(item, 0))
    ]
    figures.none_of("bases of 45 questions, trusts added", SOURCE, len(england), differing)
    figures.equal("… overall experience", SOURCE, int(england["Q46"]), int(added["Q46"]))


def test_lowest_and_highest_scores_are_those_of_the_trusts(
    tables: dict[str, pd.DataFrame], trusts: pd.DataFrame, figures: Figures
) -> None:
    ends = trusts.groupby("item")["score"].agg(["min", "max"])
    national = tables["national"].set_index("item")
    joined = national.join(ends)
    differing = joined[
        ((joined["lowest_score"] - joined["min"]).abs() > 1e-9)
        | ((joined["highest_score"] - joined["max"]).abs() > 1e-9)
    ]
    figures.none_of("lowest and highest scores", SOURCE, 2 * len(joined), differing.index.tolist())


def test_a_section_of_one_question_has_its_score(trusts: pd.DataFrame, figures: Figures) -> None:
    wide = trusts.pivot(index="organisation_code", columns="item", values="score")
    for section, question in (("S08", "Q47"), ("S09", "Q45"), ("S10", "Q46")):
        differing = wide[(wide[section] - wide[question]).abs() > 1e-9]
        figures.none_of(f"section {section} is question {question}", SOURCE, len(wide), differing.index.tolist())


def test_the_band_follows_from_the_expected_range(trusts: pd.DataFrame, figures: Figures) -> None:
    shown = trusts[trusts["score"].notna() & (trusts["band"] > 0)]
    above = (
        (shown["score"] > shown["upper_90"]).astype(int)
        + (shown["score"] > shown["upper_95"])
        + (shown["score"] > shown["upper_99"])
    )
    below = (
        (shown["score"] < shown["lower_90"]).astype(int)
        + (shown["score"] < shown["lower_95"])
        + (shown["score"] < shown["lower_99"])
    )
    differing = shown[(4 + above - below) != shown["band"]]
    figures.none_of("bands from score and range", SOURCE, len(shown), differing["item"].tolist())
