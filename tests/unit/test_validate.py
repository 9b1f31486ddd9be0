"""Validation: text to types by spec, and everything else to quarantine with rule and row."""

import pandas as pd
import pytest

from orchestration.catalogue.models import Column, Entity, Rule, ValueStatus
from orchestration.datasets.protocol import Malformed, Table
from orchestration.validation.validate import validate

ENTITY = Entity(
    name="counts",
    grain="one row per organisation",
    key=("code",),
    columns=(
        Column(name="code", type="text", meaning="code", pattern="[A-Z]{3}", references="organisations"),
        Column(name="events", type="integer", meaning="events", minimum=0),
        Column(name="people", type="integer", meaning="people", minimum=0, maximum=100),
        Column(
            name="rate",
            type="number",
            meaning="rate",
            marks={"*": ValueStatus.SUPPRESSED, "NULL": ValueStatus.MISSING_AT_SOURCE},
        ),
        Column(name="day", type="date", meaning="day", nullable=True),
        Column(name="kind", type="text", meaning="kind", values=("a", "b")),
    ),
    rules=(Rule(name="events_within_people", sql="events <= people", why="no more events than people"),),
)
KNOWN = {"organisations": frozenset({"AAA", "BBB", "CCC"})}
GOOD = {"code": "AAA", "events": "1", "people": "10", "rate": "0.5", "day": "2024-02-29", "kind": "a"}


def table(*rows: dict[str, str | None], malformed: tuple[Malformed, ...] = ()) -> Table:
    frame = pd.DataFrame([{**GOOD, **row} for row in rows], dtype="object")
    frame["source_row"] = range(2, len(rows) + 2)
    return Table(frame, len(rows) + len(malformed) + 1, {"total_row": 1}, malformed)


@pytest.mark.parametrize(
    ("change", "rule", "column"),
    [
        ({"events": "-1"}, "minimum", "events"),
        ({"events": "1.5"}, "type:integer", "events"),
        ({"events": "one"}, "type:integer", "events"),
        ({"events": None}, "missing", "events"),
        ({"people": "101"}, "maximum", "people"),
        ({"events": "11"}, "events_within_people", ""),
        ({"code": "AAAA"}, "pattern", "code"),
        ({"code": "ZZZ"}, "unknown_organisation", "code"),
        ({"day": "29/02/2024"}, "type:date", "day"),
        ({"day": "2023-02-29"}, "type:date", "day"),
        ({"kind": "c"}, "values", "kind"),
        ({"rate": "nan"}, "type:number", "rate"),
        ({"rate": "<5"}, "type:number", "rate"),
    ],
)
def test_a_row_that_breaks_a_rule_goes_to_quarantine_with_rule_and_row(
    change: dict[str, str | None], rule: str, column: str
) -> None:
    result = validate(ENTITY, table({"code": "BBB"}, change), KNOWN)
    assert [(q.source_row, q.rule, q.column) for q in result.quarantined if q.rule == rule] == [(3, rule, column)]
    assert list(result.frame["code"]) == ["BBB"]
    assert result.read == len(result.frame) + result.quarantined_rows + sum(result.ignored.values())


def test_d05_a_null_mark_is_never_a_zero() -> None:
    result = validate(
        ENTITY, table({"rate": "*"}, {"code": "BBB", "rate": "NULL"}, {"code": "CCC", "rate": "0"}), KNOWN
    )
    assert result.frame["rate"].isna().tolist() == [True, True, False]
    assert result.frame["rate_status"].tolist() == ["suppressed", "missing_at_source", "value"]
    assert result.suppressed_cells == 1


def test_d03_exact_repeats_collapse_and_conflicting_keys_both_go_to_quarantine() -> None:
    repeated = validate(ENTITY, table({}, {}), KNOWN)
    assert len(repeated.frame) == 1
    assert repeated.ignored == {"total_row": 1, "exact_duplicate": 1}
    conflicting = validate(ENTITY, table({}, {"events": "2"}, {"code": "BBB"}), KNOWN)
    assert [(q.source_row, q.rule) for q in conflicting.quarantined] == [(2, "duplicate_key"), (3, "duplicate_key")]
    assert conflicting.frame["code"].tolist() == ["BBB"]
    assert conflicting.read == len(conflicting.frame) + conflicting.quarantined_rows + sum(conflicting.ignored.values())


def test_a_malformed_record_is_counted_and_quarantined() -> None:
    result = validate(ENTITY, table({}, malformed=(Malformed(9, "fields:3_not_6"),)), KNOWN)
    assert [(q.source_row, q.rule) for q in result.quarantined] == [(9, "fields:3_not_6")]
    assert result.read == 3


def test_quarantine_holds_no_value_only_its_hash() -> None:
    result = validate(ENTITY, table({"code": "SECRET"}), KNOWN)
    assert "SECRET" not in repr(result.quarantined)
    assert all(len(q.value_hash) in (0, 16) for q in result.quarantined)
