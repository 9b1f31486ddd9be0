"""The parser of the Quality and Outcomes Framework: tables alone, a year's zip, the year from names."""

import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile, synthesiser_of
from orchestration.datasets.qof.parse import parse
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

PREVALENCE = "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE\n"
ACHIEVEMENT = "PRACTICE_CODE,INDICATOR_CODE,MEASURE,VALUE\n"
ADJUSTMENTS = (
    "INDICATOR_CODE,PCA_EXCL_NAME,PCA_EXCL_SHORT_NAME,PCA_EXCL_DESCRIPTION,TYPE,GENERAL_SPECIFIC,PCA_CATEGORY,"
    "PCA_CATEGORY_DESCRIPTION\n"
)
GEOGRAPHIES = (
    "NAT_ONS_CODE,NAT_CODE,COUNTRY,REGION_ODS_CODE,REGION_ONS_CODE,REGION_NAME,STP_ODS_CODE,STP_ONS_CODE,STP_NAME,"
    "CCG_ODS_CODE,CCG_ONS_CODE,CCG_NAME,PCN_ODS_CODE,PCN_NAME,PRACTICE_CODE,PRACTICE_NAME\n"
)
PLACED = "E92000001,ENG,England,Y99,E40990001,R,QZZ,E54990001,B,99Z,E38990001,P,{pcn},{code},PRACTICE\n"


def source(folder: Path, name: str, content: str, encoding: str = "utf-8") -> SourceFile:
    (folder / "file").write_text(content, encoding=encoding)
    return SourceFile(folder / "file", name)


def archive(folder: Path, name: str, members: Mapping[str, str]) -> SourceFile:
    with zipfile.ZipFile(folder / "file.zip", "w") as zipped:
        for member, content in members.items():
            zipped.writestr(member, content)
    return SourceFile(folder / "file.zip", name)


def validated(parsed: Parsed) -> dict[str, Validated]:
    return {name: validate(dataset_spec("qof").entity(name), table) for name, table in parsed.tables.items()}


@pytest.mark.parametrize(
    ("name", "start", "status"),
    [
        ("PREVALENCE_2021_v2.csv", 2020, "revised"),
        ("PREVALENCE_2324.csv", 2023, "final"),
        ("prevalence 2021-22 V3.csv", 2021, "revised"),
        ("qof_2019_2020_prevalence.csv", 2019, "final"),
        ("PREVALENCE%202022-23.csv", 2022, "final"),
        ("prevalence_9900.csv", 1999, "final"),
    ],
)
def test_the_year_is_read_from_the_name(tmp_path: Path, name: str, start: int, status: str) -> None:
    parsed = parse(source(tmp_path, name, PREVALENCE + "Z99001,HYP,5,TOTAL,100\n"))
    assert parsed.period_start == date(start, 4, 1)
    assert parsed.period_end == date(start + 1, 3, 31)
    assert parsed.release_status == status
    assert parsed.period_label == f"{start}-{(start + 1) % 100:02} prevalence"


@pytest.mark.parametrize("name", ["PREVALENCE.csv", "PREVALENCE_2022.csv", "PREVALENCE_2021_2122.csv"])
def test_a_name_that_gives_no_year_or_two_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileRefused, match="the year is in no column and the name gives"):
        parse(source(tmp_path, name, PREVALENCE + "Z99001,HYP,5,TOTAL,100\n"))


def test_a_register_larger_than_its_list_is_kept_and_named_in_a_note(tmp_path: Path) -> None:
    content = PREVALENCE + "Z99001,LD,137,TOTAL,132\nZ99001,DM,,17OV,90\nZ99001,HYP,x,TOTAL,132\n"
    parsed = parse(source(tmp_path, "PREVALENCE_2021.csv", content))
    result = validated(parsed)["prevalence"]
    assert parsed.notes == ("1 registers are larger than the list they are counted against; kept as published",)
    assert result.frame["register"].tolist()[0] == 137
    assert result.frame["register_status"].tolist() == ["value", "missing_at_source"]
    assert (result.read, result.quarantined_rows) == (3, 1)


def test_a_practice_in_no_network_has_no_network_code(tmp_path: Path) -> None:
    content = GEOGRAPHIES + PLACED.format(pcn="U99001,NETWORK", code="Z99001")
    content += PLACED.format(pcn="U,Unallocated", code="Z99002")
    parsed = parse(source(tmp_path, "MAPPING_NHS_GEOGRAPHIES_2021.csv", content))
    frame = validated(parsed)["geographies"].frame
    assert frame["pcn_code"].tolist() == ["U99001", None]
    assert frame["pcn_name"].tolist() == ["NETWORK", None]
    assert parsed.notes == ("1 practices are in no primary care network (published as U)",)


def test_boards_and_sub_icb_locations_stand_for_partnerships_and_groups_from_2021_22(tmp_path: Path) -> None:
    new = GEOGRAPHIES.replace("STP", "ICB").replace("CCG", "SUB_ICB_LOC") + PLACED.format(pcn="U99001,N", code="Z99001")
    frame = parse(source(tmp_path, "MAPPING_NHS_GEOGRAPHIES_2122.csv", new)).tables["geographies"].frame
    assert frame.iloc[0][["icb_code", "sub_icb_code", "region_code"]].tolist() == ["QZZ", "99Z", "Y99"]


def test_a_zip_holds_two_encodings_achievement_in_parts_and_files_of_no_table(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "file.zip", "w") as zipped:
        zipped.writestr("QOF/PREVALENCE_2223.csv", PREVALENCE + "Z99001,HYP,5,TOTAL,100\n")
        text = ADJUSTMENTS + "HYP001,INV,INV,The practice’s invitations,PCA,General,4,No answer\n"
        text += "HYP001,DIAG,DIAG,New,Exclusion,n/a,n/a,n/a\n"
        zipped.writestr("QOF/MAPPING_PCAS_EXCL_TO_INDICATOR_2223.csv", text.encode("cp1252"))
        zipped.writestr("QOF/ACHIEVEMENT_LONDON_2223.csv", ACHIEVEMENT + "Z99001,HYP001,NUMERATOR,4\n")
        zipped.writestr("QOF/ACHIEVEMENT_MIDLANDS_2223.csv", ACHIEVEMENT + "Z99002,HYP001,ACHIEVED_POINTS,3.5\n")
        zipped.writestr("QOF/READ_ME_2223.csv", "Note\nhello\n")
    parsed = parse(SourceFile(tmp_path / "file.zip", "QOF 2022-23 Raw data .csv files.zip"))
    results = validated(parsed)
    assert (parsed.layout, parsed.period_label) == ("yearly_zip", "2022-23")
    assert "files of no known table: ['QOF/READ_ME_2223.csv']" in parsed.notes
    assert "decoded as Windows-1252" in parsed.notes
    assert results["adjustments"].frame["description"].tolist() == ["The practice’s invitations", "New"]
    assert results["adjustments"].frame["category_status"].tolist() == ["value", "not_applicable"]
    assert results["achievement"].frame["value"].tolist() == [4.0, 3.5]
    assert all(result.quarantined == () for result in results.values())


def test_a_table_that_stands_twice_in_a_zip_is_refused(tmp_path: Path) -> None:
    content = PREVALENCE + "Z99001,HYP,5,TOTAL,100\n"
    members = {"PREVALENCE_2223.csv": content, "PREVALENCE_2223_v2.csv": content}
    with pytest.raises(FileRefused, match="are all the table 'prevalence'"):
        parse(archive(tmp_path, "QOF2223.zip", members))


def test_a_zip_of_other_years_than_its_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="gives 2021-22, 2022-23"):
        parse(archive(tmp_path, "QOF2223.zip", {"PREVALENCE_2122.csv": PREVALENCE + "Z99001,HYP,5,TOTAL,100\n"}))


def test_another_table_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="Org Code"):
        parse(source(tmp_path, "other_2021.csv", "Org Code,Beds\nX,1\n"))


def test_a_renamed_heading_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    content = PREVALENCE.replace("PRACTICE_LIST_SIZE", "LIST_SIZE_PRACTICE") + "Z99001,HYP,5,TOTAL,100\n"
    with pytest.raises(FileRefused, match="'PRACTICE_LIST_SIZE' is missing"):
        parse(source(tmp_path, "PREVALENCE_2021.csv", content))


def test_synthetic_years_read_back_whole_alone_and_from_the_zip(tmp_path: Path) -> None:
    world = World.make(scale="small")
    seen: set[str] = set()
    for file in synthesiser_of("qof")(world):
        assert file.name.startswith("SYNTHETIC-")
        (tmp_path / file.name).write_bytes(file.content)
        parsed = parse(SourceFile(tmp_path / file.name, file.name))
        for name, result in validated(parsed).items():
            assert result.quarantined == (), f"{file.name}: {result.quarantined[:3]}"
            assert len(result.frame) == result.read > 0
            seen.add(name)
    assert seen == {entity.name for entity in dataset_spec("qof").entities}


@pytest.mark.parametrize(
    ("name", "entity", "rows"),
    [
        ("PREVALENCE_2021_v2.csv", "prevalence", 137_991),
        ("MAPPING_NHS_GEOGRAPHIES_2021.csv", "geographies", 6571),
        ("MAPPING_INDICATORS_2021_v2.csv", "indicators", 68),
        ("MAPPING_PCAS_EXCL_TO_INDICATOR_2021_v2.csv", "adjustments", 362),
        ("ORGANISATION_REFERENCE_2021.csv", "maximum_points", 6571),
        ("PRACTICE_VALIDATION_OUTCOMES_2021.csv", "validation_outcomes", 209),
    ],
)
def test_the_published_tables_of_2020_21_load_whole(real_data: Path, name: str, entity: str, rows: int) -> None:
    parsed = parse(SourceFile(real_data / "qof" / name, name))
    assert parsed.period_label == f"2020-21 {entity}"
    result = validated(parsed)[entity]
    assert (result.read, len(result.frame), result.quarantined, result.ignored) == (rows, rows, (), {})


def test_a_new_year_under_a_new_name_loads_without_a_change(real_data: Path) -> None:
    path = real_data / "qof" / "PREVALENCE_2021_v2.csv"
    parsed = parse(SourceFile(path, "qof-prevalence-2627.csv"))
    assert parsed.period_start == date(2026, 4, 1)
    assert len(parsed.tables["prevalence"].frame) == 137_991
