"""Print memberships of improvement programmes at a world's trusts in Evenhand's template.

Belongs here: who joins what, when, and how exactly that is known. Does not: any effect: the programmes do nothing to a
simulated outcome.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

Row = Mapping[str, object]

INBOX = "inbox"
SOURCE = "SYNTHETIC: no real programme"
COHORTS = (("wave-1", 0), ("wave-2", 1))
COHORT_SIZE = 3


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook: two cohorts a year apart, comparators, a pilot, and one membership that nobody dates."""
    (entity,) = dataset_spec("improvement_programmes").entities
    workbook = xlsx({sheet_title(entity): template_cells(entity, _rows(world))})
    day = world.months[-1] + timedelta(days=90)
    yield SyntheticFile("SYNTHETIC-improvement-programmes.xlsx", workbook, INBOX, "Improvement programmes", day)


def _rows(world: World) -> list[Row]:
    trusts = [trust for trust in world.trusts if trust.closed_on is None]
    first = date(world.months[0].year, 9, 1)
    rows: list[Row] = [
        _row(
            trust, "leadership_for_improvement", cohort, "participant", first.replace(year=first.year + later), "month"
        )
        for cohort, later in COHORTS
        for trust in trusts[later * COHORT_SIZE : (later + 1) * COHORT_SIZE]
    ]
    rows += [
        _row(trust, "leadership_for_improvement", "wave-1", "comparator", None, "unknown") for trust in trusts[6:8]
    ]
    year = date(world.months[0].year, 4, 1)
    left = year.replace(year=year.year + 1, month=3, day=31)
    rows.append({**_row(trusts[0], "q_exchange", None, "pilot", year, "financial_year"), "left_on": left,
                 "left_precision": "day"})  # fmt: skip
    rows.append(_row(trusts[1], "nhs_impact", None, "participant", None, "unknown"))
    return rows


def _row(
    trust: Provider, programme: str, cohort: str | None, role: str, joined_on: date | None, precision: str
) -> dict[str, object]:
    return {
        "organisation_code": trust.code,
        "programme": programme,
        "cohort": cohort,
        "role": role,
        "joined_on": joined_on,
        "joined_precision": precision,
        "source": SOURCE,
    }
