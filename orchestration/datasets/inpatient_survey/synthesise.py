"""Print a world's inpatients as the benchmark workbook of the Adult Inpatient Survey.

Belongs here: sheets, headings, blanks for few respondents, the made-up answers of patients (the world knows none). Does
not: reading the files (parse.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.datasets.inpatient_survey.parse import QUESTIONS_2022
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import Cell, ods
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/publications/surveys/adult-inpatient-survey"
QUESTIONS = tuple(f"Q{number}" for number in QUESTIONS_2022.split())
SECTIONS = {"S08": "Q47", "S09": "Q45", "S10": "Q46"}
MEANS = {"Q45": 9.1, "Q46": 8.1, "Q47": 1.4}
OTHER_MEAN, SPREAD = 7.8, 0.3
FEWEST_SHOWN = 30
LIMITS = {"90": 1.645, "95": 1.96, "99": 3.09}
TRUSTS, SURVEYS = 10, 2
STREAM = 610

Rows = list[list[Cell]]


@dataclass(frozen=True)
class Answers:
    """Scores and respondents of a trust by question; a question that few answered is not shown."""

    trust: Provider
    respondents: int
    bases: Mapping[str, int]
    scores: Mapping[str, float]

    def shown(self, question: str) -> bool:
        """Whether enough patients answered."""
        return self.bases[question] >= FEWEST_SHOWN


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """A workbook for each of the last survey years, compared with the year before."""
    for year in world.years[-SURVEYS:]:
        name = f"SYNTHETIC-Adult-Inpatient-Survey-{year}.ods"
        yield SyntheticFile(
            name, ods(_sheets(world, year)), PAGE, f"Trust benchmark data {year} (ODS)", date(year + 1, 9, 12)
        )


def _answers(world: World, year: int) -> list[Answers]:
    """Answers of a year, the same whichever workbook prints them."""
    rng = np.random.default_rng([world.seed, STREAM, year])
    wards = [trust for trust in world.trusts if trust.has_maternity and trust.is_open(date(year, 11, 30))][:TRUSTS]
    return [_trust_answers(trust, rng, is_small=number == 0) for number, trust in enumerate(wards)]


def _trust_answers(trust: Provider, rng: np.random.Generator, *, is_small: bool) -> Answers:
    respondents = int(rng.integers(300, 550))
    shares = rng.uniform(0.5, 1.0, len(QUESTIONS))
    bases = {question: int(respondents * share) for question, share in zip(QUESTIONS, shares, strict=True)}
    if is_small:
        bases["Q7"] = FEWEST_SHOWN - 1
    effect = float(rng.normal(0, SPREAD))
    scores = {question: MEANS.get(question, OTHER_MEAN) + effect * 0.5 + rng.normal(0, 0.2) for question in QUESTIONS}
    return Answers(trust, respondents, bases, {q: float(min(9.99, max(0.01, s))) for q, s in scores.items()})


def _sheets(world: World, year: int) -> dict[str, Rows]:
    own, before = _answers(world, year), _answers(world, year - 1)
    return {
        "Guidance": [[f"NHS Adult Inpatient Survey {year}"], ["Simulated data (SYNTHETIC)"]],
        "Key": [
            ["Sheet", "Variable name", "Description and comments"],
            ["Trust_Respondents", "TrustCode", "Trust code"],
        ],
        "Trust_Respondents": _respondents(own, year),
        "Trust_Scores": _scores(own, year),
        "National_Respondents": _national(own),
        "National_Max&Min": _extremes(own),
        f"Historical_Comparisonsto{year - 1}": _comparison(before, own, year - 1),
    }


def _name(answers: Answers, year: int) -> str:
    return answers.trust.name_on(date(year, 11, 30))


def _respondents(own: list[Answers], year: int) -> Rows:
    header: list[Cell] = ["TrustCode", "trustname", *(f"{q}_tres" for q in QUESTIONS), "n_tpat", "tr_rate", "age1_tpc"]
    return [header] + [
        [
            a.trust.code,
            _name(a, year),
            *(a.bases[q] if a.shown(q) else None for q in QUESTIONS),
            a.respondents,
            40.25,
            5.5,
        ]
        for a in own
    ]


def _scores(own: list[Answers], year: int) -> Rows:
    items = [*QUESTIONS, *SECTIONS]
    header: list[Cell] = ["TrustCode", "trustname", "n_tpat"]
    for item in items:
        header += [f"mean{item}", *(f"{side}{limit}{item}" for limit in LIMITS for side in ("ll", "ul"))]
        header += [f"band{item}", f"{item}_Zfinal"]
    rows: Rows = [header]
    for a in own:
        row: list[Cell] = [a.trust.code, _name(a, year), a.respondents]
        for item in items:
            row += _item(a, SECTIONS.get(item, item))
        rows.append(row)
    return rows


def _item(answers: Answers, question: str) -> list[Cell]:
    """Score, expected ranges, band and z score of a question."""
    if not answers.shown(question):
        return [None, *(None for _ in range(2 * len(LIMITS))), 0, None]
    mean, score = MEANS.get(question, OTHER_MEAN), answers.scores[question]
    ends = [mean + sign * z * SPREAD for z in LIMITS.values() for sign in (-1, 1)]
    z_score = (score - mean) / SPREAD
    passed = sum(abs(z_score) > z for z in LIMITS.values())
    return [score, *ends, 4 + passed if z_score > 0 else 4 - passed, z_score]


def _national(own: list[Answers]) -> Rows:
    shown = [sum(a.bases[q] for a in own if a.shown(q)) for q in QUESTIONS]
    return [
        [*(f"{q}_res" for q in QUESTIONS), "n_pat", "r_rate", "age1_pc"],
        [*shown, sum(a.respondents for a in own), 40.25, 5.5],
    ]


def _extremes(own: list[Answers]) -> Rows:
    header: list[Cell] = []
    row: list[Cell] = []
    for item in (*QUESTIONS, *SECTIONS):
        question = SECTIONS.get(item, item)
        scores = [a.scores[question] for a in own if a.shown(question)]
        header += [f"{item}_min", f"{item}_max"]
        row += [min(scores), max(scores)]
    return [header, row]


def _comparison(before: list[Answers], own: list[Answers], year: int) -> Rows:
    """Scores of the year before, of trusts that took part in both surveys."""
    still = {a.trust.code for a in own}
    header: list[Cell] = ["SurveyYear", "TrustCode", "trustname", "n_tpat_H"]
    header += [f"{q}_{part}" for q in QUESTIONS for part in ("mean_H", "Base_unw", "sig")]
    rows: Rows = [header]
    for a in before:
        if a.trust.code in still:
            row: list[Cell] = [year, a.trust.code, _name(a, year), a.respondents]
            for q in QUESTIONS:
                row += [a.scores[q], a.bases[q], 0] if a.shown(q) else [None, None, None]
            rows.append(row)
    return rows
