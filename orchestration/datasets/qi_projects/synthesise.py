"""Print a world's QI projects as logs in Evenhand's template: workbooks, and CSV files of the three tables.

Belongs here: the template's sheets, headings and words. Does not: what projects there are (the simulation) or reading
the logs (parse.py). What a project truly does is not written anywhere in a log.

A register of screening work logs the projects behind the worked examples of local_outcomes, and two that can't be
judged: one that does not say whom it reaches, one whose date is coarser than the periods of its outcome.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.local_outcomes.synthesise import EXAMPLES, UPTAKE, organisations_of, starts_on
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import sheet_title, template_cells
from orchestration.datasets.writing import csv_bytes, xlsx
from orchestration.simulation.records import Outcome, Project
from orchestration.simulation.world import World

Row = Mapping[str, object]

INBOX = "inbox"
THERAPY = "talking_therapies"
TOPICS = {
    THERAPY: "talking_therapies_access_recovery",
    "emergency_flow": "emergency_flow",
    "maternity": "maternity_safety",
    "child_urgent_care": "child_urgent_care",
    "learning_disability": "learning_disability",
    "other": "other",
}
MEASURES: dict[Outcome, str] = {
    "therapy_recovery": "talking_therapies_recovery",
    "emergency_four_hours": "ae_four_hour_performance",
    "births": "maternity_deliveries",
    "child_attendances": "child_ae_attendances",
    "learning_disability": "learning_disability_prevalence",
}
PRIVATE_EVERY = 9


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The registers of therapy and of screening projects as workbooks, that of all others as three CSV files."""
    spec = dataset_spec("qi_projects")
    day = world.months[-1] + timedelta(days=90)
    therapy = [project for project in world.projects if project.topic == THERAPY]
    others = [project for project in world.projects if project.topic != THERAPY]
    entities = [entity for entity in spec.entities if not entity.derived]
    tables = {sheet_title(entity): template_cells(entity, _rows(entity.name, therapy)) for entity in entities}
    workbook = xlsx(tables)
    yield SyntheticFile("SYNTHETIC-qi-log-therapies.xlsx", workbook, INBOX, "QI log, therapies", day)
    screening = {sheet_title(entity): template_cells(entity, _screening(entity.name, world)) for entity in entities}
    yield SyntheticFile("SYNTHETIC-qi-log-screening.xlsx", xlsx(screening), INBOX, "QI log, screening", day)
    for entity in entities:
        content = csv_bytes(template_cells(entity, _rows(entity.name, others)), encoding="utf-8-sig")
        yield SyntheticFile(f"SYNTHETIC-qi-log-{entity.name}.csv", content, INBOX, f"QI log, {entity.name}", day)


def _rows(entity: str, projects: Sequence[Project]) -> list[Row]:
    """Rows of one table under the spec's column names."""
    if entity == "projects":
        return [_project(project) for project in projects]
    if entity == "sites":
        return [
            {
                "project_ref": project.ref,
                "organisation_as_written": site.organisation_code,
                "role": site.role,
                "joined_on": site.joined_on,
                "left_on": site.left_on,
                "reach_people": site.reach_people,
                "reach_share": site.reach_share,
                "reach_basis": site.reach_basis,
            }
            for project in projects
            for site in project.sites
        ]
    return [
        {
            "project_ref": project.ref,
            "measure_id": MEASURES[measure.outcome],
            "measure_role": measure.role,
            "is_primary": "yes" if measure.is_primary else "no",
            "direction": measure.direction,
            "baseline": measure.baseline,
            "target": measure.target,
        }
        for project in projects
        for measure in project.measures
    ]


def _screening(entity: str, world: World) -> list[Row]:
    """Rows of one table of the screening register: two worked examples, one without reach, one with a coarse date."""
    trusts, start = organisations_of(world), starts_on(world)
    first, second = trusts[UPTAKE]
    widens, narrows = (example.measure_id for example in EXAMPLES)
    works = (
        ("SYNTHETIC-SCR-1", widens, trusts[widens][0], "day", 0.9),
        ("SYNTHETIC-SCR-2", narrows, trusts[narrows][0], "day", 0.9),
        ("SYNTHETIC-SCR-3", UPTAKE, first, "day", None),
        ("SYNTHETIC-SCR-4", UPTAKE, second, "financial_year", 0.6),
    )
    if entity == "projects":
        return [
            {
                "project_ref": ref,
                "title": f"Reminders for screening, {number} (SYNTHETIC)",
                "activity_type": "qi_project",
                "status": "active",
                "setting": "acute",
                "clinical_topic": "other",
                "registered_on": start - timedelta(days=60),
                "implemented_on": start,
                "implemented_precision": precision,
                "primary_dimension": "ethnicity",
                "expected_gap_direction": "narrow",
                "publication": "public",
            }
            for number, (ref, _, _, precision, _) in enumerate(works, start=1)
        ]
    if entity == "sites":
        return [
            {
                "project_ref": ref,
                "organisation_as_written": code,
                "role": "lead",
                "reach_share": share,
                "reach_basis": "counted" if share else None,
            }
            for ref, _, code, _, share in works
        ]
    return [
        {"project_ref": ref, "measure_id": measure_id, "measure_role": "process", "is_primary": "yes"}
        for ref, measure_id, *_ in works
    ]


def _project(project: Project) -> Row:
    """One project with its equity classification; one in nine of those not on therapies says nothing on publication."""
    equity = project.equity
    is_private = project.topic != THERAPY and int(project.ref[-3:]) % PRIVATE_EVERY == 0
    return {
        "project_ref": project.ref,
        "title": f"{project.title} (SYNTHETIC)",
        "activity_type": project.activity_type,
        "status": project.status,
        "method": project.method,
        "scope": project.scope,
        "setting": project.setting,
        "specialty": project.specialty,
        "clinical_topic": TOPICS[project.topic],
        "registered_on": project.registered_on,
        "implemented_on": project.implemented_on,
        "implemented_precision": project.implemented_precision,
        "ended_on": project.ended_on,
        "ended_precision": project.ended_precision,
        "end_date_basis": project.end_date_basis,
        "equity_mode": equity.equity_mode,
        "targeting": equity.targeting,
        "target_groups": ";".join(equity.target_groups),
        "core20plus5_area": equity.core20plus5_area,
        "stream": equity.stream,
        "agency_demand": equity.agency_demand,
        "digital_dependency": equity.digital_dependency,
        "incentive_or_target_driven": equity.incentive_or_target_driven,
        "disaggregated_baseline": equity.disaggregated_baseline,
        "disaggregated_monitoring": equity.disaggregated_monitoring,
        "patient_involvement": equity.patient_involvement,
        "expected_gap_direction": equity.expected_gap_direction,
        "classification_source": equity.classification_source,
        "self_reported_result": project.self_reported_result,
        "publication": "" if is_private else "public",
    }
