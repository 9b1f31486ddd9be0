"""Make the QI projects of the synthetic NHS and the effects planted with them.

Belongs here: who does what, when, how it is classified for equity, and what it truly does. Does not: applying an effect
to counts (outcomes.py) or writing a log (datasets/qi_projects).

Shares of results, scopes and methods follow the review of 120 published PDSA projects by Knudsen and others (2019,
doi 10.1186/s12913-019-4482-6, table 2); a team's own result is drawn without regard to the true effect.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from orchestration.simulation.places import Size
from orchestration.simulation.records import (
    UNKNOWN,
    EffectKind,
    Equity,
    Outcome,
    PlantedEffect,
    Project,
    ProjectMeasure,
    ProjectSite,
    Provider,
    Role,
)

EFFECT_POINTS = 6.0
EFFECT_DECILES: dict[EffectKind, tuple[int, ...]] = {"narrows": (1, 2, 3), "widens": (8, 9, 10), "none": ()}
THERAPY_TOPIC = "talking_therapies"
OTHER_TOPICS: tuple[tuple[str, str, str, Outcome | None, str], ...] = (
    (
        "emergency_flow",
        "acute",
        "emergency_medicine",
        "emergency_four_hours",
        "Shorter waits in the emergency department",
    ),
    ("maternity", "maternity", "obstetrics_and_midwifery", "births", "Safer births"),
    ("child_urgent_care", "acute", "paediatrics", "child_attendances", "Urgent care for children under five"),
    ("learning_disability", "general_practice", "learning_disability", "learning_disability", "Annual health checks"),
    ("other", "acute", "surgery", None, "Fewer cancelled operations"),
)
THERAPY_TITLES: dict[EffectKind, str] = {
    "narrows": "Therapy in community centres with help to travel",
    "widens": "Self-referral and guided self-help online",
    "none": "Reminder letters before the first appointment",
}
RESULTS = (
    ("aim_achieved", 0.27),
    ("improved_no_quantified_aim", 0.56),
    ("improved_aim_not_reached", 0.15),
    ("no_improvement", 0.02),
)
METHODS = (
    ("unknown", 0.48),
    ("model_for_improvement", 0.33),
    ("lean", 0.09),
    ("qsir", 0.06),
    ("experience_based_codesign", 0.04),
)
SCOPES = (("organisation", 0.4), ("department", 0.36), ("ward_team", 0.1), ("system_icb", 0.11), ("national", 0.03))
NOT_RECORDED = Equity(
    equity_mode=UNKNOWN,
    targeting=UNKNOWN,
    target_groups=(UNKNOWN,),
    core20plus5_area=UNKNOWN,
    stream=UNKNOWN,
    agency_demand=UNKNOWN,
    digital_dependency=UNKNOWN,
    incentive_or_target_driven=UNKNOWN,
    disaggregated_baseline=UNKNOWN,
    disaggregated_monitoring=UNKNOWN,
    patient_involvement=UNKNOWN,
    expected_gap_direction=UNKNOWN,
    classification_source=UNKNOWN,
)
NARROWING = Equity(
    equity_mode="targeted_disadvantaged_group",
    targeting="proportionate_universal",
    target_groups=("core20", "socioeconomic_status"),
    core20plus5_area="none",
    stream="midstream",
    agency_demand="low",
    digital_dependency="none",
    incentive_or_target_driven="no",
    disaggregated_baseline="yes",
    disaggregated_monitoring="yes",
    patient_involvement="partners",
    expected_gap_direction="narrow",
    classification_source="project_team",
)
WIDENING = Equity(
    equity_mode="none",
    targeting="universal",
    target_groups=("none",),
    core20plus5_area="none",
    stream="downstream",
    agency_demand="high",
    digital_dependency="required",
    incentive_or_target_driven="yes",
    disaggregated_baseline="no",
    disaggregated_monitoring="no",
    patient_involvement="none",
    expected_gap_direction="not_considered",
    classification_source="register_owner",
)
NEUTRAL = Equity(
    equity_mode="equity_lens_in_existing_qi",
    targeting="universal",
    target_groups=("none",),
    core20plus5_area="none",
    stream="downstream",
    agency_demand="medium",
    digital_dependency="optional",
    incentive_or_target_driven="no",
    disaggregated_baseline="no",
    disaggregated_monitoring="no",
    patient_involvement="consulted",
    expected_gap_direction="neutral",
    classification_source="project_team",
)
EQUITY: dict[EffectKind, Equity] = {"narrows": NARROWING, "widens": WIDENING, "none": NEUTRAL}


def make_projects(
    seed: int, size: Size, providers: Sequence[Provider]
) -> tuple[tuple[Project, ...], tuple[PlantedEffect, ...]]:
    """Therapy projects, one to a trust, each with its planted effect, then projects on other topics without one."""
    rng = np.random.default_rng([seed, 4])
    first = date(size.years[0], 4, 1)
    lasting = [trust for trust in providers if trust.is_trust and not trust.closed_on and trust.opened_on < first]
    heirs = _merged_into(size, lasting)
    therapy = [trust for trust in lasting if trust.has_therapy and trust.code not in heirs]
    counts: dict[EffectKind, int] = {"narrows": size.narrowing, "widens": size.widening, "none": size.without_effect}
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    order = rng.permutation(len(therapy))[: len(kinds)]
    projects: list[Project] = []
    effects: list[PlantedEffect] = []
    for kind, at in zip(kinds, order, strict=True):
        ref = f"SYNTHETIC-QI-{len(projects) + 1:03}"
        year = int(rng.choice(size.years[len(size.years) // 2 : -1]))
        project = _therapy_project(rng, ref, therapy[int(at)], kind, date(year, 4, 1))
        projects.append(project)
        effects.append(_effect(project, kind))
    while len(projects) < size.projects:
        projects.append(_other_project(rng, f"SYNTHETIC-QI-{len(projects) + 1:03}", size, lasting))
    return tuple(projects), tuple(effects)


def _merged_into(size: Size, lasting: Sequence[Provider]) -> set[str]:
    """Codes of trusts that take over another: their series has a break, so no effect is planted there."""
    return {[trust for trust in lasting if trust.kind == kind][index].code for kind, index, _ in size.mergers}


def _effect(project: Project, kind: EffectKind) -> PlantedEffect:
    return PlantedEffect(
        organisation_code=project.sites[0].organisation_code,
        project_ref=project.ref,
        kind=kind,
        points=0.0 if kind == "none" else EFFECT_POINTS,
        deciles=EFFECT_DECILES[kind],
        starts_on=project.implemented_on,
    )


def _therapy_project(rng: np.random.Generator, ref: str, trust: Provider, kind: EffectKind, start: date) -> Project:
    """A project on recovery in one whole service, still going or ended after the last count."""
    baseline = round(float(rng.normal(48, 3)), 1)
    share = round(float(rng.uniform(0.75, 1.0)), 2)
    site = ProjectSite(trust.code, "lead", None, None, None, share, "estimated")
    measure = ProjectMeasure("therapy_recovery", "outcome", "higher", baseline, baseline + 4, True)
    return Project(
        ref=ref,
        title=f"SYNTHETIC {THERAPY_TITLES[kind]}",
        activity_type="qi_project",
        status=_one_of(rng, (("active", 0.4), ("sustaining", 0.6))),
        method=_one_of(rng, METHODS),
        scope="organisation",
        setting="mental_health",
        specialty="psychology",
        topic=THERAPY_TOPIC,
        registered_on=start - timedelta(days=int(rng.integers(60, 300))),
        implemented_on=start,
        implemented_precision="day",
        ended_on=None,
        ended_precision="unknown",
        end_date_basis="open",
        self_reported_result=_one_of(rng, RESULTS),
        equity=NOT_RECORDED if rng.random() < 0.1 else EQUITY[kind],
        sites=(site,),
        measures=(measure,),
    )


def _other_project(rng: np.random.Generator, ref: str, size: Size, lasting: Sequence[Provider]) -> Project:
    """A project on another topic, small or wide, without an effect on therapy."""
    topic, setting, specialty, outcome, title = OTHER_TOPICS[int(rng.integers(len(OTHER_TOPICS)))]
    able = [trust for trust in lasting if trust.has_emergency] if setting in ("acute", "maternity") else list(lasting)
    first = size.months[0]
    start = first + timedelta(days=int(rng.integers(30, 30 * (len(size.months) - 2))))
    end = start + timedelta(days=int(rng.integers(120, 540)))
    ended = end if end < size.months[-1] and rng.random() < 0.8 else None
    scope = _one_of(rng, SCOPES)
    count = min(len(able), int(rng.integers(2, 5))) if scope in ("system_icb", "national") else 1
    chosen = [able[int(at)] for at in rng.permutation(len(able))[:count]]
    measures = (_other_measure(rng, outcome),) if outcome else ()
    status = _one_of(rng, (("completed", 0.7), ("sustaining", 0.2), ("abandoned", 0.1))) if ended else "active"
    kinds: tuple[EffectKind, ...] = ("narrows", "widens", "none")
    return Project(
        ref=ref,
        title=f"SYNTHETIC {title}",
        activity_type=_one_of(rng, (("qi_project", 0.8), ("clinical_audit", 0.12), ("service_evaluation", 0.08))),
        status=status,
        method=_one_of(rng, METHODS),
        scope=scope,
        setting=setting,
        specialty=specialty,
        topic=topic,
        registered_on=start - timedelta(days=int(rng.integers(14, 200))),
        implemented_on=start,
        implemented_precision="day",
        ended_on=ended,
        ended_precision="day" if ended else "unknown",
        end_date_basis="actual" if ended else "open",
        self_reported_result=_one_of(rng, RESULTS) if ended else "not_yet_known",
        equity=NOT_RECORDED if rng.random() < 0.4 else EQUITY[kinds[int(rng.integers(3))]],
        sites=tuple(_site(rng, trust, index, start, scope) for index, trust in enumerate(chosen)),
        measures=measures,
    )


def _other_measure(rng: np.random.Generator, outcome: Outcome) -> ProjectMeasure:
    """The world's outcome as the project's primary measure."""
    undirected = outcome in ("births", "child_attendances", "learning_disability")
    if undirected:
        return ProjectMeasure(outcome, "outcome", "none", None, None, True)
    baseline = round(float(rng.uniform(50, 70)), 1)
    return ProjectMeasure(outcome, "outcome", "higher", baseline, baseline + 10, True)


def _site(rng: np.random.Generator, trust: Provider, index: int, start: date, scope: str) -> ProjectSite:
    """A site of a project; a ward reaches a small share, one site in five has none recorded."""
    role: Role = "lead" if index == 0 else ("participant" if index == 1 else "spread")
    joined = start + timedelta(days=90 * index) if index else None
    if rng.random() < 0.2:
        return ProjectSite(trust.code, role, joined, None, None, None, "unknown")
    share = rng.uniform(0.01, 0.08) if scope == "ward_team" else rng.uniform(0.1, 0.9)
    people = int(share * 20_000 * trust.size)
    return ProjectSite(trust.code, role, joined, None, people, round(float(share), 3), "counted")


def _one_of(rng: np.random.Generator, shares: Sequence[tuple[str, float]]) -> str:
    """One of the words, drawn with its share."""
    weights = np.array([share for _, share in shares])
    return shares[int(rng.choice(len(shares), p=weights / weights.sum()))][0]
