"""Print reviewers' decisions on a world's QI logs in Evenhand's template: aliases, duplicates, two coders.

Belongs here: the template's words, who disagrees with whom. Does not: the projects (the simulation) or measuring the
agreement (dbt). Coders are opaque identifiers.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import register_of, sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.simulation.records import Project
from orchestration.simulation.world import World

Row = Mapping[str, object]

INBOX = "inbox"
CODERS = ("coder4f7a", "coder9c2e")
CODED = 30
FIELDS = ("equity_mode", "targeting")
# the second coder disagrees on every sixth project: on how it deals with inequality, never on whom it means
DISAGREES_EVERY = 6
OTHER_WORD = {
    "none": "equity_lens_in_existing_qi",
    "equity_lens_in_existing_qi": "none",
    "targeted_disadvantaged_group": "qi_within_inequality_programme",
    "unknown": "none",
}
ALIASES = 5


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook with a handful of aliases, one decision on a pair, and two coders' words on up to 30 projects."""
    spec = dataset_spec("qi_reviews")
    rows = {
        "organisation_aliases": _aliases(world),
        "duplicate_decisions": _decisions(world),
        "equity_classifications": _classifications(world),
    }
    sheets = {sheet_title(entity): template_cells(entity, rows[entity.name]) for entity in spec.entities}
    day = world.months[-1] + timedelta(days=95)
    yield SyntheticFile("SYNTHETIC-qi-reviews.xlsx", xlsx(sheets), INBOX, "Reviews of QI logs", day)


def _aliases(world: World) -> list[Row]:
    """Short names that the simulated logs do not use, so that they match nothing by accident."""
    lasting = [trust for trust in world.trusts if trust.closed_on is None][:ALIASES]
    return [
        {
            "alias": f"SYNTHETIC alias {number} of a trust",
            "organisation_code": trust.code,
            "valid_from": trust.opened_on if number % 2 else None,
            "reviewed_on": world.months[-1] + timedelta(days=70),
            "reviewer": CODERS[0],
        }
        for number, trust in enumerate(lasting, start=1)
    ]


def _decisions(world: World) -> list[Row]:
    """Two entries that look alike and are different projects."""
    one, other = [project for project in world.projects if project.topic == "talking_therapies"][:2]
    return [
        {
            "register_a": register(one),
            "project_ref_a": one.ref,
            "register_b": register(other),
            "project_ref_b": other.ref,
            "decision": "different",
            "reviewed_on": world.months[-1] + timedelta(days=72),
            "reviewer": CODERS[1],
        }
    ]


def _classifications(world: World) -> list[Row]:
    return [
        {
            "register": register(project),
            "project_ref": project.ref,
            "field": field,
            "value": _word(project, field, is_second and number % DISAGREES_EVERY == 0),
            "coder": coder,
            "coded_on": world.months[-1] + timedelta(days=75),
        }
        for number, project in enumerate(world.projects[:CODED])
        for coder, is_second in zip(CODERS, (False, True), strict=True)
        for field in FIELDS
    ]


def _word(project: Project, field: str, disagrees: bool) -> str:
    word = str(getattr(project.equity, field))
    return OTHER_WORD[word] if disagrees and field == FIELDS[0] else word


def register(project: Project) -> str:
    """The register that a simulated project stands in."""
    is_therapy = project.topic == "talking_therapies"
    return register_of("SYNTHETIC-qi-log-therapies.xlsx" if is_therapy else "SYNTHETIC-qi-log-projects.csv")
