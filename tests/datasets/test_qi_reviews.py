"""Reviewers' decisions: aliases, duplicates and coders' words, their rules, and the simulated reviews.

Belongs here: ``qi_reviews``. Does not: using the decisions (qi_logs, dbt).
"""

import re
from pathlib import Path

import pytest
from support_records import canonical_bytes, judged, judged_tables, parsed, rules, workbook_sheets

from orchestration.catalogue.models import Column
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import synthesiser_of
from orchestration.simulation.world import World

NAME = "qi_reviews"
SPEC = dataset_spec(NAME)
ALIAS = {"alias": "St Elsewhere's", "organisation_code": "ZT001", "reviewed_on": "2024-05-01", "reviewer": "rev00001"}
PAIR = {
    "register_a": "trust-qi", "project_ref_a": "Q-1", "register_b": "audit", "project_ref_b": "A-7",
    "decision": "same", "reviewed_on": "2024-05-01", "reviewer": "rev00001",
}  # fmt: skip
CODE = {
    "register": "trust-qi", "project_ref": "Q-1", "field": "targeting", "value": "targeted", "coder": "coder01",
    "coded_on": "2024-05-01",
}  # fmt: skip
FIELDS = SPEC.entity("equity_classifications").column("field").values or ()


def words(column: Column) -> set[str]:
    return set(column.values or column.words or ())


def test_good_decisions_load_and_a_coders_words_are_read_in_any_spelling(tmp_path: Path) -> None:
    rows = {
        "organisation_aliases": [ALIAS],
        "duplicate_decisions": [PAIR],
        "equity_classifications": [CODE, {**CODE, "field": "Equity mode", "value": "QI within inequality programme"}],
    }
    found = judged(NAME, rows, tmp_path, ["ZT001"])

    assert {name: len(result.frame) for name, result in found.items()} == {
        "organisation_aliases": 1, "duplicate_decisions": 1, "equity_classifications": 2
    }  # fmt: skip
    assert "qi_within_inequality_programme" in set(found["equity_classifications"].frame["value"])


def test_a_reviewer_or_coder_is_never_named(tmp_path: Path) -> None:
    people = ["Jane Doe", "janedoe", "JD", "jane.doe1", "J4NEDOE1"]
    rows = {
        "organisation_aliases": [{**ALIAS, "alias": f"A {who}", "reviewer": who} for who in people],
        "duplicate_decisions": [{**PAIR, "project_ref_a": f"Q-{at}", "reviewer": w} for at, w in enumerate(people)],
        "equity_classifications": [{**CODE, "coder": who} for who in people],
    }
    for result in judged(NAME, rows, tmp_path, ["ZT001"]).values():
        assert [(row, rule) for row, rule, _ in rules(result)] == [(at, "pattern") for at in range(2, 2 + len(people))]


def test_one_alias_never_means_two_organisations_from_one_day(tmp_path: Path) -> None:
    rows = {"organisation_aliases": [ALIAS, {**ALIAS, "organisation_code": "ZT002"}, {**ALIAS, "alias": "Other"}]}
    result = judged(NAME, rows, tmp_path, ["ZT001", "ZT002"])["organisation_aliases"]

    assert [rule for _, rule, _ in rules(result)] == ["duplicate_key", "duplicate_key"]
    assert list(result.frame["alias"]) == ["Other"]


@pytest.mark.parametrize(
    ("entity", "row", "rule"),
    [
        ("organisation_aliases", {**ALIAS, "valid_from": "2024-01-01", "valid_to": "2023-01-01"},
         "valid_to_before_valid_from"),
        ("organisation_aliases", {**ALIAS, "organisation_code": "ZT999"}, "unknown_organisation"),
        ("duplicate_decisions", {**PAIR, "register_b": "trust-qi", "project_ref_b": "Q-1"}, "pair_of_one"),
        ("duplicate_decisions", {**PAIR, "decision": "maybe"}, "values"),
        ("equity_classifications", {**CODE, "value": "high"}, "value_is_not_of_the_field"),
        ("equity_classifications", {**CODE, "field": "title"}, "values"),
    ],
)  # fmt: skip
def test_a_decision_that_breaks_a_rule_goes_to_quarantine(
    entity: str, row: dict[str, str], rule: str, tmp_path: Path
) -> None:
    result = judged(NAME, {entity: [row]}, tmp_path, ["ZT001"])[entity]
    assert rule in {found for _, found, _ in rules(result)}
    assert result.frame.empty


def test_every_field_takes_the_words_that_projects_take_and_no_others(tmp_path: Path) -> None:
    projects = dataset_spec("qi_projects").entity("projects")
    every = sorted(words(SPEC.entity("equity_classifications").column("value")))
    rows = [{**CODE, "field": field, "value": word} for field in FIELDS for word in every]
    frame = judged(NAME, {"equity_classifications": rows}, tmp_path)["equity_classifications"].frame

    taken = {field: set(frame.loc[frame["field"] == field, "value"]) for field in FIELDS}
    assert taken == {field: words(projects.column(field)) for field in FIELDS}
    assert set(every) == set().union(*taken.values())


def test_two_simulated_coders_disagree_on_every_sixth_project_in_one_field_only(tmp_path: Path) -> None:
    world = World.make()
    (file,) = synthesiser_of(NAME)(world)
    said = parsed(NAME, canonical_bytes(NAME, workbook_sheets(NAME, file, tmp_path)), tmp_path)
    found = judged_tables(NAME, said, {trust.code for trust in world.trusts})
    codes = found["equity_classifications"].frame.pivot(
        index=["register", "project_ref"], columns=["field", "coder"], values="value"
    )

    assert all(not result.quarantined for result in found.values())
    assert len(codes) == 30
    one, other = sorted(set(found["equity_classifications"].frame["coder"]))
    assert (codes[("equity_mode", one)] != codes[("equity_mode", other)]).sum() == 5
    assert (codes[("targeting", one)] == codes[("targeting", other)]).all()
    assert all(re.fullmatch(r"coder[0-9a-f]{4}", coder) for coder in (one, other))
