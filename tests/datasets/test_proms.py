"""PROMs: records, share improved, time series and equality table, their kinds of null, and what is refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.proms.parse import parse
from orchestration.datasets.proms.synthesise import EQUALITY, KEY_FACTS, synthesise
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

Write = Callable[[str, bytes], SourceFile]
COMMON = (
    "Provider Code,Procedure,Revision Flag,Year,Age Band,Gender,Pre-Op Q Assisted,Pre-Op Q Symptom Period,"
    "Pre-Op Q Previous Surgery,Pre-Op Q Living Arrangements,Pre-Op Q Disability,Arthritis,Pre-Op Q EQ5D Index,"
    "Post-Op Q Satisfaction,Post-Op Q Sucess,Post-Op Q EQ5D Index"
)
HIP = (
    f"{COMMON},Hip Replacement EQ5D Index Post-Op Q Predicted,Pre-Op Q EQ VAS,Post-Op Q EQ VAS,"
    "Hip Replacement EQ VAS Post-Op Q Predicted,Hip Replacement Pre-Op Q Score,Hip Replacement Post-Op Q Score,"
    "Hip Replacement OHS Post-Op Q Predicted"
)
KNEE = (
    f"{COMMON},Knee Replacement EQ 5D Index Post-Op Q Predicted,Pre-Op Q EQ VAS,Post-Op Q EQ VAS,"
    "Knee Replacement EQ VAS_Post-Op Q Predicted,Knee Replacement Pre-Op Q Score,Knee Replacement Post-Op Q Score,"
    "Knee Replacement OKS Post-Op Q Predicted"
)
WHOLE = "ZZ1,Hip Replacement,0,2021/22,60 to 69,2,2,2,2,1,2,1,0.5,1,1,0.8,0.75,70,80,77.5,20,40,38.5"
MASKED = "ZZ1,Hip Replacement,1,2021/22,*,*,2,9,2,1,9,1,,1,1,0.8,,999,99,,20,,"
KNEE_ROW = WHOLE.replace("Hip", "Knee")
ORGANISATION = "x,Hip Replacement,Provider,ZZ1,A TRUST (ZZ1),EQ VAS,90,5,5,100,90.00%,5.00%,5.00%"
HIDDEN = "x,Hip Replacement,Provider,ZZ2,B TRUST (ZZ2),EQ VAS,*,7,*,*,*,*,*"
SERIES = (
    "OrgCode,OrgName,Procedure,Measure,Modelled_Records_2020,Modelled_Records_2021,Adjusted_Health_Gain_2020,"
    "Adjusted_Health_Gain_2021,Outlier_2020,Outlier_2021"
)
SERIES_ROW = "ZZ1,A TRUST,Hip Replacement Primary,EQ VAS,*,82,-,14.526,Insufficient records,Not an outlier"
DECILE = "Index of Multiple Deprivation,01. Least deprived 10%,Hip Replacement,EQ VAS,60,75,15,14,90,5,5,100"
BLANK = "Age,10 to 14,Hip Replacement,EQ VAS,,,,,,,,"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str, content: bytes) -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(content)
        return SourceFile(path, name)

    return _write


def table(header: str, *rows: str) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def checked(parsed: Parsed, entity: str) -> Validated:
    found = parsed.tables[entity]
    assert found.read == len(found.frame) + len(found.malformed) + sum(found.ignored.values())
    return validate(dataset_spec("proms").entity(entity), found)


@pytest.mark.parametrize(
    ("name", "entity", "rows"),
    [
        ("Key Facts Hip and Knee Replacement 1617", "key_facts", 8_138),
        ("Key Facts Hip and Knee Replacements 1819", "key_facts", 8_005),
        ("Time Series Hip and Knee Replacement 1617", "time_series", 6 * 4_590),
        ("Time Series Hip and Knee Replacement 1819", "time_series", 8 * 4_530),
        ("Equality Hip and Knee Replacement 1617", "equality", 732),
        ("Equality 1819", "equality", 732),
    ],
)
def test_every_row_of_the_real_tables_is_loaded(real_data: Path, name: str, entity: str, rows: int) -> None:
    path = real_data / "proms" / f"{name}.csv.zip"
    parsed = parse(SourceFile(path, f"renamed {name[-4:]}.zip"))
    validated = checked(parsed, entity)
    assert (validated.read, len(validated.frame), validated.quarantined) == (rows, rows, ())
    assert parsed.period_end == date(2000 + int(name[-2:]), 3, 31)
    assert parsed.layout == "data_pack_zip"


def test_the_real_records_load_whole_and_mask_groups_of_1_to_5(real_data: Path) -> None:
    path = real_data / "proms" / "Hip Replacement Provider 1819.csv.zip"
    validated = checked(parse(SourceFile(path, "renamed.zip")), "records")
    frame = validated.frame
    assert (validated.read, len(frame), validated.quarantined) == (41_280, 41_280, ())
    assert int((frame["age_band_status"] == "suppressed").sum()) == 3_162
    assert frame.groupby(["organisation_code", "age_band", "gender"]).size().min() == 6


def test_headings_of_both_joints_give_the_same_columns(write: Write) -> None:
    for header, row in ((HIP, WHOLE), (KNEE, KNEE_ROW)):
        parsed = parse(write("any name.csv", table(header, row)))
        found = checked(parsed, "records").frame.iloc[0]
        assert (found["eq5d_predicted"], found["eq_vas_predicted"], found["oxford_predicted"]) == (0.75, 77.5, 38.5)
        assert (parsed.period_label, parsed.layout) == ("2021-22", "table_csv")


def test_the_kinds_of_null_are_kept_apart(write: Write) -> None:
    row = checked(parse(write("x.csv", table(HIP, WHOLE, MASKED))), "records").frame.iloc[1]
    assert (row["age_band_status"], row["gender_status"]) == ("suppressed", "suppressed")
    assert (row["symptom_period_status"], row["disability_status"]) == ("missing_at_source", "missing_at_source")
    assert row["eq_vas_before_status"] == "missing_at_source"
    assert (row["eq_vas_after"], row["eq_vas_after_status"]) == (99, "value")
    assert (row["eq5d_before_status"], row["oxford_predicted_status"]) == ("not_applicable", "not_applicable")
    series = checked(parse(write("x.csv", table(SERIES, SERIES_ROW))), "time_series").frame.iloc[0]
    assert (series["modelled_records_status"], series["adjusted_health_gain_status"]) == (
        "suppressed",
        "not_applicable",
    )


def test_two_people_with_the_same_answers_are_two_records(write: Write) -> None:
    validated = checked(parse(write("x.csv", table(HIP, WHOLE, WHOLE))), "records")
    assert (len(validated.frame), dict(validated.ignored)) == (2, {})


def test_age_without_gender_is_quarantined(write: Write) -> None:
    validated = checked(parse(write("x.csv", table(HIP, WHOLE, WHOLE.replace("60 to 69,2", "*,2")))), "records")
    assert [fault.rule for fault in validated.quarantined] == ["age_and_gender_are_masked_together"]


def test_a_record_of_the_wrong_width_is_quarantined(write: Write) -> None:
    validated = checked(parse(write("x.csv", table(HIP, WHOLE, "ZZ1,Hip Replacement,0"))), "records")
    assert (len(validated.frame), validated.quarantined_rows) == (1, 1)


@pytest.mark.parametrize("year", ["2021", "2021/23", ""])
def test_records_without_a_year_refuse_the_file(write: Write, year: str) -> None:
    with pytest.raises(FileRefused, match="Year"):
        parse(write("x.csv", table(HIP, WHOLE.replace("2021/22", year))))


def test_records_of_two_years_refuse_the_file(write: Write) -> None:
    with pytest.raises(FileRefused, match="one year"):
        parse(write("x.csv", table(HIP, WHOLE, WHOLE.replace("2021/22", "2022/23"))))


@pytest.mark.parametrize(
    "name", ["KF 2122.csv", "KF 2021-22 v2.csv", "KF_202122.csv", "KF 2021-2022.csv", "Apr21-Mar22.csv"]
)
def test_a_year_in_the_name_is_read_however_it_is_written(write: Write, name: str) -> None:
    assert parse(write(name, table(KEY_FACTS, ORGANISATION))).period_start == date(2021, 4, 1)


@pytest.mark.parametrize("name", ["Key Facts.csv", "Key Facts 1820.csv", "Key Facts 1819 and 1920.csv"])
def test_a_name_without_one_year_refuses_the_file(write: Write, name: str) -> None:
    with pytest.raises(FileRefused, match="names no year"):
        parse(write(name, table(KEY_FACTS, ORGANISATION)))


def test_percentages_lose_their_sign_and_hidden_cells_are_not_zero(write: Write) -> None:
    frame = checked(parse(write("KF 2122.csv", table(KEY_FACTS, ORGANISATION, HIDDEN))), "key_facts").frame
    assert frame["improved_percentage"].tolist()[0] == 90.0
    assert frame["improved_status"].tolist() == ["value", "suppressed"]
    assert frame["unchanged"].tolist() == [5, 7]


def test_parts_that_do_not_add_up_are_quarantined(write: Write) -> None:
    content = table(KEY_FACTS, ORGANISATION.replace(",100,", ",101,"))
    assert [f.rule for f in checked(parse(write("KF 2122.csv", content)), "key_facts").quarantined] == ["parts_add_up"]


def test_the_time_series_becomes_a_row_per_year(write: Write) -> None:
    parsed = parse(write("x.csv", table(SERIES, SERIES_ROW)))
    frame = checked(parsed, "time_series").frame
    assert [day.year for day in frame["period_start"]] == [2020, 2021]
    assert frame["source_row"].tolist() == [220, 221]
    assert (parsed.period_start, parsed.period_end) == (date(2020, 4, 1), date(2022, 3, 31))


def test_a_year_of_the_time_series_without_its_gain_refuses_the_file(write: Write) -> None:
    with pytest.raises(FileRefused, match="2021"):
        parse(write("x.csv", table(SERIES.replace("Adjusted_Health_Gain_2021", "Gain_2021"), SERIES_ROW)))


def test_a_blank_group_of_the_equality_table_is_no_zero(write: Write) -> None:
    frame = checked(parse(write("Equality 2122.csv", table(EQUALITY, DECILE, BLANK))), "equality").frame
    assert frame["total_status"].tolist() == ["value", "missing_at_source"]


def test_a_pack_of_several_tables_is_read_and_other_members_are_named(write: Write) -> None:
    members = {
        "pack/Hip 2122.csv": table(HIP, WHOLE, MASKED),
        "pack/Knee 2122.csv": table(KNEE, KNEE_ROW),
        "pack/Key Facts 2122.csv": table(KEY_FACTS, ORGANISATION),
        "pack/Score comparison.xlsx": b"no table",
        "__MACOSX/pack/._Hip 2122.csv": table(HIP, WHOLE),
    }
    parsed = parse(write("PROMs provisional.zip", zipped(members)))
    records = checked(parsed, "records")
    assert len(records.frame) == 3
    assert records.frame["source_row"].is_unique
    assert len(checked(parsed, "key_facts").frame) == 1
    assert parsed.release_status == "provisional"
    assert "members not read (1): Score comparison.xlsx" in parsed.notes


def test_other_files_are_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="no table of PROMs"):
        parse(write("x.csv", b"Code,Value\r\n1,2\r\n"))
    with pytest.raises(NotOfThisDataset, match="no table of PROMs"):
        parse(write("x.zip", zipped({"readme.txt": b"nothing"})))


def test_a_missing_heading_refuses_the_file_and_names_it(write: Write) -> None:
    with pytest.raises(FileRefused, match="Oxford Post-Op Q Predicted"):
        parse(write("x.csv", table(HIP.replace("OHS Post-Op Q Predicted", "Prediction"), WHOLE)))


def test_synthetic_files_say_so_load_without_a_fault_and_are_the_same_each_time(write: Write) -> None:
    files = list(synthesise(World.make(scale="small")))
    assert [file.content for file in synthesise(World.make(scale="small"))] == [file.content for file in files]
    seen, masked = set(), 0
    for file in files:
        assert file.name.startswith("SYNTHETIC-")
        assert b"(SYNTHETIC)" in file.content
        parsed = parse(write(file.name, file.content))
        for entity in parsed.tables:
            validated = checked(parsed, entity)
            assert validated.quarantined == ()
            masked += validated.suppressed_cells
            seen.add(entity)
    assert seen == {"records", "key_facts", "time_series", "equality"}
    assert masked > 0
