"""The parser of Fingertips downloads."""

import json
from datetime import date
from pathlib import Path

import pytest
from support_acquisition import QUICK

from orchestration.acquisition.archive import Archive
from orchestration.acquisition.collect import CollectResult, from_publisher
from orchestration.acquisition.fetch import Client
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.fingertips.discover import addresses, available_data, download
from orchestration.datasets.fingertips.parse import Breakdown, breakdown_of, parse, period_of, status_of
from orchestration.datasets.fingertips.synthesise import synthesise, synthesise_lists
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset, SourceUnavailable
from orchestration.simulation.publisher import Publisher
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

HEADER = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,Category,"
    "Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Lower CI 99.8 limit,Upper CI 99.8 limit,Count,"
    "Denominator,"
    "Value note,Recent Trend,Compared to England value or percentiles,{request},Time period Sortable,New data,"
    "Compared to goal,Time period range"
)


def row(
    area: str = "Z99001",
    value: str = "500",
    count: str = "15",
    note: str = "",
    period: str = "2021/22",
    parent: str = "",
) -> str:
    return (
        f'1,"Indicator\n",{parent},"Network\r\n",{area},Area,GPs,Persons,0-4 yrs,,,'
        f"{period},{value},,,,,{count},30,{note},,"
        f"{'Similar' if parent else 'Not compared'},Not compared,20210000,,,1y"
    )


def source(path: Path, *rows: str, request: str = "Compared to percentiles") -> SourceFile:
    path.write_text("\n".join((HEADER.format(request=request), *rows)) + "\n", encoding="utf-8", newline="")
    return SourceFile(path, path.name)


def validated(source_file: SourceFile, entity: str = "indicators") -> Validated:
    return validate(dataset_spec("fingertips").entity(entity), parse(source_file).tables[entity])


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2019/20", (date(2019, 4, 1), date(2020, 3, 31), "financial_year")),
        ("2015", (date(2015, 1, 1), date(2015, 12, 31), "calendar_year")),
        ("2001 - 03", (date(2001, 1, 1), date(2003, 12, 31), "rolling")),
        ("1999 - 01", (date(1999, 1, 1), date(2001, 12, 31), "rolling")),
        ("2016/17 - 20/21", (date(2016, 4, 1), date(2021, 3, 31), "rolling")),
        ("2001 - 2003", (date(2001, 1, 1), date(2003, 12, 31), "rolling")),
        ("2019/20 Q1", (date(2019, 4, 1), date(2019, 6, 30), "quarter")),
        ("2019/20 Q4", (date(2020, 1, 1), date(2020, 3, 31), "quarter")),
        ("2019 Q3", (date(2019, 7, 1), date(2019, 9, 30), "quarter")),
        ("Feb 2020", (date(2020, 2, 1), date(2020, 2, 29), "month")),
        ("Aug 2019 - Jul 2020", (date(2019, 8, 1), date(2020, 7, 31), "rolling")),
        ("Aug 2020 - Jul 2019", None),
        ("2019/21", None),
        ("Q3 2019", None),
    ],
)
def test_a_period_is_read_with_its_kind(text: str, period: tuple[date, date, str] | None) -> None:
    assert period_of(text) == period


@pytest.mark.parametrize(
    ("value", "note", "status"),
    [
        ("0", "", "value"),
        ("", "Value suppressed for disclosure control reasons", "suppressed"),
        ("", "Value missing in source data", "missing_at_source"),
        ("", "Value suppressed due to incompleteness of source data", "missing_at_source"),
        ("", "Value not published for data quality reasons", "missing_at_source"),
        ("", "Value cannot be calculated as number of cases is too small", "not_applicable"),
        ("", "Value for Hackney and City of London combined", "combined_elsewhere"),
        ("12.5", "Value for Hackney and City of London combined", "value"),
        ("", "Something nobody has seen", None),
    ],
)
def test_a_missing_value_has_the_status_that_its_note_names(value: str, note: str, status: str | None) -> None:
    assert status_of(value, note) == status


@pytest.mark.parametrize("request_name", ["Compared to percentiles", "Column not used", "Value"])
def test_the_column_named_by_the_request_is_never_read(tmp_path: Path, request_name: str) -> None:
    rows = validated(source(tmp_path / "a.csv", row(), request=request_name)).frame
    assert rows[["value", "count", "denominator"]].to_numpy().tolist() == [[500.0, 15.0, 30.0]]


@pytest.mark.parametrize(
    ("category_type", "category", "breakdown"),
    [
        ("", "", Breakdown()),
        (
            "County & UA deprivation deciles in England (IMD2019, 4/21 geography)",
            "Third more deprived decile (IMD2019)",
            Breakdown("deprivation", "2019", "county_ua", "4_21", 3),
        ),
        (
            "District & UA deprivation deciles in England (IMD2019, 4/19 and 4/20 geog.)",
            "Most deprived decile",
            Breakdown("deprivation", "2019", "district_ua", "4_19_and_4_20", 1),
        ),
        (
            "County & UA deprivation deciles in England (IMD2015, pre 4/19 geog.)",
            "Least deprived decile (IMD2015)",
            Breakdown("deprivation", "2015", "county_ua", "pre_4_19", 10),
        ),
        (
            "County & UA deprivation deciles in England (IMD2010)",
            "Second least deprived decile",
            Breakdown("deprivation", "2010", "county_ua", None, 9),
        ),
        (
            "CCG deprivation deciles in England (IMD2019, 2021 CCGs)",
            "Fifth less deprived decile",
            Breakdown("deprivation", "2019", "ccg", "2021", 6),
        ),
        (
            "LSOA11 deprivation deciles within area (IMD trend)",
            "Fifth more deprived decile",
            Breakdown("deprivation", "trend", "lsoa2011_within_area", None, 5),
        ),
        (
            "Clinical Commissioning Groups deprivation deciles: 2021 geography (Index of Multiple Deprivation 2019)",
            "Fourth more deprived decile",
            Breakdown("deprivation", "2019", "clinical_commissioning_groups", "2021", 4),
        ),
        ("Ethnic groups", "White British", Breakdown("ethnicity")),
        ("Working status", "Inactive", Breakdown("other")),
    ],
)
def test_a_category_type_says_which_index_ranked_which_areas(
    category_type: str, category: str, breakdown: Breakdown
) -> None:
    assert breakdown_of(category_type, category) == breakdown


def test_words_for_deciles_that_nobody_knows_are_quarantined(tmp_path: Path) -> None:
    cells = "E92000001,England,England,Persons,All ages,CCG deprivation deciles in England (IMD2019),Some decile"
    unknown = f"1,Indicator,,,{cells},2021/22,5,,,,,1,20,,,,,20210000,,,1y"
    result = validated(source(tmp_path / "a.csv", row(), unknown))
    assert (len(result.frame), result.quarantined[0].rule) == (1, "a_row_by_deprivation_has_a_decile")


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.replace(" ", ""),
        lambda header: header.replace(" ", "."),
        lambda header: header.replace("Lower CI 95.0 limit", "Lower CI limit"),
    ],
)
def test_headings_are_known_without_their_blanks_and_under_older_names(tmp_path: Path, change: object) -> None:
    assert callable(change)
    path = tmp_path / "a.csv"
    header = change(HEADER.format(request="Value"))
    path.write_text(f"{header}\n{row()}\n", encoding="utf-8", newline="")
    rows = validated(SourceFile(path, path.name)).frame
    assert rows[["value", "count", "denominator"]].to_numpy().tolist() == [[500.0, 15.0, 30.0]]


@pytest.mark.parametrize(("drop", "layout"), [(1, "wide_26"), (2, "wide_by_name")])
def test_narrower_downloads_and_records_without_their_last_field_are_read(
    tmp_path: Path, drop: int, layout: str
) -> None:
    path = tmp_path / "a.csv"
    header = HEADER.format(request="Compared to Region value or percentiles").rsplit(",", drop)[0]
    for short in (0, 1):
        path.write_text(f"{header}\n{row().rsplit(',', drop + short)[0]}\n", encoding="utf-8", newline="")
        parsed = parse(SourceFile(path, path.name))
        assert (parsed.layout, len(parsed.tables["indicators"].frame)) == (layout, 1)


def test_a_new_indicator_in_a_new_year_loads_under_a_name_nobody_has_seen(tmp_path: Path) -> None:
    path = tmp_path / "download (3).csv"
    text = "\n".join((HEADER.format(request="Column not used"), row(period="2031/32"))) + "\n"
    path.write_text(text.replace('1,"Indicator\n"', "99999,A new indicator"), encoding="utf-8", newline="")
    parsed = parse(SourceFile(path, path.name))
    assert (parsed.period_label, parsed.period_end) == ("indicator 99999", date(2032, 3, 31))
    assert len(validated(SourceFile(path, path.name)).frame) == 1


def test_a_header_without_a_row_is_an_answer_to_a_wrong_question(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER.format(request="x") + "\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="Ask for another area type"):
        parse(SourceFile(path, path.name))


def test_england_emitted_under_two_parents_is_one_row(tmp_path: Path) -> None:
    result = validated(source(tmp_path / "a.csv", row("E92000001"), row("E92000001", parent="E92000001")))
    assert (result.read, len(result.frame), dict(result.ignored)) == (2, 1, {"exact_duplicate": 1})


def test_england_emitted_twice_with_different_values_is_quarantined(tmp_path: Path) -> None:
    result = validated(source(tmp_path / "a.csv", row("E92000001"), row("E92000001", parent="E92000001", count="20")))
    assert (len(result.frame), result.quarantined_rows) == (0, 2)


def test_line_breaks_inside_names_do_not_split_records(tmp_path: Path) -> None:
    rows = validated(source(tmp_path / "a.csv", row(), row("Z99002"))).frame
    assert rows["indicator_name"].tolist() == ["Indicator", "Indicator"]


def test_a_suppressed_practice_is_null_with_a_status(tmp_path: Path) -> None:
    hidden = row(value="", count="", note="Value suppressed for disclosure control reasons")
    rows = validated(source(tmp_path / "a.csv", hidden)).frame
    assert rows["value_status"].tolist() == ["suppressed"]
    assert rows[["value", "count"]].isna().all(axis=None)


def test_an_unknown_note_without_a_value_is_quarantined(tmp_path: Path) -> None:
    result = validated(source(tmp_path / "a.csv", row(), row("Z99002", value="", count="", note="Nobody knows")))
    assert (result.read, len(result.frame), result.quarantined[0].rule) == (2, 1, "value_note_unknown")


def test_a_file_without_a_readable_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no row has a period"):
        parse(source(tmp_path / "a.csv", row(period="whenever")))


def test_another_table_is_not_of_this_dataset(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Org Code,Org name\nX,Y\n", encoding="utf-8")
    with pytest.raises(NotOfThisDataset):
        parse(SourceFile(path, path.name))


def described(path: Path, answer: object) -> SourceFile:
    path.write_text(answer if isinstance(answer, str) else json.dumps(answer), encoding="utf-8")
    return SourceFile(path, path.name)


def test_metadata_give_unit_kind_of_year_and_day_of_upload(tmp_path: Path) -> None:
    answer = {
        "200": {
            "IID": 200,
            "Descriptive": {"Name": "Prevalence", "DiscControl": "None"},
            "Unit": {"Label": "%", "Value": 100.0},
            "YearType": {"Id": 2, "Name": "Financial"},
            "ValueType": None,
            "DataChange": {"LastUploadedAt": "2025-11-04T09:30:00.12"},
        }
    }
    rows = validated(described(tmp_path / "a.json", answer), "metadata").frame
    assert rows.loc[0, ["indicator_id", "unit", "unit_value", "year_type"]].tolist() == [200, "%", 100.0, "Financial"]
    assert (rows.loc[0, "value_type"], rows.loc[0, "last_uploaded_on"].date()) == (None, date(2025, 11, 4))


def test_metadata_as_a_table_may_lack_all_but_number_and_name(tmp_path: Path) -> None:
    text = "Indicator ID,Indicator,Definition,Unit,Polarity,Unit\n200,Prevalence,x,%,RAG - Low is good,again\n"
    rows = validated(described(tmp_path / "a.csv", text), "metadata").frame
    assert rows.loc[0, ["unit", "polarity", "year_type"]].tolist() == ["%", "RAG - Low is good", None]


@pytest.mark.parametrize("day", ["2025-11-04T09:30:00", "04/11/2025 09:30:00"])
def test_the_last_upload_belongs_to_the_indicator_that_was_asked_for(tmp_path: Path, day: str) -> None:
    answer = described(tmp_path / "data_changes_indicator_id=200.json", {"LastUploadedAt": day})
    rows = validated(answer, "data_changes").frame
    assert rows[["indicator_id"]].to_numpy().tolist() == [[200]]
    assert rows.loc[0, "last_uploaded_on"].date() == date(2025, 11, 4)
    assert parse(answer).published_on == date(2025, 11, 4)


@pytest.mark.parametrize("answer", [{"Message": "An error has occurred."}, [], {}, '{"200": {', [{"AreaTypeId": 7}]])
def test_an_error_of_the_interface_is_refused_with_what_it_said(tmp_path: Path, answer: object) -> None:
    with pytest.raises(FileRefused, match=r"a\.json: (JSON with|the answer is cut short)"):
        parse(described(tmp_path / "a.json", answer))


def test_each_indicator_is_asked_for_at_the_smallest_area_that_is_published() -> None:
    listed = {"1": [7, 15, 204], "2": [7, 15], "3": [15, 502], "4": []}
    published = {available_data(key): [{"AreaTypeId": area} for area in areas] for key, areas in listed.items()}
    rule = dataset_spec("fingertips").discovery
    assert rule is not None
    asked = list(addresses(rule.model_copy(update={"items": tuple(listed)}), published.__getitem__))
    assert asked == [download("1", 7, 204), download("2", 7, 15), download("3", 502, 15)]


@pytest.mark.parametrize("answer", [{"Message": "An error has occurred."}, [1]])
def test_an_error_in_place_of_the_list_of_area_types_ends_the_visit(answer: object) -> None:
    rule = dataset_spec("fingertips").discovery
    assert rule is not None
    with pytest.raises(SourceUnavailable, match="expected a list of area types"):
        list(addresses(rule, lambda url: answer))


def visit(publisher: Publisher, folder: Path) -> CollectResult:
    with Client(publisher.root, pause=0, limits=QUICK) as client:
        spec = dataset_spec("fingertips")
        return from_publisher(client, Archive(folder / "archive"), spec, folder / "in", addresses)


def test_a_loopback_copy_of_the_interface_is_read_from_list_to_row(tmp_path: Path) -> None:
    world, spec = World.make(scale="small"), dataset_spec("fingertips")
    with Publisher((spec, file) for file in (*synthesise(world), *synthesise_lists(world))) as publisher:
        found = visit(publisher, tmp_path)
        publisher.fail(r"/available_data\?", "html", times=1)
        with pytest.raises(SourceUnavailable, match="no JSON but a web page"):
            visit(publisher, tmp_path)
        publisher.fail(r"/all_data/", "503")
        partly = visit(publisher, tmp_path)
    assert (found.warnings, len(found.arrivals)) == ((), 9)
    assert {arrival.origin for arrival in found.arrivals} == {"synthetic"}
    names = [arrival.name for arrival in found.arrivals]
    assert names[6] == (
        "SYNTHETIC-all_data-csv-by_indicator_id_indicator_ids=93930_child_area_type_id=7_parent_area_type_id=204.csv"
    )
    for arrival in found.arrivals:
        parsed = parse(SourceFile(arrival.path, arrival.name))
        for name, table in parsed.tables.items():
            result = validate(spec.entity(name), table)
            assert (result.quarantined, len(result.frame) > 0) == ((), True)
    assert len(partly.arrivals) == 6
    assert [text for text in partly.unavailable if "HTTP 503" in text] == list(partly.unavailable[:3])


@pytest.mark.parametrize(
    ("name", "entity", "read", "loaded", "suppressed"),
    [
        ("ed_under5.csv", "indicators", 7610, 7610, 1),
        ("ld_qof_prev.csv", "indicators", 464, 295, 0),
        ("indicators-CountyUA.data.csv", "indicators", 852, 852, 0),
        ("IMD_raw.csv", "practice_deprivation", 23080, 23080, 0),
        ("93881_icb.csv.sample", "indicators", 54, 47, 0),
    ],
)
def test_the_published_downloads_reconcile(
    real_data: Path, name: str, entity: str, read: int, loaded: int, suppressed: int
) -> None:
    result = validated(SourceFile(real_data / "fingertips" / name, name), entity)
    assert (result.read, len(result.frame), result.quarantined) == (read, loaded, ())
    if entity == "indicators":
        assert (result.frame["value_status"] == "suppressed").sum() == suppressed


def test_a_synthetic_practice_is_rounded_and_the_smallest_is_hidden_as_the_publisher_does(tmp_path: Path) -> None:
    world = World.make(scale="small")
    file = next(file for file in synthesise(world) if "indicator-93930" in file.name)
    path = tmp_path / file.name
    path.write_bytes(file.content)
    frame = validated(SourceFile(path, file.name)).frame
    practices = frame[(frame["area_type"] == "GPs") & (frame["period_start"] == "2022-04-01")]
    true = {row.practice_code: row.attendances for row in world.child_attendances() if row.year == 2022}
    assert (practices["value_status"] == "suppressed").sum() >= 1
    for code, count, status in practices[["area_code", "count", "value_status"]].itertuples(index=False):
        if status == "suppressed":
            assert count != count, "a hidden count is not a number"
        else:
            assert count % 5 == 0
            assert abs(count - true[code]) <= 2
