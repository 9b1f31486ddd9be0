"""Memberships of improvement programmes: the template, its rules, and the simulated memberships.

Belongs here: ``improvement_programmes``. Does not: first exposures (dbt).
"""

from pathlib import Path

from support_records import canonical_bytes, judged, judged_tables, parsed, rules, workbook_sheets

from orchestration.datasets.protocol import synthesiser_of
from orchestration.simulation.world import World

NAME = "improvement_programmes"
GOOD = {"organisation_code": "ZT001", "programme": "NHS IMPACT", "role": "Participant", "joined_on": "2023-04-01"}


def test_a_blank_precision_is_unknown_and_a_programme_may_have_no_cohort(tmp_path: Path) -> None:
    (row,) = judged(NAME, {"memberships": [GOOD]}, tmp_path, ["ZT001"])["memberships"].frame.to_dict("records")

    assert (row["programme"], row["role"], row["cohort"]) == ("nhs_impact", "participant", None)
    assert (row["joined_precision"], row["left_precision"]) == ("unknown", "unknown")


BROKEN = [
    ({"left_on": "2023-03-31"}, "left_before_joined"),
    ({"joined_on": "1900-01-01"}, "date_before_1990"),
    ({"programme": "best boards"}, "values"),
    ({"role": ""}, "missing"),
    ({"cohort": "Wave 2 of Jane"}, "pattern"),
    ({"organisation_code": "ZT999"}, "unknown_organisation"),
]


def test_memberships_that_break_a_rule_go_to_quarantine(tmp_path: Path) -> None:
    rows = [{**GOOD, "cohort": f"wave-{at}", **change} for at, (change, _) in enumerate(BROKEN)]
    result = judged(NAME, {"memberships": rows}, tmp_path, ["ZT001"])["memberships"]

    assert [(row, rule) for row, rule, _ in rules(result)] == [(at, rule) for at, (_, rule) in enumerate(BROKEN, 2)]


def test_two_cohorts_are_two_memberships_and_one_cohort_twice_is_a_conflict(tmp_path: Path) -> None:
    waves = [{**GOOD, "cohort": "wave-1"}, {**GOOD, "cohort": "wave-2"}, {**GOOD, "cohort": "wave-2", "joined_on": ""}]
    result = judged(NAME, {"memberships": waves}, tmp_path, ["ZT001"])["memberships"]

    assert list(result.frame["cohort"]) == ["wave-1"]
    assert {rule for _, rule, _ in rules(result)} == {"duplicate_key"}


def test_simulated_cohorts_join_a_year_apart_and_say_that_they_are_simulated(tmp_path: Path) -> None:
    world = World.make()
    (file,) = synthesiser_of(NAME)(world)
    said = parsed(NAME, canonical_bytes(NAME, workbook_sheets(NAME, file, tmp_path)), tmp_path)
    result = judged_tables(NAME, said, {trust.code for trust in world.trusts})["memberships"]
    joined = result.frame[result.frame["role"] == "participant"].groupby("cohort")["joined_on"].agg(["nunique", "min"])

    assert not result.quarantined
    assert list(joined["nunique"]) == [1, 1]
    assert (joined["min"]["wave-2"] - joined["min"]["wave-1"]).days in (365, 366)
    assert all(source.startswith("SYNTHETIC") for source in result.frame["source"])
