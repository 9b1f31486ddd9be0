"""Q community: numbers by place, never people; ideas without their teams.

Belongs here: spec, canonical form, simulated file of ``q_community``. Does not: hiding small numbers (dbt unit tests).
"""

import csv
from pathlib import Path

from support_record_rows import judged, parsed, rules, rules_by_row, template_rows

from orchestration.catalogue.registry import PACKAGE, dataset_spec
from orchestration.datasets.q_community.synthesise import synthesise
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

REGION = {"year": "2019", "region": "london", "members": "412", "counted_on": "2019-06-30"}
IDEA = {
    "idea_ref": "IDEA-1", "year": "2018", "organisation_code": "ZT001", "theme": "flow", "shortlisted": "yes",
    "funded": "no",
}  # fmt: skip


def test_members_of_a_region_and_of_an_organisation_load(tmp_path: Path) -> None:
    trust = {"year": "2019", "organisation_code": "ZT001", "members": "0"}
    validated = judged(tmp_path, "q_community", "members", REGION, trust)
    assert validated.quarantined == ()
    assert validated.frame["members"].tolist() == [412, 0]


def test_a_count_that_cannot_be_placed_goes_to_quarantine(tmp_path: Path) -> None:
    faulty: list[tuple[dict[str, object], str]] = [
        ({"organisation_code": "ZT001"}, "region_or_organisation"),
        ({"region": None}, "region_or_organisation"),
        ({"region": "narnia"}, "values"),
        ({"year": "2014"}, "minimum"),
        ({"counted_on": "2018-12-31"}, "counted_in_another_year"),
        ({"members": None}, "missing"),
        ({"members": "-1"}, "minimum"),
    ]
    broken = rules_by_row(tmp_path, "q_community", "members", *[{**REGION, **change} for change, _ in faulty])
    for (change, rule), found in zip(faulty, broken, strict=True):
        assert rule in found, change


def test_two_counts_of_one_place_and_year_are_both_refused(tmp_path: Path) -> None:
    validated = judged(tmp_path, "q_community", "members", REGION, {**REGION, "members": "9"})
    assert rules(validated) == {"duplicate_key"}


def test_silence_on_an_ideas_outcome_is_unknown_and_never_no(tmp_path: Path) -> None:
    silent = {name: value for name, value in IDEA.items() if name not in ("shortlisted", "funded")}
    frame = judged(tmp_path, "q_community", "exchange_ideas", silent).frame
    assert frame["shortlisted"].tolist() == frame["funded"].tolist() == ["unknown"]


def test_an_idea_that_cannot_be_read_goes_to_quarantine(tmp_path: Path) -> None:
    faulty: list[tuple[dict[str, object], str]] = [
        ({"theme": "Team Canary"}, "pattern"),
        ({"idea_ref": "Jane Canary"}, "pattern"),
        ({"funded": "maybe"}, "values"),
        ({"organisation_code": "ZT999"}, "unknown_organisation"),
    ]
    broken = rules_by_row(tmp_path, "q_community", "exchange_ideas", *[{**IDEA, **change} for change, _ in faulty])
    for (change, rule), found in zip(faulty, broken, strict=True):
        assert rule in found, change


def test_there_is_no_column_for_a_person_a_team_or_prose() -> None:
    for entity in dataset_spec("q_community").entities:
        for column in entity.columns:
            assert column.free_text is None
            assert not {"name", "team", "member", "email"} & set(column.name.split("_"))


def test_the_founding_cohort_is_quoted_with_its_source() -> None:
    path = PACKAGE.parent / "dbt_project" / "seeds" / "q_reference_members.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["area"], row["members"], row["counted_on"]) for row in rows] == [
        ("united_kingdom", "231", "2015-07-01"),
        ("west_midlands_ahsn", "10", "2015-07-01"),
    ]
    assert all(row["source"] for row in rows)


def test_simulated_members_and_ideas_load_whole_and_some_numbers_are_small(tmp_path: Path) -> None:
    world = World.make(scale="small")
    (file,) = synthesise(world)
    tables = parsed(tmp_path, "q_community", template_rows(tmp_path, "q_community", file)).tables
    codes = {"organisations": {trust.code for trust in world.trusts}}
    spec = dataset_spec("q_community")
    members, ideas = (validate(spec.entity(name), tables[name], codes) for name in ("members", "exchange_ideas"))
    assert members.quarantined == ideas.quarantined == ()
    assert members.frame["members"].between(1, 7).any()
    assert len(ideas.frame) == 12
