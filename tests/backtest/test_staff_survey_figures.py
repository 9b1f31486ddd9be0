"""What the workbook of the NHS Staff Survey 2024 says of itself: answers are whole, scores are means of their parts."""

from pathlib import Path

import pandas as pd
import pytest
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.staff_survey.parse import parse
from orchestration.validation.validate import validate

SOURCE = "NHS Staff Survey 2024, organisational results"
PARTS = {
    "Staff Engagement": ("E_1", "E_2", "E_3"),
    "Morale": ("M_1", "M_2", "M_3"),
    "PP3": ("PP3_1", "PP3_2"),
    "PP1": ("PP1_1", "PP1_2", "PP1_3", "PP1_4"),
}
AGREE = ("Agree", "Strongly agree")


@pytest.fixture(scope="module")
def results(real_data: Path) -> pd.DataFrame:
    (path,) = [file for file in (real_data / "staff_survey").iterdir() if "NSS24" in file.name]
    table = parse(SourceFile(path, path.name)).tables["results"]
    return validate(dataset_spec("staff_survey").entity("results"), table).frame


def test_percentages_of_every_question_add_up_to_100(results: pd.DataFrame, figures: Figures) -> None:
    answers = results[(results["answer"] != "score") & ~results["question"].str.startswith("Q16c")]
    wholes = answers.groupby(["organisation_code", "question"])["value"].agg(lambda cells: cells.sum(skipna=False))
    shown = wholes.dropna()
    differing = shown[(shown - 100).abs() > 1e-9]
    figures.none_of("questions whose answers make no 100 %", SOURCE, len(shown), differing.index.tolist())


@pytest.mark.parametrize("score", PARTS)
def test_a_score_is_the_mean_of_its_sub_scores(results: pd.DataFrame, figures: Figures, score: str) -> None:
    wide = results[results["answer"] == "score"].pivot(index="organisation_code", columns="question", values="value")
    means = wide[list(PARTS[score])].mean(axis=1)
    differing = wide[(wide[score] - means).abs() > 0.05]
    figures.none_of(f"{score} against the mean of its parts (0.05)", SOURCE, len(wide), differing.index.tolist())


def test_every_base_lies_within_the_answers_to_the_theme(results: pd.DataFrame, figures: Figures) -> None:
    bases = results.drop_duplicates(["organisation_code", "question"]).pivot(
        index="organisation_code", columns="question", values="respondents"
    )
    most = bases.max(axis=1)
    differing = most[bases["Staff Engagement"] < 0.95 * most]
    figures.none_of(
        "engagement answered by under 95 % of those who answered", SOURCE, len(most), differing.index.tolist()
    )


def test_engagement_and_agreement_go_together_across_trusts(results: pd.DataFrame) -> None:
    happy = results[(results["question"] == "Q25d") & results["answer"].isin(AGREE)]
    shares = happy.groupby("organisation_code")["value"].sum()
    advocacy = results[results["question"] == "E_3"].set_index("organisation_code")["value"]
    assert len(shares) == len(advocacy) == 263
    assert shares.corr(advocacy.astype(float)) > 0.9
