"""Demographics of the waiting list: workbook and CSV files, their week, what is missing and what is refused."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.wlmds_demographics import parse as module
from orchestration.datasets.wlmds_demographics.parse import parse
from orchestration.datasets.wlmds_demographics.synthesise import synthesise
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

ENTITY = dataset_spec("wlmds_demographics").entity("waiting_list")
GEOGRAPHY = "Code,Name,Geography,Metric,Category,Waiting Bands,Count"
SPECIALTY = "Treatment Function Code,Metric,Category,Waiting Bands,Count"
SERIES = "Week Ending Date,Metric,Category,Waiting Bands,Count"
BANDS = ("Unknown Clock Start", "01 To 18 Weeks", "18 To 52 Weeks", "Over 52 Weeks", "Total")
SUBHEADINGS = (
    "Total Waiting List", "Up to 18 weeks", "Over 18 and up to 52 weeks", "Over 52 weeks", "Unknown Clock Start Date",
    "% within 18 weeks*", "% > 52 weeks*",
)  # fmt: skip
NAME = "WLMDS-Demographics-Geography-to-28-September-2025-v1.csv"
Sheet = list[list[object]]
Write = Callable[[bytes, str], SourceFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: bytes, name: str = NAME) -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(content)
        return SourceFile(path, name)

    return _write


@pytest.fixture
def workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Parsed]:
    """Parse sheets as if they stood in a workbook; reading workbooks is tested with the real one."""

    def _parse(sheets: Mapping[str, Sheet], name: str = "WLMDS-Demographics-Summary-v1.xlsx") -> Parsed:
        path = tmp_path / "some bytes"
        path.write_bytes(b"PK\x03\x04")
        monkeypatch.setattr(module, "read_workbook", lambda *_: sheets)
        return parse(SourceFile(path, name))

    return _parse


def long(header: str, *groups: tuple[str, Sequence[int | str]]) -> bytes:
    """Rows of each group: its identifiers and counts in the order of BANDS."""
    rows = [
        f"{identity},{band},{count}" for identity, counts in groups for band, count in zip(BANDS, counts, strict=True)
    ]
    return "\r\n".join([header, *rows, ""]).encode()


def sheet(
    first: Sequence[str], categories: Sequence[str], *rows: Sequence[object], week: str = "25 January 2026"
) -> Sheet:
    """A worksheet in the publisher's layout: a block that states week and publication, two rows of headings, rows."""
    top: Sheet = [
        ["", "Title:", "Waiting"],
        ["", "Period:", f"Week ending {week}"],
        ["", "Published:", "12 February 2026"],
        [""],
    ]
    upper = ["", *first]
    for category in categories:
        upper += [f"Incomplete Pathways - {category}", *[""] * 6]
    return [*top, upper, ["", *[""] * len(first), *SUBHEADINGS * len(categories)], *([["", *row] for row in rows])]


def block(total: float, within: float, over: float | str = 0.0) -> list[object]:
    rest = total - within - (over if isinstance(over, float) else 0.0)
    return [total, within, rest, over, 0.0, within / total if total else "", ""]


ORGANISATION = ("Organisation Code", "Organisation Name", "Organisation Type")
TRUST = ("ZZ1", "A TRUST", "ACUTE TRUST")


def frame_of(parsed: Parsed) -> pd.DataFrame:
    validated = validate(ENTITY, parsed.tables["waiting_list"])
    assert validated.read == len(validated.frame) + validated.quarantined_rows + sum(validated.ignored.values())
    return validated.frame.set_index(["organisation_code", "metric", "category"])


@pytest.mark.parametrize(
    ("pattern", "layout", "label", "read", "loaded"),
    [
        ("*Geography*.sample", "geography_csv", "2025-07", 417, 93),
        ("*Specialty*.sample", "specialty_csv", "2026-02", 161, 33),
        ("*Timeseries*.sample", "timeseries_csv", "2021-10", 75, 15),
    ],
)
def test_every_row_of_the_real_cuts_is_loaded_or_folded(
    real_data: Path, pattern: str, layout: str, label: str, read: int, loaded: int
) -> None:
    (path,) = (real_data / "wlmds_demographics").glob(pattern)
    parsed = parse(SourceFile(path, path.name))
    table = parsed.tables["waiting_list"]
    assert (parsed.layout, parsed.period_label, table.read, len(table.frame)) == (layout, label, read, loaded)
    assert (table.ignored, table.malformed) == ({"folded_into_wide_row": read - loaded}, ())
    assert len(frame_of(parsed)) == loaded


def test_the_real_workbook_is_read_whole_and_its_own_week_counts(real_data: Path) -> None:
    (path,) = (real_data / "wlmds_demographics").glob("*.xlsx")
    parsed = parse(SourceFile(path, path.name))
    table = parsed.tables["waiting_list"]
    assert (table.read, len(table.frame), table.ignored) == (8_113, 8_103, {"note_below_the_table": 10})
    assert (parsed.period_label, parsed.published_on) == ("2026-01", date(2026, 2, 12))
    assert parsed.notes[0] == "the name says 2025-01-25, the workbook week ending 2026-01-25"
    frame = frame_of(parsed)
    assert len(frame) == 8_103
    assert frame.loc[("RHQ", "IMD", "1"), "total_status"] == "missing_at_source"
    assert frame.loc[("RHW", "Sex", "Male"), "total_status"] == "missing_at_source"
    assert frame.loc[("RHW", "Ethnicity", "A: British"), "total_status"] == "missing_at_source"
    assert frame.loc[("RHW", "Ethnicity", "99: Not known"), "total"] == 33_545
    assert frame.loc[("RYR", "IMD", "1"), "total"] == 4_010
    counts = pd.concat([frame[name] for name in module.COUNTS]).dropna()
    assert (counts % 5 == 0).all()
    assert counts[counts > 0].min() == 10


def test_bands_of_a_category_become_one_row_and_a_hidden_count_is_no_zero(write: Write) -> None:
    content = long(GEOGRAPHY, ("ZZ1,A TRUST,NHS ACUTE,IMD,10", ("*", 300, 90, 10, 400)))
    parsed = parse(write(content))
    row = frame_of(parsed).loc["ZZ1", "IMD", "10"]
    assert (row["up_to_18_weeks"], row["over_18_to_52_weeks"], row["over_52_weeks"], row["total"]) == (300, 90, 10, 400)
    assert (row["unknown_clock_start_status"], pd.isna(row["unknown_clock_start"])) == ("suppressed", True)
    assert (str(row["week_ending"])[:10], row["treatment_function_name"]) == ("2025-09-28", "All")
    assert parsed.tables["waiting_list"].ignored == {"folded_into_wide_row": 4}


def test_a_band_that_is_not_there_is_missing(write: Write) -> None:
    content = long(GEOGRAPHY, ("ZZ1,A TRUST,NHS ACUTE,Sex,Male", (0, 20, 10, 0, 30))).replace(
        b"ZZ1,A TRUST,NHS ACUTE,Sex,Male,Over 52 Weeks,0\r\n", b""
    )
    assert frame_of(parse(write(content))).loc[("ZZ1", "Sex", "Male"), "over_52_weeks_status"] == "missing_at_source"


def test_functions_and_weeks_are_rows_of_england(write: Write) -> None:
    counts = (0, 20, 10, 0, 30)
    specialty = parse(write(long(SPECIALTY, ("Urology Service,Age,0-18 Years", counts)), "to-28-September-2025.csv"))
    row = specialty.tables["waiting_list"].frame.iloc[0]
    assert (row["organisation_code"], row["organisation_type"], row["category"]) == ("ENG", "ALL", "0 to 18 years")
    assert (row["table_kind"], row["treatment_function_name"]) == ("treatment_functions", "Urology Service")
    groups = [(f"2027-02-{day}T00:00:00.000Z,Sex,Male", counts) for day in ("21", "28")]
    series = parse(write(long(SERIES, *groups), "a name without a day.csv"))
    assert series.tables["waiting_list"].frame["week_ending"].tolist() == ["2027-02-21", "2027-02-28"]
    assert (series.layout, series.period_label) == ("timeseries_csv", "2027-02")


@pytest.mark.parametrize(
    ("name", "week", "notes"),
    [
        ("WLMDS-Demographics-Geography-to-27-July-2025-v1.csv.sample", "2025-07-27", 0),
        ("wlmds_demographics_geography_to_30_Nov_2025_v2-x7Yz.csv", "2025-11-30", 0),
        ("SYNTHETIC-Geography to 7 March 2027.csv", "2027-03-07", 0),
        ("WLMDS%20to%2022%20March%202026.csv", "2026-03-22", 0),
        ("WLMDS to 22nd March 2026.csv", "2026-03-22", 0),
        ("WLMDS-Demographics-Geography-to-25-January-2025-v1.csv", "2026-01-25", 1),
    ],
)
def test_the_week_is_read_from_the_name_and_a_day_that_is_no_sunday_is_put_right_with_a_note(
    write: Write, name: str, week: str, notes: int
) -> None:
    parsed = parse(write(long(GEOGRAPHY, ("ZZ1,A TRUST,NHS ACUTE,Sex,Male", (0, 20, 10, 0, 30))), name))
    assert parsed.tables["waiting_list"].frame["week_ending"].tolist() == [week]
    assert len(parsed.notes) == notes
    assert parsed.release_status == ("revised" if "v2" in name else "final")


def test_a_name_without_a_day_refuses_the_file_and_says_why(write: Write) -> None:
    content = long(GEOGRAPHY, ("ZZ1,A TRUST,NHS ACUTE,Sex,Male", (0, 20, 10, 0, 30)))
    with pytest.raises(FileRefused, match=r"geography\.csv.*week stands in the name"):
        parse(write(content, "geography.csv"))


def test_a_breakdown_of_zeros_was_not_submitted_and_its_unknown_people_stay(write: Write) -> None:
    zeros, some = (0, 0, 0, 0, 0), (0, 20, 10, 0, 30)
    groups = [
        ("ZZ1,A TRUST,NHS ACUTE,Sex,Female", zeros),
        ("ZZ1,A TRUST,NHS ACUTE,Sex,Male", zeros),
        ("ZZ1,A TRUST,NHS ACUTE,Ethnicity,A: British", zeros),
        ("ZZ1,A TRUST,NHS ACUTE,Ethnicity,99: Not known", some),
        ("ZZ2,B TRUST,NHS ACUTE,Sex,Female", some),
        ("ZZ2,B TRUST,NHS ACUTE,Sex,Male", zeros),
    ]
    parsed = parse(write(long(GEOGRAPHY, *groups)))
    frame = frame_of(parsed)
    assert frame["total_status"].tolist() == [*["missing_at_source"] * 3, "value", "value", "value"]
    assert frame.loc[("ZZ2", "Sex", "Male"), "total"] == 0
    assert [note for note in parsed.notes if note.startswith("ZZ")] == [
        "ZZ1: all counts by Ethnicity, Sex are 0 where the category is known, taken as not submitted"
    ]


def test_two_counts_of_one_band_and_bands_that_nobody_knows_are_quarantined(write: Write) -> None:
    content = long(GEOGRAPHY, ("ZZ1,A TRUST,NHS ACUTE,Sex,Male", (0, 20, 10, 0, 30)))
    rows = (
        "ZZ1,A TRUST,NHS ACUTE,Sex,Male,Total,35\r\n"
        "ZZ2,B TRUST,NHS ACUTE,Sex,Male,Total,35\r\nZZ2,B TRUST,NHS ACUTE,Sex,Male,Total,35\r\n"
        "ZZ2,B TRUST,NHS ACUTE,Sex,Male,Over 104 Weeks,5\r\n"
    )
    parsed = parse(write(content + rows.encode()))
    table = parsed.tables["waiting_list"]
    assert table.frame["organisation_code"].tolist() == ["ZZ2"]
    assert table.ignored == {"exact_duplicate": 1}
    assert {fault.rule for fault in table.malformed} == {"conflicting_values", "values"}
    assert table.read == 9
    assert len(frame_of(parsed)) == 1


def test_a_category_without_a_meaning_is_quarantined(write: Write) -> None:
    counts = (0, 20, 10, 0, 30)
    content = long(GEOGRAPHY, ("ZZ1,A,NHS ACUTE,IMD,11", counts), ("ZZ1,A,PLANET,Sex,Male", counts))
    validated = validate(ENTITY, parse(write(content)).tables["waiting_list"])
    assert sorted((fault.rule, fault.column) for fault in validated.quarantined) == [
        ("pattern", "organisation_type"),
        ("values", "category"),
    ]


@pytest.mark.parametrize("header", ["Code,Name,Count", "Code,Metric,Category,Waiting Bands,Count", "a,b"])
def test_another_table_is_refused_with_its_name(write: Write, header: str) -> None:
    with pytest.raises(FileRefused, match=r"to-28-September-2025"):
        parse(write(f"{header}\r\n{','.join('x' for _ in header.split(','))}\r\n".encode()))


def test_blocks_of_a_workbook_become_rows_whatever_the_sheets_are_called(workbook: Callable[..., Parsed]) -> None:
    deciles = [*TRUST, *block(400.0, 300.0, 10.0), *block(200.0, 150.0, "*")]
    weeks = [[date(2026, 1, day), *block(40.0, 30.0)] for day in (18, 25)]
    sheets = {
        "Any": sheet(ORGANISATION, ("IMD 1", "IMD 10"), deciles),
        "Other": sheet(("Treatment Function Name",), ("0 to 18 years",), ["Urology Service", *block(40.0, 30.0)]),
        "Weeks": sheet(("Week Ending",), ("Female",), *weeks),
        "Notes": [["."]],
    }
    parsed = workbook(sheets, "WLMDS-to-25-January-2025-v2.xlsx")
    frame = frame_of(parsed)
    assert (parsed.layout, parsed.period_label, parsed.published_on) == ("workbook", "2026-01", date(2026, 2, 12))
    assert parsed.release_status == "revised"
    assert frame.loc[("ZZ1", "IMD", "1"), "within_18_weeks_share"] == 0.75
    assert frame.loc[("ZZ1", "IMD", "10"), "over_52_weeks_status"] == "suppressed"
    assert frame["source_row"].tolist() == [1_007_001, 1_007_002, 2_007_001, 3_007_001, 3_008_001]
    assert frame["table_kind"].tolist() == ["organisations"] * 2 + ["treatment_functions"] + ["time_series"] * 2


def test_a_stray_heading_and_a_note_below_the_table_do_no_harm(workbook: Callable[..., Parsed]) -> None:
    table = sheet(ORGANISATION, ("Male",), [*TRUST, *block(400.0, 300.0), ""], [""], ["* A note"])
    table[5].append("total waiting list")
    parsed = workbook({"Any": table})
    assert frame_of(parsed)["total"].tolist() == [400]
    assert parsed.tables["waiting_list"].ignored == {"note_below_the_table": 1}


def test_what_the_data_quality_sheet_says_is_noted(workbook: Callable[..., Parsed]) -> None:
    quality: Sheet = [
        ["", "Organisation Code", "Organisation Name", "Issue"],
        ["", "ZZ1", "A TRUST", "Missing for sex"],
    ]
    parsed = workbook({"Any": sheet(ORGANISATION, ("Male",), [*TRUST, *block(0.0, 0.0)]), "Quality": quality})
    assert "Quality: ZZ1: Missing for sex" in parsed.notes
    assert frame_of(parsed)["total_status"].tolist() == ["missing_at_source"]


def test_a_block_without_a_count_and_sheets_of_two_weeks_refuse_the_workbook(workbook: Callable[..., Parsed]) -> None:
    broken = sheet(ORGANISATION, ("Male",), [*TRUST, *block(40.0, 30.0)])
    broken[5][7] = "Over one year"
    with pytest.raises(FileRefused, match=r"sheet Any: block 'Male' has no column for over_52_weeks"):
        workbook({"Any": broken})
    good = sheet(ORGANISATION, ("Male",), [*TRUST, *block(40.0, 30.0)])
    with pytest.raises(FileRefused, match="different weeks"):
        workbook({"A": good, "B": sheet(ORGANISATION, ("Female",), week="22 February 2026")})


def test_a_workbook_of_something_else_is_not_of_this_dataset(workbook: Callable[..., Parsed]) -> None:
    with pytest.raises(NotOfThisDataset, match=r"x\.xlsx"):
        workbook({"Sheet1": [["a", "b"], [1.0, 2.0]]}, "x.xlsx")


def test_the_synthetic_files_are_small_labelled_and_read_without_a_fault(write: Write) -> None:
    world = World.make(scale="small")
    files = list(synthesise(world))
    assert [file.content for file in synthesise(world)] == [file.content for file in files]
    for file in files:
        parsed = parse(write(file.content, file.name))
        validated = validate(ENTITY, parsed.tables["waiting_list"])
        frame = validated.frame
        assert file.name.startswith("SYNTHETIC-")
        assert (validated.quarantined, len(frame) * 5) == ((), validated.read)
        assert validated.read < 1_600
        assert validated.suppressed_cells > 0
        assert frame.loc[frame["organisation_code"] != "ENG", "organisation_name"].str.endswith("(SYNTHETIC)").all()
        missing = frame.loc[frame["total_status"] == "missing_at_source", "metric"]
        assert missing.tolist() == ["Sex", "Sex"]
