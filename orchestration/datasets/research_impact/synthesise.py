"""Print simulated records of what came of studies at a world's trusts, in the template.

Belongs here: studies and their impacts, made up. Does not: reading them back (parse.py), any real study.
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
LEVELS = ("none", "anecdotal", "documented", "measured", "unknown")
ITEMS = (
    ("health_benefit", "equity_of_access_and_use_of_care"),
    ("health_benefit", "synthetic_item_a"),
    ("service_and_workforce", "synthetic_item_b"),
    ("research_profile_and_capacity", "synthetic_item_c"),
    ("economic", "synthetic_item_d"),
    ("influence", "synthetic_item_e"),
    ("knowledge_production_and_exchange", "synthetic_item_f"),
)


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One CSV: ten studies, each at one trust, with a record for every domain."""
    rng = np.random.default_rng([world.seed, 530])
    trusts = [trust for trust in world.trusts if trust.closed_on is None]
    rows = [
        {
            "study_ref": f"SYNTHETIC-STUDY-{number:03d}",
            "organisation_code": trusts[number % len(trusts)].code,
            "victor_domain": domain,
            "item": item,
            "evidence_level": LEVELS[int(rng.integers(0, 5))],
            "recorded_on": world.months[number % len(world.months)],
        }
        for number in range(1, 11)
        for domain, item in ITEMS
    ]
    [entity] = dataset_spec("research_impact").entities
    content = csv_bytes(template_cells(entity, rows), encoding="utf-8-sig")
    day = world.months[-1] + timedelta(days=60)
    yield SyntheticFile("SYNTHETIC-research-impact.csv", content, INBOX, "Research impact", day)
