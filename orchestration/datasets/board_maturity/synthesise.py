"""Print simulated assessments of a world's boards in the template: index, guide and self-assessment.

Belongs here: which boards were assessed, and made-up ratings. Does not: reading them back (parse.py), scoring (dbt),
any rating of a real board. Where the items of a dimension are not known, the dimension is rated as a whole.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.simulation.world import World

INBOX = "inbox"
INDEX = (
    ("qi_as_board_priority", ("1a", "1b", "1c", "1d", "1e")),
    ("using_data_for_improvement", ("2a", "2b")),
    ("familiarity_with_current_performance", ("3",)),
    ("degree_of_staff_involvement", ("4",)),
    ("degree_of_public_patient_carer_involvement", ("5",)),
    ("clear_systematic_approach", ("6",)),
    ("balance_of_effectiveness_experience_and_safety", ("7",)),
    ("dynamics", ("8",)),
)
GUIDE = ("structural", "educational", "cultural", "political", "emotional", "physical_and_technological", "leadership",
         "external_demands")  # fmt: skip
IMPACT = ("shared_purpose_and_vision", "people_and_culture", "leadership_behaviours",
          "improvement_capability_and_capacity", "embedding_into_management_systems")  # fmt: skip
RATINGS = ("low", "medium", "high")


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook: six boards under the index (two of them twice), two under the guide, three under NHS IMPACT."""
    rng = np.random.default_rng([world.seed, 510])
    boards = [trust.code for trust in world.trusts if trust.closed_on is None][:6]
    first, second = world.months[0], world.months[-1]
    rows = [row for code in boards for row in _index(rng, code, first)]
    rows += [row for code in boards[:2] for row in _index(rng, code, second)]
    rows += [row for code in boards[2:4] for row in _guide(rng, code, first)]
    rows += [row for code in boards[3:6] for row in _impact(rng, code, second)]
    [entity] = dataset_spec("board_maturity").entities
    workbook = xlsx({sheet_title(entity): template_cells(entity, rows)})
    day = world.months[-1] + timedelta(days=60)
    yield SyntheticFile("SYNTHETIC-board-maturity.xlsx", workbook, INBOX, "Board maturity", day)


def _index(rng: np.random.Generator, code: str, day: date) -> list[dict[str, object]]:
    """Ratings by an outside observer; an item has the name of the text it was rated by."""
    return [
        {
            **_assessment(code, "jones2017_index", "2017", day),
            "dimension": dimension,
            "item_code": item,
            "rubric_text_id": f"synthetic-rubric-{item}",
            "rating": RATINGS[int(rng.integers(0, 3))],
            "assessor_type": "external_researcher",
            "evidence_type": "observation;board_papers",
        }
        for dimension, items in INDEX
        for item in items
    ]


def _guide(rng: np.random.Generator, code: str, day: date) -> list[dict[str, object]]:
    return [
        {
            **_assessment(code, "quaser_guide_8_challenges", "synthetic-1", day),
            "dimension": challenge,
            "item_code": number,
            "rating": RATINGS[int(rng.integers(0, 3))],
            "assessor_type": "self",
            "evidence_type": "self_report",
        }
        for number, challenge in enumerate(GUIDE, start=1)
    ]


def _impact(rng: np.random.Generator, code: str, day: date) -> list[dict[str, object]]:
    """Scores instead of ratings; one component is left out, as self-assessments do."""
    return [
        {
            **_assessment(code, "nhs_impact_5", "synthetic-1", day),
            "dimension": component,
            "item_code": number,
            "score": int(rng.integers(1, 5)),
            "scale_min": 1,
            "scale_max": 4,
            "assessor_type": "self",
        }
        for number, component in enumerate(IMPACT[:4], start=1)
    ]


def _assessment(code: str, framework: str, version: str, day: date) -> dict[str, object]:
    return {
        "organisation_code": code,
        "framework": framework,
        "framework_version": version,
        "assessed_on": day,
        "assessed_precision": "month",
        "is_public": "no",
    }
