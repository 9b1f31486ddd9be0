"""Print simulated numbers of Q members and Q Exchange ideas in the template.

Belongs here: made-up numbers by region, nation and trust, some of them small, and ideas. Does not: reading them back
(parse.py), hiding small numbers (dbt), any real member, team or idea.
"""

from collections.abc import Iterable
from datetime import timedelta

import numpy as np

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.simulation.world import World

INBOX = "inbox"
REGIONS = ("east_of_england", "london", "midlands", "north_east_and_yorkshire", "north_west", "south_east",
           "south_west", "scotland", "wales", "northern_ireland")  # fmt: skip
YEARS = (2022, 2023)
THEMES = ("synthetic_theme_a", "synthetic_theme_b")


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook: members of ten regions and nations and of eight trusts in two years, and twelve ideas."""
    rng = np.random.default_rng([world.seed, 540])
    trusts = [trust.code for trust in world.trusts if trust.closed_on is None]
    rows = {"members": _members(rng, trusts[:8]), "exchange_ideas": _ideas(rng, trusts)}
    entities = dataset_spec("q_community").entities
    workbook = xlsx({sheet_title(entity): template_cells(entity, rows[entity.name]) for entity in entities})
    day = world.months[-1] + timedelta(days=60)
    yield SyntheticFile("SYNTHETIC-q-community.xlsx", workbook, INBOX, "Q community", day)


def _members(rng: np.random.Generator, trusts: list[str]) -> list[dict[str, object]]:
    by_region = [
        {"year": year, "region": region, "members": int(rng.integers(60, 600))} for year in YEARS for region in REGIONS
    ]
    by_trust = [
        {"year": year, "organisation_code": code, "members": int(rng.integers(0, 25))}
        for year in YEARS
        for code in trusts
    ]
    return [*by_region, *by_trust]


def _ideas(rng: np.random.Generator, trusts: list[str]) -> list[dict[str, object]]:
    """Ideas of two rounds; of the newer one nobody knows yet what was funded."""
    return [
        {
            "idea_ref": f"SYNTHETIC-IDEA-{number:02d}",
            "year": YEARS[number % 2],
            "organisation_code": trusts[int(rng.integers(0, len(trusts)))],
            "theme": THEMES[int(rng.integers(0, 2))],
            "shortlisted": "yes" if rng.random() < 0.4 else "no",
            "funded": "unknown" if number % 2 else "no",
        }
        for number in range(1, 13)
    ]
