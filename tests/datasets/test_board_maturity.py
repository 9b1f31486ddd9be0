"""Board maturity: which dimension is of which framework, what a rating needs, and that nothing is public by itself.

Belongs here: spec, canonical form and simulated file of ``board_maturity``. Does not: scores (dbt unit tests).
"""

import csv
from pathlib import Path

from support_record_rows import judged, parsed, rules, rules_by_row, template_rows

from orchestration.catalogue.registry import PACKAGE, dataset_spec
from orchestration.datasets.board_maturity.synthesise import synthesise
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

SEEDS = PACKAGE.parent / "dbt_project" / "seeds"
INDEX = {
    "organisation_code": "ZT001", "framework": "jones2017_index", "framework_version": "2017",
    "dimension": "qi_as_board_priority", "item_code": "1c", "rubric_text_id": "jones2017-1c", "rating": "high",
    "assessed_on": "2016-05-01",
}  # fmt: skip
SCORED = {
    **INDEX, "framework": "nhs_impact_5", "dimension": "people_and_culture", "item_code": "2", "rubric_text_id": None,
    "rating": None, "score": "3", "scale_min": "1", "scale_max": "4",
}  # fmt: skip


def listed() -> dict[str, list[str]]:
    """Dimensions by framework, as the seed has them."""
    lists: dict[str, list[str]] = {}
    with (SEEDS / "maturity_dimensions.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            lists.setdefault(row["framework"], []).append(row["dimension"])
    return lists


def of(framework: str, dimension: str) -> dict[str, object]:
    """An item of a dimension under a framework, with the item's number where the index wants it."""
    lists = listed()
    number = lists["jones2017_index"].index(dimension) + 1 if dimension in lists["jones2017_index"] else 1
    return {**INDEX, "framework": framework, "dimension": dimension, "item_code": str(number), "rubric_text_id": None}


def test_an_index_item_loads_with_its_rubric_and_is_neither_turned_round_nor_public(tmp_path: Path) -> None:
    validated = judged(tmp_path, "board_maturity", "assessments", INDEX)
    assert validated.quarantined == ()
    row = validated.frame.iloc[0]
    assert (row["rating"], row["rubric_text_id"]) == ("high", "jones2017-1c")
    assert row["assessor_type"] == row["evidence_type"] == row["assessed_precision"] == "unknown"
    assert validated.frame["is_public"].isna().all()


def test_both_lists_of_eight_differ_and_each_dimension_loads_under_its_own_framework_only(tmp_path: Path) -> None:
    lists = listed()
    assert [len(lists[name]) for name in ("jones2017_index", "quaser_guide_8_challenges", "nhs_impact_5")] == [8, 8, 5]
    every = [(framework, dimension) for framework in (*lists, "other") for own in lists.values() for dimension in own]
    validated = judged(tmp_path, "board_maturity", "assessments", *[of(*pair) for pair in every])
    loaded = set(zip(validated.frame["framework"], validated.frame["dimension"], strict=True))
    assert loaded == {(framework, dimension) for framework, own in lists.items() for dimension in own}
    refused = [fault for fault in validated.quarantined if fault.rule == "dimension_not_of_framework"]
    assert len(refused) == len(every) - len(loaded)


def test_every_known_dimension_and_the_numbered_ones_are_the_words_of_the_column() -> None:
    words = dataset_spec("board_maturity").entity("assessments").column("dimension").values
    known = {dimension for own in listed().values() for dimension in own}
    assert set(words or ()) == known | {f"dimension_{number}" for number in range(1, 13)}


def test_an_other_framework_has_numbered_dimensions(tmp_path: Path) -> None:
    row = {**INDEX, "framework": "other", "dimension": "dimension_3", "item_code": "3b", "rubric_text_id": None}
    assert judged(tmp_path, "board_maturity", "assessments", row).quarantined == ()


def test_a_row_that_cannot_be_read_goes_to_quarantine_by_its_rule(tmp_path: Path) -> None:
    faulty: list[tuple[dict[str, object], str]] = [
        ({"item_code": "2a"}, "item_not_of_dimension"),
        ({"rubric_text_id": None}, "rubric_text_missing"),
        ({"rating": None}, "rating_or_score"),
        ({"score": "2", "scale_min": "1", "scale_max": "3"}, "rating_or_score"),
        ({"rating": None, "score": "4", "scale_min": "1", "scale_max": "3"}, "score_outside_scale"),
        ({"rating": None, "score": "4"}, "score_outside_scale"),
        ({"rating": None, "score": "3", "scale_min": "3", "scale_max": "3"}, "score_outside_scale"),
        ({"assessed_on": "1900-01-01"}, "date_before_1990"),
        ({"assessed_on": None}, "missing"),
        ({"rating": "very high"}, "values"),
        ({"evidence_type": "board_papers;gossip"}, "values"),
        ({"framework_version": "second"}, "pattern"),
        ({"organisation_code": "ZT999"}, "unknown_organisation"),
    ]
    broken = rules_by_row(tmp_path, "board_maturity", "assessments", *[{**INDEX, **change} for change, _ in faulty])
    for (change, rule), found in zip(faulty, broken, strict=True):
        assert rule in found, change


def test_a_score_within_its_scale_loads(tmp_path: Path) -> None:
    assert judged(tmp_path, "board_maturity", "assessments", SCORED).quarantined == ()


def test_two_ratings_of_one_item_on_one_day_are_both_refused(tmp_path: Path) -> None:
    validated = judged(tmp_path, "board_maturity", "assessments", INDEX, {**INDEX, "rating": "low"})
    assert validated.frame.empty
    assert rules(validated) == {"duplicate_key"}


def test_items_that_the_publication_does_not_show_are_not_invented() -> None:
    with (SEEDS / "maturity_items.csv").open(encoding="utf-8", newline="") as stream:
        items = list(csv.DictReader(stream))
    assert {row["item_code"] for row in items} == {"1a", "1b", "1c", "1d", "1e", "2a", "2b"}
    assert [row["item_code"] for row in items if row["is_reverse_looking"] == "true"] == ["1c"]


def test_simulated_assessments_load_whole_and_none_is_public(tmp_path: Path) -> None:
    world = World.make(scale="small")
    (file,) = synthesise(world)
    rows = template_rows(tmp_path, "board_maturity", file)
    table = parsed(tmp_path, "board_maturity", rows).tables["assessments"]
    codes = {"organisations": {trust.code for trust in world.trusts}}
    validated = validate(dataset_spec("board_maturity").entity("assessments"), table, codes)
    assert validated.quarantined == ()
    assert set(validated.frame["framework"]) == {"jones2017_index", "quaser_guide_8_challenges", "nhs_impact_5"}
    assert not validated.frame["is_public"].any()
    assert file.name.startswith("SYNTHETIC-")
