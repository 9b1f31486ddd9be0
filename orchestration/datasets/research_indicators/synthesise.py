"""Print simulated answers of a world's trusts to the regulator's questions on research, in the template.

Belongs here: who answered what, made up. Does not: reading it back (parse.py), any answer of a real organisation.
"""

from collections.abc import Iterable
from datetime import timedelta

import numpy as np

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import template_cells
from orchestration.datasets.writing import csv_bytes
from orchestration.simulation.world import World

INBOX = "inbox"
ANSWERS = ("yes", "partly", "no", "unknown")
QUESTIONS = {
    "cqc_well_led_w8_2018": (
        "divisional_staff_aware_of_research", "leaders_support_investigators", "strategy_includes_research",
        "research_reported_internally", "patients_and_carers_given_opportunity",
    ),
    "cqc_single_assessment_2024": ("learning_improvement_and_innovation",),
}  # fmt: skip


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One CSV: eight trusts under both versions of the framework."""
    rng = np.random.default_rng([world.seed, 520])
    days = dict(zip(QUESTIONS, (world.months[0], world.months[-1]), strict=True))
    rows = [
        {
            "organisation_code": trust.code,
            "framework_version": version,
            "indicator": indicator,
            "answer": ANSWERS[int(rng.choice(4, p=(0.4, 0.3, 0.2, 0.1)))],
            "evidence": "SYNTHETIC board paper" if rng.random() < 0.5 else None,
            "assessed_on": days[version],
            "assessed_precision": "day",
        }
        for trust in [trust for trust in world.trusts if trust.closed_on is None][:8]
        for version, indicators in QUESTIONS.items()
        for indicator in indicators
    ]
    [entity] = dataset_spec("research_indicators").entities
    content = csv_bytes(template_cells(entity, rows), encoding="utf-8-sig")
    day = world.months[-1] + timedelta(days=60)
    yield SyntheticFile("SYNTHETIC-research-indicators.csv", content, INBOX, "Research indicators", day)
