"""The parser of CVDPREVENT answers, what is asked of the interface, and that nothing of it is published."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support_acquisition import QUICK

from orchestration.acquisition.archive import Archive
from orchestration.acquisition.collect import CollectResult, from_publisher
from orchestration.acquisition.fetch import Client
from orchestration.catalogue.registry import breaks, dataset_spec, measures
from orchestration.datasets.cvdprevent.discover import addresses, indicator_list, raw_data
from orchestration.datasets.cvdprevent.parse import level_of, parse, window_of
from orchestration.datasets.cvdprevent.synthesise import synthesise, synthesise_lists
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset, SourceUnavailable
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.refresh.intake import acquire
from orchestration.refresh.load import load_pending
from orchestration.refresh.outcomes import Outcome, RefreshRequest
from orchestration.simulation.publisher import Publisher
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

SMALL = "Value suppressed for disclosure control due to small count"


def row(**changes: object) -> dict[str, object]:
    return {
        "AreaCode": "E54999001", "AreaName": "A board (SYNTHETIC)", "CategoryAttribute": "Persons", "Denominator": 80.0,
        "Factor": None, "HighestPriorityNotificationType": None, "IndicatorCode": "CVDP999ZZ", "IndicatorName": "Long",
        "IndicatorShortName": "Short", "LowerConfidenceLimit": 40.1, "MetricCategoryName": "4",
        "MetricCategoryTypeName": "Deprivation quintile", "NotificationCount": 0, "Numerator": 40.0,
        "TimePeriodName": "To June 2031", "UpperConfidenceLimit": 60.2, "Value": 50.2, "ValueNote": None, **changes,
    }  # fmt: skip


def answer(path: Path, *rows: dict[str, object], key: str = "indicatorRawData") -> SourceFile:
    path.write_text(json.dumps({"copyright": "x", key: list(rows)}), encoding="utf-8")
    return SourceFile(path, path.name)


def validated(source: SourceFile, entity: str = "outcomes") -> Validated:
    return validate(dataset_spec("cvdprevent").entity(entity), parse(source).tables[entity])


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("To March 2026", (date(2025, 4, 1), date(2026, 3, 31))),
        ("To December 2023", (date(2023, 1, 1), date(2023, 12, 31))),
        ("To February 2024", (date(2023, 3, 1), date(2024, 2, 29))),
        ("Jan 2023 - Dec 2023", (date(2023, 1, 1), date(2023, 12, 31))),
        ("Apr 2022 - Mar 2023", (date(2022, 4, 1), date(2023, 3, 31))),
        ("Mar 2023 - Apr 2022", None),
        ("2023/24", None),
        ("To Smarch 2024", None),
    ],
)
def test_a_window_is_the_twelve_months_to_its_end(text: str, window: tuple[date, date] | None) -> None:
    assert window_of(text) == window


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("E92000001", "england"), ("E40000003", "region"), ("E54000040", "icb"), ("E38000247", "sub_icb"),
        ("U00070", "pcn"), ("A81001", "practice"), ("W06000015", ""), ("RXX", ""),
    ],
)  # fmt: skip
def test_a_code_says_the_level_of_its_area(code: str, level: str) -> None:
    assert level_of(code) == level


def test_a_new_indicator_in_a_new_quarter_loads_under_a_name_nobody_has_seen(tmp_path: Path) -> None:
    source = answer(tmp_path / "indicator-41-rawDataJSON_timePeriodID=52.json", row())
    parsed, rows = parse(source), validated(source).frame
    assert (parsed.layout, parsed.period_label) == ("raw_data_json", "CVDP999ZZ, icb, To June 2031")
    assert rows[["numerator", "denominator", "value"]].to_numpy().tolist() == [[40.0, 80.0, 50.2]]
    assert rows.loc[0, "area_level"] == "icb"


def test_a_small_count_is_suppressed_and_never_a_zero(tmp_path: Path) -> None:
    empty = dict.fromkeys(("Numerator", "Denominator", "Value", "LowerConfidenceLimit", "UpperConfidenceLimit"))
    rows = validated(answer(tmp_path / "a.json", row(**empty, ValueNote=SMALL))).frame
    assert rows.loc[0, "value_status"] == "suppressed"
    assert rows[["numerator", "denominator", "value"]].isna().all(axis=None)


def test_an_age_standardised_row_has_a_value_without_counts(tmp_path: Path) -> None:
    kind = {"MetricCategoryTypeName": "Sex - Age Standardised", "MetricCategoryName": "Persons"}
    result = validated(answer(tmp_path / "a.json", row(), row(**kind, Numerator=None, Denominator=None)))
    assert (len(result.frame), result.quarantined) == (2, ())


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"TimePeriodName": "some day"}, "time_period_unreadable"),
        ({"Value": None, "ValueNote": "Nobody knows"}, "value_note_unknown"),
        ({"AreaCode": "RXX99"}, "missing"),
        ({"Numerator": None}, "both_counts_or_none"),
        ({"Numerator": 95.0}, "no_more_than_the_whole"),
        ({"Value": 99.0}, "limits_hold_the_value"),
        ({"CategoryAttribute": "Everyone"}, "values"),
    ],
)
def test_a_row_that_cannot_be_right_is_quarantined_with_its_rule(
    tmp_path: Path, change: dict[str, object], rule: str
) -> None:
    result = validated(answer(tmp_path / "a.json", row(), row(**{"MetricCategoryName": "5", **change})))
    assert (result.read, len(result.frame)) == (2, 1)
    assert rule in {fault.rule for fault in result.quarantined}


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ('{"message": "Internal Server Error"}', FileRefused, "JSON without 'indicatorRawData'"),
        ('{"indicatorRawData": []}', FileRefused, "no row; that is how the publisher answers"),
        ('{"indicatorRawData": [', FileRefused, "cut short or no JSON"),
        ("a,b\n1,2\n", NotOfThisDataset, "no raw data of CVDPREVENT"),
    ],
)
def test_an_answer_that_is_no_data_is_refused_with_what_it_says(
    tmp_path: Path, content: str, error: type[FileRefused], message: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message):
        parse(SourceFile(path, path.name))


def test_what_is_available_is_a_table_of_its_own_and_may_be_empty(tmp_path: Path) -> None:
    known = {"IndicatorShortName": "Short", "SystemLevelName": "Practice", "MetricCategoryTypeID": 4}
    listed = {**known, "IsAvailable": "N", "DataAvailabilityName": "not collected"}
    assert len(validated(answer(tmp_path / "a.json", listed, key="DataAvailability"), "availability").frame) == 1
    nothing = answer(tmp_path / "b.json", key="DataAvailability")
    assert (validated(nothing, "availability").read, parse(nothing).notes != ()) == (0, True)


def reader(answers: dict[str, object]) -> Callable[[str], object]:
    return lambda url: answers.get(url, {"indicatorList": []})


def test_periods_are_asked_for_by_their_end_and_indicators_by_their_code() -> None:
    spec = dataset_spec("cvdprevent").discovery
    assert spec is not None
    periods = [
        {"TimePeriodID": 17, "EndDate": "Tue, 31 Dec 2024 00:00:00 GMT", "IndicatorTypeName": "Standard"},
        {"TimePeriodID": 16, "EndDate": "Sun, 31 Dec 2023 00:00:00 GMT", "IndicatorTypeName": "Outcomes"},
        {"TimePeriodID": 9, "EndDate": "Mon, 31 Mar 2025 00:00:00 GMT", "IndicatorTypeName": "Standard"},
    ]
    wanted = {
        "indicatorList": [
            {"IndicatorID": 3, "IndicatorCode": "CVDP001AF"},
            {"IndicatorID": 27, "IndicatorCode": "CVDP007HYP"},
        ]
    }
    answers: dict[str, object] = {"https://api.cvdprevent.nhs.uk/timePeriod": {"timePeriodList": periods}}
    answers |= {indicator_list(number, 7): wanted for number in (9, 16, 17)}
    assert list(addresses(spec, reader(answers))) == [raw_data(27, 9, 7), raw_data(27, 17, 7)]


@pytest.mark.parametrize("said", [{"message": "no"}, [1], {"timePeriodList": [{"EndDate": "soon"}]}])
def test_an_error_in_place_of_a_list_ends_the_visit(said: Any) -> None:
    spec = dataset_spec("cvdprevent").discovery
    assert spec is not None
    with pytest.raises(SourceUnavailable):
        list(addresses(spec, reader({"https://api.cvdprevent.nhs.uk/timePeriod": said})))


def visit(publisher: Publisher, folder: Path) -> CollectResult:
    with Client(publisher.root, pause=0, limits=QUICK) as client:
        spec = dataset_spec("cvdprevent")
        return from_publisher(client, Archive(folder / "archive"), spec, folder / "in", addresses)


def test_a_loopback_copy_of_the_interface_is_read_from_list_to_row(tmp_path: Path) -> None:
    world, spec = World.make(scale="small"), dataset_spec("cvdprevent")
    with Publisher((spec, file) for file in (*synthesise(world), *synthesise_lists(world))) as publisher:
        found = visit(publisher, tmp_path)
        publisher.fail("/indicator/list", "html")
        with pytest.raises(SourceUnavailable, match="no JSON but a web page"):
            visit(publisher, tmp_path)
    assert [arrival.name for arrival in found.arrivals] == [
        f"SYNTHETIC-indicator-27-rawDataJSON_timePeriodID={period}_systemLevelID={level}.json"
        for period in (12, 41)
        for level in (1, 7)
    ]
    for arrival in found.arrivals:
        result = validated(SourceFile(arrival.path, arrival.name))
        assert (result.quarantined, len(result.frame)) == ((), result.read)


def test_synthetic_answers_hide_small_counts_and_both_shapes_say_the_same(tmp_path: Path) -> None:
    read = {}
    for file in synthesise(World.make(scale="small")):
        assert b"(SYNTHETIC)" in file.content
        path = tmp_path / file.name
        path.write_bytes(file.content)
        result = validated(SourceFile(path, file.name))
        assert (result.quarantined, len(result.frame)) == ((), result.read)
        read[file.name] = result.frame.drop(columns="source_row")
    *_, objects, table = read.values()
    assert objects.equals(table)
    assert (table["value_status"] == "suppressed").any()


def test_nothing_of_the_dataset_may_be_published_and_no_mart_names_its_measure(tmp_path: Path) -> None:
    import duckdb

    home = Home(tmp_path / "home").create(synthetic=True)
    offered = tmp_path / "offered" / "cvdprevent"
    offered.mkdir(parents=True)
    for file in synthesise(World.make(scale="small")):
        (offered / file.name).write_bytes(file.content)
    lake = Lake(home.lake)
    lake.prepare()
    acquire(home, RefreshRequest(offered.parent, ("cvdprevent",)))
    assert {item.outcome for item in load_pending(home, "cvdprevent")} == {Outcome.LOADED}
    lake.write_platform(synthetic=True)
    with duckdb.connect() as con:
        releases = con.execute(
            f"select is_publishable, not_published_because from '{home.lake}/platform/releases.parquet'"
        ).fetchall()
        named = con.execute(f"select measure_id from '{home.lake}/platform/measures.parquet'").fetchall()
    reason = dataset_spec("cvdprevent").not_published_because
    assert releases == [(False, reason)] * 5
    assert {name for (name,) in named} == {m.measure_id for m in measures().values() if m.dataset != "cvdprevent"}
    assert breaks()["cvdprevent_notified_march_2026"].measure_ids == ("cvdprevent_hypertension_treated",)


@pytest.mark.parametrize(
    ("name", "entity", "rows", "suppressed"),
    [
        ("CVDP007HYP_england.csv", "outcomes", 31, 0),
        ("CVDP007HYP_icb.csv.sample", "outcomes", 39, 0),
        ("CVDP006HYP_icb.csv.sample", "outcomes", 36, 5),
        ("dataAvailability.json", "availability", 0, 0),
    ],
)
def test_the_files_at_hand_reconcile(real_data: Path, name: str, entity: str, rows: int, suppressed: int) -> None:
    result = validated(SourceFile(real_data / "cvdprevent" / name, name), entity)
    assert (result.read, len(result.frame), result.quarantined) == (rows, rows, ())
    if entity == "outcomes":
        assert (result.frame["value_status"] == "suppressed").sum() == suppressed
        assert set(result.frame["period_end"].dt.date) == {date(2026, 3, 31)}
