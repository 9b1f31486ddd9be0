"""The Adult Social Care Outcomes Framework: both layouts, marks, two values in a cell, years, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support_datasets import reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.ascof.parse import parse
from orchestration.datasets.ascof.synthesise import synthesise
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.writing import Cell, ods
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

AREA: list[Cell] = ["Local authority code", "Local authority", "ONS area code"]
ENGLAND: list[Cell] = ["England", "England", "E92000001"]
COUNCIL: list[Cell] = [102, "COUNCIL (SYNTHETIC)", "E10990001"]
TEN = (
    "Geographical Code,Geographical Description,Geographical Level,ONS Code,ASCOF Measure Code,Disaggregation Level,"
    "Measure Type,Measure Value,Measure Group,Measure Group Description"
)
EIGHT = (
    "Geographical code,Geographical description,Geographical level,ONS code,ASCOF measure code,Disaggregation level,"
    "Measure type,Measure value"
)
OPEN_NAME = "SYNTHETIC-meas-from-asc-of-eng-2021-open-data.csv"

Rows = list[list[Cell]]
Write = Callable[..., SourceFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: bytes, name: str = "SYNTHETIC ascof.ods") -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(content)
        return SourceFile(path, name)

    return _write


def series(*rows: list[Cell], headings: tuple[str, ...] = ("outcome",), year: int = 2024, title: str = "1c") -> bytes:
    """A time series of one sheet with one year's block."""
    top: Rows = [[f"Table {title}: a measure [note 1]"], ["This worksheet contains one table."], [""]]
    header = [*AREA, *(f"{year} to {year + 1} - {heading}" for heading in headings)]
    return ods({"Cover": [["Simulated (SYNTHETIC)"]], f"Table_{title}": [*top, header, *rows]})


def open_data(*rows: str, header: str = TEN) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def judged(parsed: Parsed) -> Validated:
    return validate(dataset_spec("ascof").entity("measures"), parsed.tables["measures"])


@pytest.mark.parametrize(
    ("suffix", "layout", "period", "read", "loaded", "ignored"),
    [
        (".ods", "time_series_workbook", "2015-16 to 2024-25", 24_744, 24_744, {}),
        (".xlsx", "open_data_workbook", "2020-21", 48_970, 13_114, {"folded_into_wide_row": 35_856}),
    ],
)
def test_every_record_of_the_real_files_is_loaded_or_folded_into_its_row(
    real_data: Path, suffix: str, layout: str, period: str, read: int, loaded: int, ignored: dict[str, int]
) -> None:
    (path,) = [file for file in (real_data / "ascof").iterdir() if file.suffix == suffix]
    parsed = parse(SourceFile(path, path.name))
    validated = judged(parsed)
    assert (parsed.layout, parsed.period_label) == (layout, period)
    assert (validated.read, len(validated.frame), validated.quarantined) == (read, loaded, ())
    assert validated.ignored == ignored
    assert reconciles(parsed)


def test_two_values_in_a_cell_stand_in_two_columns_without_their_thousands_separators(write: Write) -> None:
    headings = ("margin of error", "number of respondents", "outcome")
    content = series([*ENGLAND, "0 (0.5)", "51,230 (35,415)", "7.7 (7.6)"], headings=headings)
    row = judged(parse(write(content))).frame.iloc[0]
    assert (row["outcome"], row["outcome_bracketed"]) == (7.7, 7.6)
    assert (row["respondents"], row["respondents_bracketed"]) == (51_230, 35_415)
    assert (row["margin_of_error"], row["margin_of_error_bracketed"]) == (0, 0.5)


def test_a_second_value_that_is_not_given_is_missing_and_no_zero(write: Write) -> None:
    row = judged(parse(write(series([*COUNCIL, "8.1 (:)"])))).frame.iloc[0]
    assert (row["outcome"], row["outcome_bracketed_status"]) == (8.1, "missing_at_source")
    assert row["outcome_bracketed"] != row["outcome_bracketed"]


@pytest.mark.parametrize(
    ("mark", "status"), [("[x]", "missing_at_source"), ("[z]", "not_applicable"), ("[c]", "suppressed")]
)
def test_each_mark_has_its_own_status_and_is_never_a_number(write: Write, mark: str, status: str) -> None:
    frame = judged(parse(write(series([*COUNCIL, mark, 0], headings=("numerator", "outcome"))))).frame
    assert frame["numerator_status"].tolist() == [status]
    assert frame["numerator"].isna().all()
    assert frame["outcome"].tolist() == [0]


def test_the_header_is_found_wherever_it_stands_and_a_part_of_a_measure_is_a_disaggregation(write: Write) -> None:
    parsed = parse(write(series([*COUNCIL, 5, 76.0], headings=("outstanding outcome", "6b outcome"), title="6b")))
    frame = judged(parsed).frame
    assert frame[["measure_code", "disaggregation", "outcome"]].to_numpy().tolist() == [
        ["6B", "outstanding", 5.0],
        ["6B", "6b", 76.0],
    ]


def test_levels_follow_from_codes_and_types_of_council_have_none(write: Write) -> None:
    rows: Rows = [
        [*ENGLAND, 1],
        ["S", "Shire Counties", "[z]", 2],
        ["EM", "East Midlands", "E12000004", 3],
        [*COUNCIL, 4],
        ["[z]", "Cornwall and Isles of Scilly", "[z]", 5],
    ]
    frame = judged(parse(write(series(*rows)))).frame
    assert frame["area_level"].tolist() == ["England", "Council Type", "Region", "Council", "Combined"]
    assert frame["ons_code"].isna().tolist() == [False, True, False, False, True]
    assert frame["area_code"].tolist()[3] == "102"


@pytest.mark.parametrize(("year", "framework"), [(2021, "to_2022_23"), (2022, "to_2022_23"), (2027, "from_2023_24")])
def test_the_newest_year_of_a_file_says_which_codes_it_uses(write: Write, year: int, framework: str) -> None:
    parsed = parse(write(series([*COUNCIL, 4], year=year), "renamed.ods"))
    assert judged(parsed).frame["framework"].tolist() == [framework]
    assert parsed.period_label == f"{year}-{(year + 1) % 100:02}"


@pytest.mark.parametrize("heading", ["median", "outcomes"])
def test_a_heading_that_names_no_statistic_refuses_the_file(write: Write, heading: str) -> None:
    with pytest.raises(FileRefused, match=r"is not like '2024 to 2025 - outcome'"):
        parse(write(series([*COUNCIL, 1], headings=(heading,))))


def test_open_data_rows_of_one_area_and_stratum_become_one_row(write: Write) -> None:
    rows = [
        f'102,"A, B (SYNTHETIC)",Council,E10990001,1A1864,18-64,{kind},{value},1A,Quality of life'
        for kind, value in (("Outcome", "19.3"), ("Base", "430"), ("Numerator", "[x]"), ("Margin Of Error", "0.4"))
    ]
    parsed = parse(write(open_data(*rows), OPEN_NAME))
    row = judged(parsed).frame.iloc[0]
    assert (parsed.layout, parsed.period_label) == ("open_data_csv", "2020-21")
    assert (row["measure_code"], row["disaggregation"], row["outcome"], row["respondents"]) == (
        "1A",
        "18-64",
        19.3,
        430,
    )
    assert (row["numerator_status"], row["denominator_status"]) == ("missing_at_source", "not_applicable")
    assert parsed.tables["measures"].ignored == {"folded_into_wide_row": 3}
    assert reconciles(parsed)


def test_the_eight_columns_of_2024_25_are_read_without_a_measure_group(write: Write) -> None:
    row = "E92000001,England,England,E92000001,1A,18 to 64,Outcome,19.0"
    parsed = parse(write(open_data(row, header=EIGHT), "ascof-csv-2024-25.csv"))
    frame = judged(parsed).frame
    assert frame[["measure_code", "framework", "disaggregation"]].to_numpy().tolist() == [
        ["1A", "from_2023_24", "18 to 64"]
    ]
    assert parsed.period_label == "2024-25"


def test_a_statistic_with_two_values_or_of_an_unknown_kind_is_quarantined(write: Write) -> None:
    area = "102,A (SYNTHETIC),Council,E10990001,4A,Total"
    rows = (f"{area},Outcome,70,4A,Safe", f"{area},Outcome,71,4A,Safe", f"{area},Median,1,4A,Safe")
    parsed = parse(write(open_data(*rows), OPEN_NAME))
    assert [fault.rule for fault in parsed.tables["measures"].malformed] == [
        "two_values_of_one_statistic",
        "statistic_not_known",
    ]
    assert reconciles(parsed)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("meas-from-asc-of-eng-1920-open-data.csv", "2019-20"),
        ("meas-from-asc-of-eng-2122-open-data-v2.csv", "2021-22"),
        ("ascof_2024_to_2025_x7.csv", "2024-25"),
        ("ascof-2026-27-abcd1234.csv", "2026-27"),
    ],
)
def test_the_year_of_open_data_comes_from_the_name(write: Write, name: str, label: str) -> None:
    row = "102,A (SYNTHETIC),Council,E10990001,4A,Total,Outcome,70,4A,Safe"
    assert parse(write(open_data(row), name)).period_label == label


@pytest.mark.parametrize("name", ["ascof.csv", "ascof-2022.csv", "ascof-2019-20-and-2020-21.csv", "ascof-2020-25.csv"])
def test_open_data_without_one_year_in_the_name_are_refused(write: Write, name: str) -> None:
    row = "102,A (SYNTHETIC),Council,E10990001,4A,Total,Outcome,70,4A,Safe"
    with pytest.raises(FileRefused, match="keep the publisher's name"):
        parse(write(open_data(row), name))


def test_other_tables_are_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="no sheet has the headings"):
        parse(write(ods({"Sheet1": [["Org Code", "Value"], ["ZZ1", 1]]})))
    with pytest.raises(NotOfThisDataset, match="ASCOF Measure Code"):
        parse(write(b"Org Code,Value\r\nZZ1,1\r\n", OPEN_NAME))


def test_a_missing_column_refuses_the_open_data_and_names_it(write: Write) -> None:
    content = open_data("102,A,Council,E10990001,4A,Total,Outcome,70,4A,Safe").replace(
        b"Disaggregation Level", b"Level"
    )
    with pytest.raises(FileRefused, match="Disaggregation Level"):
        parse(write(content, OPEN_NAME))


def test_the_synthetic_files_read_back_and_are_the_same_each_time(tmp_path: Path) -> None:
    world = World.make(scale="small")
    files = list(synthesise(world))
    assert [file.content for file in files] == [file.content for file in synthesise(world)]
    for file in files:
        assert file.name.startswith("SYNTHETIC-")
        path = tmp_path / file.name
        path.write_bytes(file.content)
        parsed = parse(SourceFile(path, file.name))
        validated = judged(parsed)
        assert validated.quarantined == ()
        councils = validated.frame[validated.frame["area_level"] == "Council"]
        assert councils["area_name"].str.endswith("(SYNTHETIC)").all()
        assert (validated.frame["outcome_status"] == "missing_at_source").any()
        assert validated.frame["outcome_bracketed"].notna().any() == (parsed.layout == "time_series_workbook")
