"""The SHMI: the publisher's zip, the quarterly CSVs, the history table, and what is refused."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from support_datasets import reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.shmi.parse import parse
from orchestration.datasets.shmi.synthesise import DEPRIVATION, DIAGNOSIS, QUARTERLY, SITE, TRUST, synthesise
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

Write = Callable[[str, bytes], SourceFile]
LIMITS = "0.9,1.1,0.88,1.1364"
TRUST_ROW = f"I00699,ZZ1,A TRUST,1.0100,2,20000,605,600.0000,{LIMITS}"
SITE_ROW = "I00699,ZZ1,A TRUST,ZZ101,A SITE,*,*,*,0,*,*,*,*,*,DENTISTS,ONE,TRUST,ZZ1 1ZZ"
SITE_WITHOUT_CODE = (
    f"I00699,ZZ1,A TRUST,.,NOT PROVIDED,1.0100,2,20000,605,600.0000,{LIMITS},NOT PROVIDED,ONE,NOT PROVIDED,NOT PROVIDED"
)
WITHOUT_VALUE = "I00699,1,Tuberculosis,ZZ1,A TRUST,*,0,*,,,,,,"
WITH_VALUE = f"I00699,57,Acute myocardial infarction ,ZZ1,A TRUST,500,50,50,1.0100,2,{LIMITS}"
SPELLS = "I00742,ENG,ENGLAND,150,30,30,30,30,20,10,20,20,20,20,13.3,6.7"
DEATHS = "I00743,ZZ1,A TRUST,50,10,10,10,10,10,*,20,20,20,20,20,*"
OLD_ROW = "I00699,ZZ1,A TRUST,20001,603,600.1234,1.0048,0.9,1.1,2,0.88,1.1364,2"
HISTORY = (
    "TIME_PERIOD,PUBLICATION_MONTH,PROVIDER_CODE,PROVIDER_NAME,SHMI_VALUE,SHMI_BANDING,OD_LL,OD_UL,SPELLS,OBSERVED,"
    "EXPECTED"
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str, content: bytes) -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(content)
        return SourceFile(path, name)

    return _write


def table(header: str, *rows: str) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def publication(window: str = "Feb22-Jan23", changes: Mapping[str, bytes | None] | None = None) -> bytes:
    members: dict[str, bytes | None] = {
        f"SHMI data/any trusts, {window}.csv": table(TRUST, TRUST_ROW),
        f"SHMI data/any sites, {window}.csv": table(SITE, SITE_ROW, SITE_WITHOUT_CODE),
        f"SHMI data/any groups, {window}.csv": table(DIAGNOSIS, WITHOUT_VALUE, WITH_VALUE),
        f"Deprivation/any spells, {window}.csv": table(DEPRIVATION, SPELLS),
        f"Deprivation/any deaths, {window}.csv": table(DEPRIVATION, DEATHS),
        f"Other/Depth of coding, {window}.csv": table("INDICATOR_CODE,PROVIDER_CODE,MEAN", "I01965,ZZ1,5.6"),
        "Definitions/readme.xlsx": b"no workbook",
        f"__MACOSX/SHMI data/._any trusts, {window}.csv": b"\x00\x05\x16\x07",
        **(changes or {}),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            if member is not None:
                archive.writestr(name, member)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "read", "ignored", "start", "end"),
    [
        ("shmi-2011-october.csv", 147, 0, date(2010, 4, 1), date(2011, 3, 31)),
        ("shmi-2012-april.csv", 147, 0, date(2010, 10, 1), date(2011, 9, 30)),
        ("shmi-2012-july.csv", 143, 0, date(2011, 1, 1), date(2011, 12, 31)),
        ("shmi-2013-january.csv", 142, 0, date(2011, 7, 1), date(2012, 6, 30)),
        ("shmi-2013-april.csv", 143, 1, date(2011, 10, 1), date(2012, 9, 30)),
        ("shmi-2013-october.csv", 143, 1, date(2012, 4, 1), date(2013, 3, 31)),
    ],
)
def test_the_real_quarterly_files_load_whole(
    real_data: Path, name: str, read: int, ignored: int, start: date, end: date
) -> None:
    parsed = parse(SourceFile(real_data / "shmi" / name, name))
    validated = validate(dataset_spec("shmi").entity("trust"), parsed.tables["trust"])
    assert (parsed.layout, parsed.period_start, parsed.period_end) == ("quarterly_csv", start, end)
    assert (validated.read, len(validated.frame), sum(validated.ignored.values())) == (read, read - ignored, ignored)
    assert not validated.quarantined
    assert not validated.frame["counts_are_rounded"].any()
    assert validated.frame["po_banding"].notna().all() == (name == "shmi-2011-october.csv")


def test_the_real_zip_loads_whole_under_a_new_name(real_data: Path, tmp_path: Path) -> None:
    (zipped,) = (real_data / "shmi").glob("*.zip")
    parsed = parse(SourceFile(zipped, "shmi.zip"))
    counts = {}
    for name, found in parsed.tables.items():
        validated = validate(dataset_spec("shmi").entity(name), found)
        counts[name] = (
            validated.read,
            len(validated.frame),
            validated.quarantined_rows,
            sum(validated.ignored.values()),
        )
    assert counts == {
        "trust": (122, 122, 0, 0),
        "site": (759, 759, 0, 0),
        "diagnosis": (17_260, 17_260, 0, 0),
        "deprivation": (246, 246, 0, 0),
    }
    assert parsed.published_on == date(2022, 3, 10)
    assert set(parsed.tables["deprivation"].frame["imd_version"]) == {"2019"}
    assert any(note.startswith("members not read (43)") for note in parsed.notes)


def test_members_are_found_by_their_headings_and_the_others_named(write: Write) -> None:
    parsed = parse(write("x.zip", publication()))
    assert (parsed.period_start, parsed.period_end) == (date(2022, 2, 1), date(2023, 1, 31))
    assert {name: len(found.frame) for name, found in parsed.tables.items()} == {
        "trust": 1, "site": 2, "diagnosis": 2, "deprivation": 2
    }  # fmt: skip
    assert "members not read (2): Depth of coding, Feb22-Jan23.csv, readme.xlsx" in parsed.notes
    assert reconciles(parsed)


def test_rows_of_both_deprivation_tables_have_numbers_of_their_own(write: Write) -> None:
    frame = parse(write("x.zip", publication())).tables["deprivation"].frame
    assert frame["source_row"].is_unique
    assert set(frame["indicator"]) == {"I00742", "I00743"}


def test_hidden_is_not_zero_and_a_group_without_a_value_is_neither(write: Write) -> None:
    parsed = parse(write("x.zip", publication()))
    groups = validate(dataset_spec("shmi").entity("diagnosis"), parsed.tables["diagnosis"]).frame
    assert groups["spells_status"].tolist() == ["suppressed", "value"]
    assert groups["observed"].tolist() == [0, 50]
    assert groups["shmi_value_status"].tolist() == ["not_applicable", "value"]
    deaths = validate(dataset_spec("shmi").entity("deprivation"), parsed.tables["deprivation"]).frame
    hidden = deaths[deaths["indicator"] == "I00743"]
    assert hidden["quintile_unknown"].isna().all()
    assert set(hidden["quintile_unknown_status"]) == {"suppressed"}


@pytest.mark.parametrize("window", ["APR22_MAR23", "April 2022 - March 2023", "Apr22 to Mar23", "Apr2022–Mar2023"])
def test_a_window_is_read_however_it_is_written(write: Write, window: str) -> None:
    parsed = parse(write("x.zip", publication(window)))
    assert (parsed.period_start, parsed.period_end) == (date(2022, 4, 1), date(2023, 3, 31))


def test_the_window_may_stand_in_the_name_of_the_zip_only(write: Write) -> None:
    content = publication("of trusts")
    assert parse(write("SHMI data files, Dec21-Nov22.zip", content)).period_end == date(2022, 11, 30)
    with pytest.raises(FileRefused, match=r"anything\.zip.*window"):
        parse(write("anything.zip", content))


@pytest.mark.parametrize("window", ["Apr22-Apr23", "Apr22-Mar24", "Foo22-Mar23"])
def test_a_window_that_is_not_twelve_months_refuses_the_file(write: Write, window: str) -> None:
    with pytest.raises(FileRefused, match="twelve months"):
        parse(write("x.zip", publication(window)))


def test_two_windows_in_one_zip_refuse_it(write: Write) -> None:
    other: dict[str, bytes | None] = {
        "SHMI data/any sites, Feb22-Jan23.csv": None,
        "SHMI data/sites, Mar22-Feb23.csv": table(SITE, SITE_ROW),
    }
    with pytest.raises(FileRefused, match="found 2"):
        parse(write("x.zip", publication(changes=other)))


def test_two_members_of_one_table_refuse_the_zip(write: Write) -> None:
    with pytest.raises(FileRefused, match="2 members have the headings of trust"):
        parse(write("x.zip", publication(changes={"again, Feb22-Jan23.csv": table(TRUST, TRUST_ROW)})))


def test_a_zip_without_sites_loads_and_says_so(write: Write) -> None:
    parsed = parse(write("x.zip", publication(changes={"SHMI data/any sites, Feb22-Jan23.csv": None})))
    assert "site" not in parsed.tables
    assert "tables not in the zip (1): site" in parsed.notes


def test_other_zips_and_tables_are_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="trust level"):
        parse(write("x.zip", publication(changes={"SHMI data/any trusts, Feb22-Jan23.csv": None})))
    with pytest.raises(NotOfThisDataset, match="no SHMI table"):
        parse(write("x.csv", b"A,B\r\n1,2\r\n"))


def test_a_table_of_the_zip_is_read_by_itself(write: Write) -> None:
    parsed = parse(write("SHMI data at trust level, Jul23-Jun24.csv", table(TRUST, TRUST_ROW)))
    assert (parsed.layout, parsed.period_label) == ("level_csv", "Jul 2023 to Jun 2024")


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("shmi-2014-january.csv", date(2013, 6, 30)),
        ("SHMI_July_2014.csv", date(2013, 12, 31)),
        ("SHMI Oct 2012 v2.csv", date(2012, 3, 31)),
        ("SHMI Apr10-Mar11.csv", date(2011, 3, 31)),
        ("shmi%202014%20october.csv", date(2014, 3, 31)),
    ],
)
def test_a_quarterly_window_ends_seven_months_before_its_publication(write: Write, name: str, end: date) -> None:
    parsed = parse(write(name, table(QUARTERLY, OLD_ROW)))
    assert (parsed.layout, parsed.period_end) == ("quarterly_csv", end)


@pytest.mark.parametrize("name", ["SHMI.csv", "shmi-2013-may.csv", "shmi-2013.csv"])
def test_a_quarterly_file_whose_name_gives_no_publication_is_refused(write: Write, name: str) -> None:
    with pytest.raises(FileRefused, match="names no period"):
        parse(write(name, table(QUARTERLY, OLD_ROW)))


def test_the_copyright_line_is_counted_and_not_loaded(write: Write) -> None:
    content = table(QUARTERLY, OLD_ROW) + (",,,,,,,,,,,,\r\n" + '"Copyright © 2013",,,,,,,,,,,,\r\n').encode("cp1252")
    parsed = parse(write("shmi-2013-july.csv", content))
    assert (len(parsed.tables["trust"].frame), parsed.tables["trust"].ignored) == (1, {"copyright_line": 1})
    assert reconciles(parsed)


def test_the_history_table_gives_each_row_its_window(write: Write) -> None:
    rows = (
        'APR22_MAR23,JUL_23,ZZ1,"A, TRUST",1.01,2.0,0.88,1.1364,20000,605,600',
        "MAY22_APR23,AUG_23,ZZ2,B,*,*,*,*,*,**,*",
    )
    parsed = parse(write("history.csv", b"\xef\xbb\xbf" + table(HISTORY, *rows)))
    validated = validate(dataset_spec("shmi").entity("trust"), parsed.tables["trust"])
    assert not validated.quarantined
    assert [day.date() for day in validated.frame["period_end"]] == [date(2023, 3, 31), date(2023, 4, 30)]
    assert validated.frame["shmi_banding"].tolist()[0] == 2
    assert validated.frame["observed_status"].tolist() == ["value", "suppressed"]
    assert (parsed.period_start, parsed.period_end) == (date(2022, 4, 1), date(2023, 4, 30))


def test_a_history_row_without_a_window_refuses_the_file(write: Write) -> None:
    with pytest.raises(FileRefused, match="TIME_PERIOD"):
        parse(write("history.csv", table(HISTORY, "2022,JUL_23,ZZ1,A,1.01,2,0.88,1.1364,20000,605,600")))


def test_a_missing_column_refuses_the_file_and_names_the_nearest(write: Write) -> None:
    content = table(TRUST.replace("OD_UL", "OD_UPPER"), TRUST_ROW)
    with pytest.raises(FileRefused, match=r"'OD_UL' is missing"):
        parse(write("SHMI Jul23-Jun24.csv", content))


def test_a_value_that_is_not_observed_over_expected_is_quarantined(write: Write) -> None:
    content = table(TRUST, TRUST_ROW, TRUST_ROW.replace("ZZ1", "ZZ2").replace("1.0100", "1.3000"))
    parsed = parse(write("SHMI Jul23-Jun24.csv", content))
    validated = validate(dataset_spec("shmi").entity("trust"), parsed.tables["trust"])
    assert [fault.rule for fault in validated.quarantined] == ["value_is_observed_over_expected"]


def test_synthetic_files_say_so_load_without_a_fault_and_are_the_same_each_time(write: Write) -> None:
    files = list(synthesise(World.make(scale="small")))
    assert [file.content for file in synthesise(World.make(scale="small"))] == [file.content for file in files]
    suppressed = 0
    for file in files:
        assert file.name.startswith("SYNTHETIC-")
        parsed = parse(write(file.name, file.content))
        assert reconciles(parsed)
        for name, found in parsed.tables.items():
            validated = validate(dataset_spec("shmi").entity(name), found)
            assert validated.quarantined == ()
            suppressed += validated.suppressed_cells
            if "organisation_name" in validated.frame:
                names = validated.frame.loc[validated.frame["organisation_code"] != "ENG", "organisation_name"]
                assert names.str.upper().str.endswith("(SYNTHETIC)").all()
    assert suppressed > 0
    assert {parse(write(file.name, file.content)).layout for file in files} == {"quarterly_csv", "publication_zip"}
