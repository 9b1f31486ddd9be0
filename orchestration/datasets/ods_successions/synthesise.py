"""Print a world's mergers of trusts and boards as the table of organisation successions.

Belongs here: the three-column layout. Does not: what a succession means (dbt) or reading the file (parse.py).
"""

from collections.abc import Iterable
from datetime import timedelta

from orchestration.datasets.protocol import SyntheticFile
from orchestration.simulation.world import World

PAGE = "/services/organisation-data-service/data-search-and-export/csv-downloads/miscellaneous"


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One file with all successions, sorted by old code."""
    changes = sorted(
        (*world.successions, *world.board_successions), key=lambda change: (change.old_code, change.new_code)
    )
    lines = ["old_code,new_code,date", *(f"{c.old_code},{c.new_code},{c.on:%Y%m%d}" for c in changes)]
    content = "\n".join([*lines, ""]).encode()
    published = max(change.on for change in changes) + timedelta(days=60)
    yield SyntheticFile("SYNTHETIC-organisation_changes.csv", content, PAGE, "Successor organisations", published)
