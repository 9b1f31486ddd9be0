"""Referral to treatment waiting times: both layouts, how rows are added up, what is left out and what is refused."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support_datasets import reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.rtt.parse import PARTIAL, parse
from orchestration.datasets.rtt.synthesise import FUNCTIONS, HEADER, IDENTIFIERS, NEW_PATHWAYS, synthesise
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

SPEC = dataset_spec("rtt")
HEADER_52 = (*IDENTIFIERS, *HEADER[13:65], "Gt 52 Weeks SUM 1", *HEADER[-3:])
NAME = "Full-CSV-data-file-Mar25-ZIP-4M-abcdef.zip"
Bands = Mapping[int, int | str]
Write = Callable[[bytes, str], SourceFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: bytes, name: str = NAME) -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(content)
        return SourceFile(path, name)

    return _write


def row(
    bands: Bands,
    *,
    provider: str = "ZZ1",
    board: str = "ZZB",
    commissioner: str = "ZZ9",
    part: str = "Part_2",
    function: str = "C_100",
    period: str = "RTT-March-2025",
    unknown: int | str = "",
    total_all: int | str | None = None,
    weeks: int = 104,
    name: str = "A TRUST",
) -> list[object]:
    """A row as published; ``total_all`` is the sum of bands and unknown starts unless it is given."""
    known = sum(count for count in bands.values() if isinstance(count, int))
    whole = known + (unknown if isinstance(unknown, int) else 0)
    cells = [bands.get(week, 0 if part != NEW_PATHWAYS else "") for week in range(weeks + 1)]
    total = known if part in ("Part_1A", "Part_1B") else ""
    organisations = [board and "ZZP", "A PARENT", provider, name, board, board and "A BOARD", commissioner, "#N/A"]
    identifiers = [period, *organisations, part, "A part", function, f"Function {function}"]
    return [*identifiers, *cells, total, unknown, whole if total_all is None else total_all]


def text_of(*rows: list[object], header: tuple[str, ...] = HEADER, before: str = "") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([header, *rows])
    return (before + text.getvalue()).encode()


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def group(*parts: list[object], **total: object) -> list[list[object]]:
    """Rows of one provider and commissioner with their C_999."""
    bands: dict[int, int] = {}
    for part in parts:
        for week, count in enumerate(part[13:-3]):
            bands[week] = bands.get(week, 0) + int(str(count or 0))
    return [*parts, row(bands, function="C_999", **total)]  # type: ignore[arg-type]


def providers(parsed: Parsed) -> pd.DataFrame:
    """Rows of providers with counts as numbers."""
    frame = parsed.tables["providers"].frame
    counts = [name for name in frame.columns if name.startswith(("weeks_", "total_", "unknown_"))]
    numbers = frame.assign(**{name: pd.to_numeric(frame[name]) for name in counts})
    return numbers.set_index(["organisation_code", "part_type", "treatment_function_code"])


@pytest.fixture(scope="module")
def real(real_data: Path) -> Parsed:
    (path,) = (real_data / "rtt").glob("*.zip")
    return parse(SourceFile(path, path.name))


def test_every_row_of_the_real_file_is_loaded_folded_or_without_a_board(real: Parsed) -> None:
    tables = real.tables
    assert {name: (table.read, len(table.frame), table.malformed) for name, table in tables.items()} == {
        "providers": (183_417, 18_650, ()),
        "commissioners": (183_417, 4_927, ()),
    }
    assert tables["providers"].ignored == {"folded_into_provider_row": 164_767}
    assert tables["commissioners"].ignored == {"without_board": 10_591, "folded_into_board_row": 167_899}
    assert (real.layout, real.period_label, real.release_status, real.notes) == ("weeks_to_104", "2026-01", "final", ())


def test_added_up_rows_of_the_real_file_are_valid(real: Parsed) -> None:
    for name, table in real.tables.items():
        tenth = replace(table, frame=table.frame.iloc[::10])
        assert validate(SPEC.entity(name), tenth).quarantined == ()


def test_rows_of_several_commissioners_become_one_row_of_the_provider_and_one_of_each_board(write: Write) -> None:
    rows = [
        row({0: 5, 60: 1}, commissioner="ZZ8"),
        row({0: 7, 103: 2, 104: 4}, commissioner="ZZ9", board="ZZC"),
        row({1: 3}, commissioner="NONC", board=""),
    ]
    parsed = parse(write(zipped(**{"any name.csv": text_of(*rows)})))
    found = providers(parsed).loc["ZZ1", "Part_2", "C_100"]
    assert (found["weeks_00_to_01"], found["weeks_01_to_02"], found["weeks_60_to_61"]) == (12, 3, 1)
    assert (found["weeks_over_104"], found["weeks_over_52"], found["total_known"], found["total_all"]) == (4, 7, 22, 22)
    assert found["source_row"] == 2
    boards = parsed.tables["commissioners"]
    assert boards.frame[["organisation_code", "total_all"]].to_numpy().tolist() == [["ZZB", "6"], ["ZZC", "13"]]
    assert parsed.tables["providers"].ignored == {"folded_into_provider_row": 2}
    assert boards.ignored == {"without_board": 1}
    assert reconciles(parsed)


def test_parts_are_kept_apart_and_blank_totals_are_no_zeros(write: Write) -> None:
    rows = [
        row({2: 4}, part="Part_2"),
        row({2: 1}, part="Part_2A"),
        row({2: 6}, part="Part_1A", unknown=2),
        row({}, part=NEW_PATHWAYS, total_all=9),
    ]
    found = providers(parse(write(text_of(*rows), "file.csv")))
    assert found["total_all"].tolist() == [4, 1, 8, 9]
    assert found["total_known"].isna().tolist() == [False, False, False, True]
    assert found.loc[("ZZ1", "Part_1A", "C_100"), "unknown_clock_start"] == 2
    assert found["unknown_clock_start"].isna().tolist() == [True, True, False, True]
    assert found["weeks_over_52"].isna().tolist() == [False, False, False, True]


def test_blank_bands_count_as_no_pathway_where_the_total_says_so(write: Write) -> None:
    blanks = dict.fromkeys(range(40, 105), "")
    found = providers(parse(write(text_of(row({3: 5, **blanks})), "file.csv"))).iloc[0]
    assert (found["total_known"], found["weeks_over_52"], found["total_all"]) == (5, 0, 5)


@pytest.mark.parametrize(
    "before", ["", "Title,,\r\n,,\r\nPeriod:,March 2019,\r\n", "\ufeff", "\ufeffA title\r\n\r\n\r\n"]
)
@pytest.mark.parametrize("weeks", [52, 104])
def test_both_layouts_are_read_with_and_without_lines_before_the_headings(
    write: Write, before: str, weeks: int
) -> None:
    header = HEADER_52 if weeks == 52 else HEADER
    rows = group(row({0: 1, weeks: 3}, weeks=weeks), weeks=weeks)
    parsed = parse(write(zipped(**{"x.csv": text_of(*rows, header=header, before=before)})))
    found = providers(parsed).loc["ZZ1", "Part_2", "C_100"]
    assert (parsed.layout, parsed.notes) == (f"weeks_to_{weeks}", ())
    assert (found["weeks_over_52"], found["total_known"]) == (3, 4)
    assert pd.isna(found["weeks_over_104"]) is (weeks == 52)
    assert found["source_row"] == 2 + before.count("\r\n")
    assert reconciles(parsed)


def test_headings_that_nobody_knows_are_noted_and_the_rest_is_read(write: Write) -> None:
    parsed = parse(write(text_of([*row({0: 1}), "x", ""], header=(*HEADER, "Extra", "")), "file.csv"))
    assert len(parsed.tables["providers"].frame) == 1
    assert "columns not in the spec: ['Extra', '']" in parsed.notes


def test_a_name_that_looks_like_a_missing_value_stays_a_name(write: Write) -> None:
    parsed = parse(write(text_of(*group(row({0: 1}, name="#N/A"), name="#N/A")), "file.csv"))
    assert providers(parsed)["organisation_name"].tolist() == ["#N/A", "#N/A"]


def test_old_windows_text_is_read_and_said_to_be_so(write: Write) -> None:
    content = text_of(*group(row({0: 1}, name="ST ANNÉ"), name="ST ANNÉ")).decode().encode("cp1252")
    parsed = parse(write(content, "file.csv"))
    assert providers(parsed)["organisation_name"].tolist() == ["ST ANNÉ", "ST ANNÉ"]
    assert "Windows-1252" in parsed.notes[0]


@pytest.mark.parametrize(
    ("damaged", "rule", "column"),
    [
        (row({0: 1, 5: "x"}, total_all=1), "type:integer", "weeks_05_to_06"),
        (row({0: 1, 5: "-2"}, total_all=1), "type:integer", "weeks_05_to_06"),
        (row({0: 1, 5: "2.5"}, total_all=1), "type:integer", "weeks_05_to_06"),
        (row({0: 1, 5: "99999999999"}, total_all=1), "type:integer", "weeks_05_to_06"),
        (row({0: 4}, total_all=5), "total_differs_from_bands", ""),
        (row({0: 4}, total_all=""), "missing", "total_all"),
    ],
)
def test_a_damaged_row_takes_those_with_it_that_would_be_added_to_it(
    write: Write, damaged: list[object], rule: str, column: str
) -> None:
    rows = [row({0: 2}, commissioner="ZZ7"), damaged, row({0: 3}, commissioner="ZZ8"), row({0: 9}, provider="ZZ5")]
    parsed = parse(write(text_of(*rows), "file.csv"))
    table = parsed.tables["providers"]
    assert [(fault.source_row, fault.rule, fault.column) for fault in table.malformed] == [
        (3, rule, column), (2, PARTIAL, ""), (4, PARTIAL, ""),
    ]  # fmt: skip
    assert table.frame[["organisation_code", "total_all", "source_row"]].to_numpy().tolist() == [["ZZ5", "9", 5]]
    assert reconciles(parsed)


@pytest.mark.parametrize(
    ("damaged", "rule", "column"),
    [
        (row({0: 4}, provider=""), "missing", "provider_code"),
        (row({0: 4})[:-1], "fields:120_not_121", ""),
    ],
)
def test_a_row_of_nobody_knows_whom_is_quarantined_alone(
    write: Write, damaged: list[object], rule: str, column: str
) -> None:
    rows = [row({0: 2}, commissioner="ZZ7"), damaged, row({0: 3}, commissioner="ZZ8")]
    parsed = parse(write(text_of(*rows), "file.csv"))
    table = parsed.tables["providers"]
    assert [(fault.source_row, fault.rule, fault.column) for fault in table.malformed] == [(3, rule, column)]
    assert table.frame[["total_all", "source_row"]].to_numpy().tolist() == [["5", 2]]
    assert reconciles(parsed)


def test_a_whole_number_written_with_a_decimal_point_is_that_number(write: Write) -> None:
    parsed = parse(write(text_of(row({0: "4.0"}, total_all="4.0")), "file.csv"))
    assert parsed.tables["providers"].malformed == ()
    assert providers(parsed)["total_all"].tolist() == [4]


def test_an_exact_repeat_counts_once_and_two_rows_of_a_key_that_differ_not_at_all(write: Write) -> None:
    rows = [
        row({0: 2}),
        row({0: 2}),
        row({0: 3}, provider="ZZ5", commissioner="ZZ8"),
        row({0: 4}, provider="ZZ5", commissioner="ZZ8"),
        row({0: 9}, board="", commissioner=""),
        row({0: 9}, board="", commissioner=""),
    ]
    parsed = parse(write(text_of(*rows), "file.csv"))
    table = parsed.tables["providers"]
    assert table.frame["total_all"].tolist() == ["11"]
    assert table.ignored == {"exact_duplicate": 2, "folded_into_provider_row": 1}
    assert [(fault.source_row, fault.rule) for fault in table.malformed] == [(4, "duplicate_key"), (5, "duplicate_key")]
    assert reconciles(parsed)


def test_rows_without_anything_are_counted_and_left_out(write: Write) -> None:
    parsed = parse(write(text_of(*group(row({0: 2})), [""] * len(HEADER)), "file.csv"))
    assert parsed.tables["providers"].ignored == {"blank_row": 1}
    assert reconciles(parsed)


def test_a_total_that_its_functions_do_not_give_is_noted_and_loaded(write: Write) -> None:
    rows = [*group(row({0: 2})), row({0: 3}, provider="ZZ2"), row({0: 4}, provider="ZZ2", function="C_999")]
    parsed = parse(write(text_of(*rows), "file.csv"))
    assert providers(parsed).loc["ZZ2", "Part_2", "C_999"]["total_all"] == 4
    (note,) = parsed.notes
    assert "not the sum of its treatment functions in 1 of 2 groups (as ZZ2 ZZ9 Part_2)" in note


def test_an_unknown_part_or_function_is_quarantined(write: Write) -> None:
    rows = [row({0: 2}), row({0: 2}, part="Part_9"), row({0: 2}, function="General")]
    parsed = parse(write(text_of(*rows), "file.csv"))
    validated = validate(SPEC.entity("providers"), parsed.tables["providers"])
    assert sorted((fault.source_row, fault.rule) for fault in validated.quarantined) == [(3, "values"), (4, "pattern")]
    assert reconciles(parsed)


def test_a_new_month_under_a_new_name_is_read_and_a_revision_says_so(write: Write) -> None:
    content = zipped(**{"x.csv": text_of(*group(row({0: 1}, period="RTT-November-2027"), period="RTT-November-2027"))})
    parsed = parse(write(content, "Full-CSV-data-file-revised-new.zip"))
    assert (parsed.period_label, parsed.release_status) == ("2027-11", "revised")
    assert parsed.period_end.isoformat() == "2027-11-30"


def test_a_file_cut_by_a_spreadsheet_with_columns_missing_is_refused(write: Write) -> None:
    cut = [cells[:70] for cells in group(row({0: 1}))]
    with pytest.raises(FileRefused, match="51 columns are missing"):
        parse(write(text_of(*cut, header=HEADER[:70]), "cut.csv"))


def test_a_file_as_long_as_a_spreadsheet_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.datasets.rtt.parse.SPREADSHEET_LINES", (3,))
    with pytest.raises(FileRefused, match="cut"):
        parse(write(text_of(*group(row({0: 1}))), "cut.csv"))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"Period,Org Code,Org Name\r\nA,B,C\r\n", NotOfThisDataset),
        (zipped(**{"readme.txt": b"nothing"}), NotOfThisDataset),
        (zipped(**{"a.csv": b"x", "b.csv": b"x"}), NotOfThisDataset),
        (text_of(row({0: 1}), row({0: 1}, provider="ZZ2", period="RTT-April-2025")), FileRefused),
        (text_of(row({0: 1}, period="sometime")), FileRefused),
        (text_of(), FileRefused),
        (zipped(**{"x.csv": text_of(*group(row({0: 1})))})[:-40], FileRefused),
    ],
)
def test_what_is_no_month_of_waiting_times_is_refused_with_its_name(
    write: Write, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal, match=r"odd\.zip"):
        parse(write(content, "odd.zip"))


def test_a_mac_twin_of_the_member_is_no_second_file(write: Write) -> None:
    content = zipped(**{"x.csv": text_of(*group(row({0: 1}))), "__MACOSX/._x.csv": b"\x00\x05\x16\x07"})
    assert len(parse(write(content)).tables["providers"].frame) == 2


def test_the_same_file_gives_the_same_tables(write: Write) -> None:
    source = write(text_of(*group(row({0: 1}), row({3: 1}, function="X02"))), "file.csv")
    first, second = parse(source), parse(source)
    for name in first.tables:
        pd.testing.assert_frame_equal(first.tables[name].frame, second.tables[name].frame)


def test_the_synthetic_months_are_small_labelled_and_read_without_a_fault(write: Write) -> None:
    world = World.make(scale="small")
    files = list(synthesise(world))
    assert [file.content for file in synthesise(world)] == [file.content for file in files]
    for file in files:
        parsed = parse(write(file.content, file.name))
        table = parsed.tables["providers"]
        assert file.name.startswith("SYNTHETIC-")
        assert (parsed.notes, table.malformed, reconciles(parsed)) == ((), (), True)
        assert table.read < 1_000
        assert table.frame["organisation_name"].str.endswith("(SYNTHETIC)").all()
        assert set(table.frame["treatment_function_code"]) == {"C_999", *(code for code, _ in FUNCTIONS)}
    for name, found in parsed.tables.items():
        assert validate(SPEC.entity(name), found).quarantined == ()
