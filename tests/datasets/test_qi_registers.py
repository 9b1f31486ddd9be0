"""Descriptions of QI registers: the template, its rules, and the simulated registers.

Belongs here: ``qi_registers``. Does not: the door (qi_logs) or the coverage that follows (dbt).
"""

from pathlib import Path

from support_records import canonical_bytes, filled, judged, parsed, rules, workbook_sheets

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import synthesiser_of
from orchestration.datasets.qi_registers.synthesise import covered
from orchestration.datasets.records import register_of
from orchestration.simulation.world import World

NAME = "qi_registers"
GOOD = {"register": "trust-qi", "organisation_code": "ZT001", "covers_from": "2021-04-01"}


def test_a_blank_cell_of_a_register_is_unknown_and_no_end_means_that_it_goes_on(tmp_path: Path) -> None:
    (row,) = judged(NAME, {"registers": [GOOD]}, tmp_path, ["ZT001"])["registers"].frame.to_dict("records")

    assert (row["clinical_topics"], row["expected_basis"]) == ("unknown", "unknown")
    assert row["covers_to"] != row["covers_to"]  # not a date
    assert row["expected_projects_per_year"] != row["expected_projects_per_year"]


BROKEN = [
    ({"covers_to": "2021-03-31"}, "covers_to_before_covers_from"),
    ({"covers_from": "1900-01-01"}, "date_before_1990"),
    ({"clinical_topics": "all; other"}, "all_topics_and_others"),
    ({"clinical_topics": "heart"}, "values"),
    ({"organisation_code": "ZT999"}, "unknown_organisation"),
    ({"register": ""}, "missing"),
    ({"staff_wte": "-1"}, "minimum"),
]


def test_rows_that_break_a_rule_go_to_quarantine_and_the_other_loads(tmp_path: Path) -> None:
    rows = [GOOD, *[{**GOOD, "register": f"r{at}", **change} for at, (change, _) in enumerate(BROKEN)]]
    result = judged(NAME, {"registers": rows}, tmp_path, ["ZT001"])["registers"]

    assert [(row, rule) for row, rule, _ in rules(result)] == [(at, rule) for at, (_, rule) in enumerate(BROKEN, 3)]
    assert list(result.frame["register"]) == ["trust-qi"]


def test_a_register_covers_an_organisation_in_several_spans(tmp_path: Path) -> None:
    rows = [{**GOOD, "covers_to": "2022-03-31"}, {**GOOD, "covers_from": "2023-04-01"}]
    assert len(judged(NAME, {"registers": rows}, tmp_path, ["ZT001"])["registers"].frame) == 2


def test_the_period_of_a_file_is_that_of_its_dates_whatever_their_columns_are_called(tmp_path: Path) -> None:
    rows = [{**GOOD, "covers_to": "2024-03-31", "received_on": "2024-05-01"}]
    said = parsed(NAME, canonical_bytes(NAME, filled(NAME, {"registers": rows})), tmp_path)

    assert (str(said.period_start), str(said.period_end)) == ("2021-04-01", "2024-05-01")


def test_topics_of_registers_are_those_of_projects() -> None:
    (topics,) = [c.words for c in dataset_spec(NAME).entity("registers").columns if c.name == "clinical_topics"]
    projects = dataset_spec("qi_projects").entity("projects").column("clinical_topic").values
    assert set(topics or ()) == {*(projects or ()), "all"}


def test_simulated_registers_are_those_of_the_simulated_logs_and_cover_silent_organisations(tmp_path: Path) -> None:
    world = World.make()
    (file,) = synthesiser_of(NAME)(world)
    sheets = workbook_sheets(NAME, file, tmp_path)
    trusts = {trust.code for trust in world.trusts}
    said = parsed(NAME, canonical_bytes(NAME, sheets), tmp_path)
    frame = said.tables["registers"].frame
    logs = {register_of(log.name) for log in synthesiser_of("qi_projects")(world)}
    logged = {site.organisation_code for project in world.projects for site in project.sites}

    assert set(frame["register"]) == logs
    assert logged <= set(frame["organisation_code"])
    assert set(frame["organisation_code"]) - logged, "an organisation without projects is covered"
    assert trusts - set(frame["organisation_code"]), "an organisation stands in no register"
    assert all(covered(world, log) for log in ("talking_therapies", "others"))
