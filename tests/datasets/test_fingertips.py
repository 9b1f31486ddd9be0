"""The parser of Fingertips downloads."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.fingertips.parse import parse, period_of, status_of
from orchestration.datasets.fingertips.synthesise import synthesise
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
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


@pytest.mark.parametrize(
    ("name", "entity", "read", "loaded", "suppressed"),
    [
        ("ed_under5.csv", "indicators", 7610, 7610, 1),
        ("ld_qof_prev.csv", "indicators", 464, 295, 0),
        ("indicators-CountyUA.data.csv", "indicators", 852, 852, 0),
        ("IMD_raw.csv", "practice_deprivation", 23080, 23080, 0),
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
    file = next(file for file in synthesise(world) if "93930" in file.name)
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
