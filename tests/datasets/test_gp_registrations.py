"""The parser of practice lists by area and by age, on generated files only: no publication is at hand."""

import zipfile
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.gp_registrations.parse import parse
from orchestration.datasets.protocol import Parsed, SourceFile, synthesiser_of
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

AREAS = "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,LSOA_CODE,SEX,NUMBER_OF_PATIENTS\n"
AGES = "PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS\n"


def area(code: str, lsoa: str, patients: str, sex: str = "ALL", day: str = "01Apr2024") -> str:
    return f"GP_PRAC_PAT_LIST,{day},{code},PRACTICE,{lsoa},{sex},{patients}\n"


def age(sex: str, band: str, patients: int) -> str:
    return f"GP_PRAC_PAT_LIST,01Apr2024,GP,Z99001,,ZZ1 1ZZ,{sex},{band},{patients}\n"


def source(folder: Path, content: str, name: str = "a list.csv") -> SourceFile:
    (folder / "file").write_text(content, encoding="utf-8")
    return SourceFile(folder / "file", name)


def validated(parsed: Parsed) -> Validated:
    ((name, table),) = parsed.tables.items()
    return validate(dataset_spec("gp_registrations").entity(name), table)


@pytest.mark.parametrize("day", ["01Apr2024", "01-Apr-24", "01APR2024", "2024-04-01"])
@pytest.mark.parametrize("heading", ["NUMBER_OF_PATIENTS", "Number of Patients"])
def test_lists_by_area_keep_unknown_areas_under_every_spelling(tmp_path: Path, day: str, heading: str) -> None:
    content = AREAS.replace("NUMBER_OF_PATIENTS", heading)
    content += area("Z99001", "E01990001", "7", day=day) + area("Z99001", "NO2011", "2", day=day)
    parsed = parse(source(tmp_path, content))
    frame = validated(parsed).frame
    assert (parsed.layout, parsed.period_label, parsed.notes) == ("lsoa_csv", "2024-04 by area all", ())
    assert frame["lsoa_code"].tolist() == ["E01990001", "NO2011"]
    assert frame["patients"].tolist() == [7, 2]


def test_the_zip_of_both_sexes_is_one_table_and_a_fault_in_one_part_touches_no_other(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("gp-reg-pat-prac-lsoa-female.csv", AREAS + area("Z99001", "E01990001", "x", sex="FEMALE"))
        archive.writestr("gp-reg-pat-prac-lsoa-male.csv", AREAS + area("Z99001", "E01990001", "4", sex="MALE"))
    parsed = parse(SourceFile(tmp_path / "both.zip", "gp-reg-pat-prac-lsoa-male-female-apr-24.zip"))
    result = validated(parsed)
    assert (parsed.layout, parsed.period_label) == ("lsoa_zip", "2024-04 by area female and male")
    assert (result.read, result.quarantined_rows) == (2, 1)
    assert result.frame[["sex", "patients", "source_row"]].to_numpy().tolist() == [["MALE", 4, 4]]


def test_lists_by_age_keep_totals_beside_their_parts(tmp_path: Path) -> None:
    content = AGES + age("ALL", "ALL", 9) + age("MALE", "ALL", 4) + age("MALE", "0_4", 1) + age("MALE", "95+", 3)
    parsed = parse(source(tmp_path, content))
    assert (parsed.layout, parsed.period_label) == ("quin_age", "2024-04 by age")
    assert validated(parsed).frame["age_band"].tolist() == ["ALL", "ALL", "0_4", "95+"]


def test_an_unreadable_extract_date_sends_its_row_to_quarantine(tmp_path: Path) -> None:
    content = AREAS + area("Z99001", "E01990001", "7") + area("Z99002", "E01990001", "7", day="April")
    result = validated(parse(source(tmp_path, content)))
    assert (result.read, len(result.frame), result.quarantined_rows) == (2, 1, 1)


def test_two_extracts_in_one_file_are_refused(tmp_path: Path) -> None:
    content = AREAS + area("Z99001", "E01990001", "7") + area("Z99001", "E01990001", "7", day="01Jul2024")
    with pytest.raises(FileRefused, match="not one day"):
        parse(source(tmp_path, content))


def test_another_table_of_the_publication_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="headings"):
        parse(source(tmp_path, "PUBLICATION,EXTRACT_DATE,TYPE,CCG_CODE,ONS_CCG_CODE,CODE,POSTCODE\nX,1,2,3,4,5,6\n"))


def test_synthetic_lists_read_back_whole_and_say_what_the_world_says(tmp_path: Path) -> None:
    world = World.make(scale="small")
    seen: dict[str, Parsed] = {}
    for file in synthesiser_of("gp_registrations")(world):
        (tmp_path / file.name).write_bytes(file.content)
        parsed = parse(SourceFile(tmp_path / file.name, file.name))
        assert file.name.startswith("SYNTHETIC-")
        assert validated(parsed).quarantined == ()
        seen[parsed.layout] = parsed
    assert set(seen) == {"lsoa_csv", "lsoa_zip", "quin_age"}
    practice = world.practices[0]
    frame = validated(seen["lsoa_csv"]).frame
    assert frame.loc[frame["practice_code"] == practice.code, "patients"].sum() == practice.list_size + 1
    ages = validated(seen["quin_age"]).frame
    parts = ages[(ages["organisation_code"] == practice.code) & (ages["sex"] != "ALL") & (ages["age_band"] != "ALL")]
    assert parts["patients"].sum() == practice.list_size
