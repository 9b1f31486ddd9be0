"""The parser of the practice mapping."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.gp_practices.parse import extract_date, parse
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.validation.validate import validate

OLD = (
    "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,CCG_CODE,CCG_NAME,"
    "ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME"
)
NEW = OLD.replace("CCG", "SUB_ICB_LOCATION").replace("STP", "ICB") + ",SUPPLIER_NAME"


def row(code: str, extract: str = "01Jan2022", network: str = "U99001,NETWORK") -> str:
    parents = "E38990001,99Z,PLACE,E54990001,QZZ,BOARD,E40990001,Y99,REGION"
    return f"GP_PRAC_PAT_LIST,{extract},{code},PRACTICE,ZZ1 1ZZ,{network},{parents}"


def source(path: Path, *lines: str) -> SourceFile:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return SourceFile(path, path.name)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01Jan2022", date(2022, 1, 1)),
        ("01-Sep-20", date(2020, 9, 1)),
        ("01SEP2017", date(2017, 9, 1)),
        ("31Feb2022", None),
        ("2022-01-01", None),
        ("01Foo2022", None),
    ],
)
def test_the_extract_date_is_read_in_its_three_spellings(text: str, day: date | None) -> None:
    assert extract_date(text) == day


def test_a_practice_in_no_network_has_no_network_code(tmp_path: Path) -> None:
    parsed = parse(source(tmp_path / "map.csv", OLD, row("Z99001"), row("Z99002", network="U,Unallocated")))
    frame = parsed.tables["practices"].frame
    assert frame["pcn_code"].tolist() == ["U99001", None]
    assert frame["pcn_name"].tolist() == ["NETWORK", None]
    assert parsed.notes == ("1 practices are in no primary care network (published as U)",)


def test_the_headings_of_july_2022_give_the_same_columns(tmp_path: Path) -> None:
    old = parse(source(tmp_path / "old.csv", OLD, row("Z99001")))
    new = parse(source(tmp_path / "new.csv", NEW, row("Z99001") + ",SUPPLIER"))
    assert (old.layout, new.layout) == ("ccg_stp", "sub_icb_icb")
    assert old.tables["practices"].frame.equals(new.tables["practices"].frame)
    assert new.notes == ()


def test_an_unreadable_extract_date_sends_its_row_to_quarantine(tmp_path: Path) -> None:
    parsed = parse(source(tmp_path / "map.csv", OLD, row("Z99001"), row("Z99002", extract="January")))
    validated = validate(dataset_spec("gp_practices").entity("practices"), parsed.tables["practices"])
    assert (validated.read, len(validated.frame), validated.quarantined_rows) == (2, 1, 1)


def test_two_extracts_in_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="not one day"):
        parse(source(tmp_path / "map.csv", OLD, row("Z99001"), row("Z99002", extract="01Feb2022")))


def test_another_register_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset):
        parse(source(tmp_path / "other.csv", "Org Code,Org name", "X,Y"))


def test_the_published_mapping_loads_whole(real_data: Path) -> None:
    path = real_data / "gp_practices" / "gp-reg-pat-prac-map.csv"
    parsed = parse(SourceFile(path, path.name))
    validated = validate(dataset_spec("gp_practices").entity("practices"), parsed.tables["practices"])
    assert (validated.read, len(validated.frame)) == (6527, 6527)
    assert validated.frame["pcn_code"].isna().sum() == 68
    assert validated.frame["icb_code"].nunique() == 42
