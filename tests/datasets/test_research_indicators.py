"""Research indicators: each version of the framework has its own questions, and nobody's silence is a no.

Belongs here: spec, canonical form and simulated file of ``research_indicators``. Does not: the mart (dbt unit tests).
"""

import csv
from pathlib import Path

from support_record_rows import judged, parsed, rules, rules_by_row, template_rows

from orchestration.catalogue.registry import PACKAGE, dataset_spec
from orchestration.datasets.research_indicators.synthesise import QUESTIONS, synthesise
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

ANSWER = {
    "organisation_code": "ZT001", "framework_version": "cqc_well_led_w8_2018",
    "indicator": "strategy_includes_research", "answer": "partly", "assessed_on": "2019-05-01",
}  # fmt: skip


def listed() -> dict[str, tuple[str, ...]]:
    """Questions by version, as the seed has them."""
    lists: dict[str, tuple[str, ...]] = {}
    path = PACKAGE.parent / "dbt_project" / "seeds" / "research_questions.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            version = row["framework_version"]
            lists[version] = (*lists.get(version, ()), row["indicator"])
    return lists


def test_the_questions_of_a_version_load_under_it_and_under_no_other(tmp_path: Path) -> None:
    lists = listed()
    assert lists == QUESTIONS
    pairs = [(version, question) for version in (*lists, "other") for own in lists.values() for question in own]
    answers = [{**ANSWER, "framework_version": version, "indicator": question} for version, question in pairs]
    validated = judged(tmp_path, "research_indicators", "answers", *answers)
    loaded = set(zip(validated.frame["framework_version"], validated.frame["indicator"], strict=True))
    assert loaded == {(version, question) for version, own in lists.items() for question in own}
    assert rules(validated) == {"indicator_not_of_framework"}


def test_a_blank_answer_is_unknown_and_never_no(tmp_path: Path) -> None:
    silent = {name: value for name, value in ANSWER.items() if name != "answer"}
    assert judged(tmp_path, "research_indicators", "answers", silent).frame["answer"].tolist() == ["unknown"]


def test_a_question_of_an_other_framework_is_numbered(tmp_path: Path) -> None:
    row = {**ANSWER, "framework_version": "other", "indicator": "indicator_2"}
    assert judged(tmp_path, "research_indicators", "answers", row).quarantined == ()


def test_a_row_that_cannot_be_read_goes_to_quarantine_by_its_rule(tmp_path: Path) -> None:
    faulty: list[tuple[dict[str, object], str]] = [
        ({"answer": "mostly"}, "values"),
        ({"framework_version": "cqc_2031"}, "values"),
        ({"assessed_on": "1900-01-01"}, "date_before_1990"),
        ({"organisation_code": "ZT999"}, "unknown_organisation"),
    ]
    broken = rules_by_row(tmp_path, "research_indicators", "answers", *[{**ANSWER, **change} for change, _ in faulty])
    for (change, rule), found in zip(faulty, broken, strict=True):
        assert rule in found, change


def test_evidence_is_prose_and_screened() -> None:
    assert dataset_spec("research_indicators").entity("answers").column("evidence").free_text == 200


def test_simulated_answers_load_whole(tmp_path: Path) -> None:
    world = World.make(scale="small")
    (file,) = synthesise(world)
    rows = template_rows(tmp_path, "research_indicators", file)
    table = parsed(tmp_path, "research_indicators", rows).tables["answers"]
    codes = {"organisations": {trust.code for trust in world.trusts}}
    validated = validate(dataset_spec("research_indicators").entity("answers"), table, codes)
    assert validated.quarantined == ()
    assert set(validated.frame["framework_version"]) == set(QUESTIONS)
