"""Describe the registers of a world's QI logs in Evenhand's template: whose work they cover, since when, how fully.

Belongs here: the template's words. Does not: what the logs say (qi_projects). Some organisations are covered and log
nothing, as real comparators do; a few stand in no register at all.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.local_outcomes.synthesise import organisations_of
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import register_of, sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

Row = Mapping[str, object]

INBOX = "inbox"
THERAPY = "talking_therapies"
THERAPY_TOPIC = "talking_therapies_access_recovery"
# names of the simulated logs, for the register that their projects carry
LOGS = {
    THERAPY: "SYNTHETIC-qi-log-therapies.xlsx",
    "others": "SYNTHETIC-qi-log-projects.csv",
    "screening": "SYNTHETIC-qi-log-screening.xlsx",
}
LEFT_OUT = 3
STAFF = 5_000
PROJECTS_PER_1000_STAFF = 0.2


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook with a row per register and organisation whose work it covers."""
    (entity,) = dataset_spec("qi_registers").entities
    rows = [*_rows(world, THERAPY), *_rows(world, "others"), *_rows(world, "screening")]
    workbook = xlsx({sheet_title(entity): template_cells(entity, rows)})
    day = world.months[-1] + timedelta(days=90)
    yield SyntheticFile("SYNTHETIC-qi-registers.xlsx", workbook, INBOX, "QI registers", day)


def covered(world: World, log: str) -> tuple[Provider, ...]:
    """Trusts whose work a log's register covers: those with projects in it, and all able others but the last few."""
    if log == "screening":
        screening = {code for codes in organisations_of(world).values() for code in codes}
        return tuple(trust for trust in world.trusts if trust.code in screening)
    of_therapy = log == THERAPY
    logged = {
        site.organisation_code
        for project in world.projects
        if (project.topic == THERAPY) == of_therapy
        for site in project.sites
    }
    able = [trust for trust in world.trusts if trust.has_therapy or not of_therapy]
    silent = sorted(trust.code for trust in able if trust.code not in _codes_with_projects(world))
    left_out = set(silent[-LEFT_OUT:])
    return tuple(trust for trust in able if trust.code in logged or trust.code not in left_out)


def _codes_with_projects(world: World) -> set[str]:
    return {site.organisation_code for project in world.projects for site in project.sites}


def _rows(world: World, log: str) -> list[Row]:
    return [_row(world, log, at, trust) for at, trust in enumerate(covered(world, log))]


def _row(world: World, log: str, at: int, trust: Provider) -> Row:
    """A trust's row; of one in five nobody knows the staff, nor how many projects are to be expected."""
    staff = round(trust.size * STAFF / 10) * 10
    is_known = at % 5 != 4
    return {
        "register": register_of(LOGS[log]),
        "organisation_code": trust.code,
        "covers_from": max(world.months[0], trust.opened_on),
        "covers_to": _last_day(world, trust),
        "received_on": world.months[-1] + timedelta(days=60),
        "expected_projects_per_year": round(staff / 1000 * PROJECTS_PER_1000_STAFF, 2) if is_known else None,
        "expected_basis": "staff_times_rate" if is_known else "unknown",
        "clinical_topics": THERAPY_TOPIC if log == THERAPY else "all",
        "staff_wte": staff if is_known else None,
    }


def _last_day(world: World, trust: Provider) -> date | None:
    """Last day of a trust that closes while the register covers it."""
    if trust.closed_on is None or trust.closed_on <= world.months[0]:
        return None
    return trust.closed_on - timedelta(days=1)
