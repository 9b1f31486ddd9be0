"""Print a world's staff survey as the workbook of organisational results.

Belongs here: sheets, the two header rows, dashes, and the made-up answers of staff (the world knows none). Does not:
reading the files (parse.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import xlsx
from orchestration.simulation.world import World

PAGE = "/results/"
BASE = "Base (number of responses)"
IDENTITY = ("ODS code", "Organisation name", "Benchmarking group", "Region", "ICS", "Weighting")
AGREEMENT = ("% Strongly disagree", "% Disagree", "% Neither agree nor disagree", "% Agree", "% Strongly agree")
NOTE = (
    "\nNote: In order to the preserve anonymity of individual staff, where there were fewer than 10 responses to a "
    "question results are not displayed"
)
SHEETS: dict[str, dict[str, Sequence[str]]] = {
    "YOUR JOB Q1-3": {"Q3f - I am able to make improvements happen in my area of work.": AGREEMENT},
    "HEALTH WELLBEING SAFETY Q13-14": {
        "Q14d - The last time you experienced harassment, did you or a colleague report it?": ("% Yes", "% No")
    },
    "YOUR ORGANISATION Q25-26": {
        "Q25d - If a friend or relative needed treatment I would be happy with the standard of care provided by this "
        "organisation.": AGREEMENT
    },
    "BACKGROUND INFORMATION Q27-30": {"Q27a - Gender": ("% Female", "% Male")},
    "PEOPLE PROMISE ELEMENTS": {
        "PP3 - We each have a voice that counts": ("PP3 - score",),
        "PP5 - We are always learning": ("PP5 - score",),
    },
    "THEMES": {"Staff Engagement - Staff engagement": ("Staff Engagement - score",)},
}
FEW_ARE_ASKED = "Q14d"
SMALLEST_SHOWN = 10
GROUPS = {
    "integrated": "Acute and Acute & Community Trusts",
    "acute": "Acute and Acute & Community Trusts",
    "mental_health": "Mental Health & Learning Disability and Mental Health, Learning Disability & Community Trusts",
}
SURVEYS, TRUSTS = 2, 20
STREAM = 620


@dataclass(frozen=True)
class Organisation:
    """The identity columns of a row, and how many staff answered."""

    cells: tuple[str, ...]
    responses: int


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """A workbook for each of the last survey years."""
    for year in world.years[-SURVEYS:]:
        name = f"SYNTHETIC-NSS{year % 100:02} detailed spreadsheets organisational results.xlsx"
        text = f"NHS Staff Survey {year}: detailed spreadsheets, organisational results"
        yield SyntheticFile(name, _workbook(world, year), PAGE, text, date(year + 1, 3, 13))


def _organisations(world: World, year: int, rng: np.random.Generator) -> list[Organisation]:
    """Trusts that were open, then boards, which are not weighted and belong to no region or system."""
    found = []
    for trust in [trust for trust in world.trusts if trust.is_open(date(year, 10, 1))][:TRUSTS]:
        region, system = world.region(trust.region_code).name, world.icb(trust.icb_code).name
        cells = (trust.code, trust.name_on(date(year, 10, 1)), GROUPS[trust.kind], region, system, "Occupation Group")
        found.append(Organisation(cells, int(rng.integers(800, 4000))))
    for board in world.icbs[:2]:
        cells = (board.code, board.name, "ICBs", "-", "-", "Unweighted")
        found.append(Organisation(cells, int(rng.integers(120, 400))))
    return found


def _workbook(world: World, year: int) -> bytes:
    rng = np.random.default_rng([world.seed, STREAM, year])
    organisations = _organisations(world, year, rng)
    title = f"NHS Staff Survey {year} - Detailed Spreadsheets"
    notes: list[list[str | float]] = [[], ["", title], ["", "Simulated data (SYNTHETIC)"]]
    results = {name: _rows(year, name, questions, organisations, rng) for name, questions in SHEETS.items()}
    return xlsx({"Notes": notes, **results})


def _rows(
    year: int,
    name: str,
    questions: dict[str, Sequence[str]],
    organisations: Sequence[Organisation],
    rng: np.random.Generator,
) -> Iterable[list[str | float]]:
    """Title and questions, part, note, a blank row, labels, then a row per organisation."""
    titles: list[str | float] = [f"NHS Staff Survey {year} - WEIGHTED Results", "", "", "", "", ""]
    labels: list[str | float] = list(IDENTITY)
    for question, answers in questions.items():
        titles += [question, *("" for _ in answers)]
        labels += [*answers, BASE]
    yield titles
    yield [name]
    yield [NOTE]
    yield []
    yield labels
    for organisation in organisations:
        cells: list[str | float] = list(organisation.cells)
        for question, answers in questions.items():
            cells += _result(organisation, question, answers, rng)
        yield cells


def _result(
    organisation: Organisation, question: str, answers: Sequence[str], rng: np.random.Generator
) -> list[str | float]:
    """Percentages or a score, then the base; dashes where fewer than ten answered."""
    share = rng.uniform(0.02, 0.05) if question.startswith(FEW_ARE_ASKED) else rng.uniform(0.95, 1.0)
    base = int(organisation.responses * share)
    if base < SMALLEST_SHOWN:
        return ["-", *("-" for _ in answers)]
    if len(answers) == 1:
        return [float(rng.normal(6.8, 0.3)), float(base)]
    weights = rng.dirichlet([2.0 + index for index in range(len(answers))])
    return [*(float(100 * weight) for weight in weights), float(base)]
