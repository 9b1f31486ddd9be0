"""Research impact: six domains, and an item on equity that belongs to one of them.

Belongs here: spec, canonical form and simulated file of ``research_impact``. Does not: the mart (dbt unit tests).
"""

from pathlib import Path

from support_record_rows import judged, parsed, rules, rules_by_row, template_rows

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.research_impact.synthesise import synthesise
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

EQUITY = {
    "study_ref": "STUDY-1", "organisation_code": "ZT001", "victor_domain": "health_benefit",
    "item": "equity_of_access_and_use_of_care", "evidence_level": "documented", "recorded_on": "2022-05-01",
}  # fmt: skip


def test_there_are_six_domains() -> None:
    domains = dataset_spec("research_impact").entity("impacts").column("victor_domain").values
    assert domains is not None
    assert len(domains) == 6


def test_the_item_on_equity_belongs_to_health_benefit_only(tmp_path: Path) -> None:
    domains = dataset_spec("research_impact").entity("impacts").column("victor_domain").values or ()
    rows = [{**EQUITY, "victor_domain": domain} for domain in domains]
    validated = judged(tmp_path, "research_impact", "impacts", *rows)
    assert validated.frame["victor_domain"].tolist() == ["health_benefit"]
    assert rules(validated) == {"equity_item_outside_health_benefit"}
    assert validated.quarantined_rows == 5


def test_a_blank_level_of_evidence_is_unknown_and_never_none(tmp_path: Path) -> None:
    silent = {name: value for name, value in EQUITY.items() if name != "evidence_level"}
    assert judged(tmp_path, "research_impact", "impacts", silent).frame["evidence_level"].tolist() == ["unknown"]


def test_a_row_that_cannot_be_read_goes_to_quarantine_by_its_rule(tmp_path: Path) -> None:
    faulty: list[tuple[dict[str, object], str]] = [
        ({"study_ref": "Jane Canary"}, "pattern"),
        ({"item": "Jane Canary"}, "pattern"),
        ({"victor_domain": "health"}, "values"),
        ({"recorded_on": "1900-01-01"}, "date_before_1990"),
        ({"organisation_code": "ZT999"}, "unknown_organisation"),
    ]
    broken = rules_by_row(tmp_path, "research_impact", "impacts", *[{**EQUITY, **change} for change, _ in faulty])
    for (change, rule), found in zip(faulty, broken, strict=True):
        assert rule in found, change


def test_simulated_impacts_load_whole(tmp_path: Path) -> None:
    world = World.make(scale="small")
    (file,) = synthesise(world)
    rows = template_rows(tmp_path, "research_impact", file)
    table = parsed(tmp_path, "research_impact", rows).tables["impacts"]
    codes = {"organisations": {trust.code for trust in world.trusts}}
    validated = validate(dataset_spec("research_impact").entity("impacts"), table, codes)
    assert validated.quarantined == ()
    assert validated.frame["victor_domain"].nunique() == 6
