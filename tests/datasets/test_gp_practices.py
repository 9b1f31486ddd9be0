"""The parser of the practice mapping and of the registers of practices and networks."""

import zipfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.gp_practices.parse import parse
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


def record(code: str, *, closed: str = "", setting: str = "4", amended: str = "0") -> str:
    """A record of the register: 27 quoted fields."""
    fields = [
        code,
        "PRACTICE",
        "Y99",
        "QZZ",
        *["STREET"] * 5,
        "ZZ1 1ZZ",
        "19740401",
        closed,
        "C" if closed else "A",
        "B",
    ]
    fields += ["99Z", "20200401", closed, "00000", "", "", "", amended, "", "99Z", "", setting, ""]
    return ",".join(f'"{field}"' for field in fields)


def test_the_register_keeps_closed_practices_and_other_settings_and_takes_the_latest_legal_date(tmp_path: Path) -> None:
    lines = (record("Z99001"), record("Z99002", closed="20210930"), record("Y99003", setting="0"))
    parsed = parse(source(tmp_path / "epraccur.csv", *lines))
    validated = validate(dataset_spec("gp_practices").entity("register"), parsed.tables["register"])
    assert parsed.layout == "register"
    assert parsed.period_label == "register to 2021-09-30"
    assert (validated.read, len(validated.frame), validated.quarantined) == (3, 3, ())
    assert validated.frame["closed_on"].dt.strftime("%Y%m%d").tolist()[1] == "20210930"
    assert validated.frame["prescribing_setting"].tolist() == ["4", "4", "0"]
    assert validated.frame["commissioner_code"].tolist() == ["99Z"] * 3


def test_a_register_in_its_zip_is_the_same_and_the_day_in_a_name_is_its_date(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "epraccur.zip", "w") as archive:
        archive.writestr("epraccur.csv", record("Z99001"))
        archive.writestr("epraccur.pdf", b"%PDF-1.4")
    parsed = parse(SourceFile(tmp_path / "epraccur.zip", "epraccur_2024-05-31.zip"))
    assert parsed.period_start == date(2024, 5, 31)
    assert set(parsed.tables["register"].frame["snapshot_on"]) == {"2024-05-31"}


def test_amendments_are_apart_and_practitioners_are_no_practices(tmp_path: Path) -> None:
    lines = (record("Z99001", amended="1"), record("G9999999", amended="1", setting=""))
    parsed = parse(source(tmp_path / "egpam_2015-12-18.csv", *lines))
    assert parsed.period_label == "amendments to 2015-12-18"
    table = parsed.tables["register_amendments"]
    assert table.frame["organisation_code"].tolist() == ["Z99001"]
    assert (table.read, table.ignored) == (2, {"practitioner": 1})


def test_a_short_record_of_the_register_goes_to_quarantine(tmp_path: Path) -> None:
    parsed = parse(source(tmp_path / "epraccur.csv", record("Z99001"), record("Z99002"), '"Z99003","CUT"'))
    validated = validate(dataset_spec("gp_practices").entity("register"), parsed.tables["register"])
    assert (validated.read, len(validated.frame), validated.quarantined_rows) == (3, 2, 1)


def test_a_register_without_practices_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="no record has the code of a practice"):
        parse(source(tmp_path / "egpcur.csv", record("G9999991"), record("G9999992")))


PLACE_OLD = ("Current Clinical \nCommissioning \nGroup Code", "Clinical\nCommissioning\nGroup Name")
PLACE_NEW = ("Current Sub ICB\nLoc Code", "Sub ICB\nLocation")


def workbook(path: Path, places: Sequence[str], kind: str) -> SourceFile:
    """The network workbook with one network and one member that left it; ``kind`` stands in its headings."""
    import xlsxwriter

    address = [f"Address Line {number}" for number in range(1, 6)]
    with xlsxwriter.Workbook(str(path)) as book:
        networks = book.add_worksheet("PCNDetails")
        networks.write_row(0, 0, ["PCN Code", "PCN Name", *places, "Open Date", "Close Date", *address, "Postcode"])
        networks.write_row(1, 0, ["U99001", "NETWORK", "99Z", "PLACE", "20191001", "", *[""] * 5, "ZZ1 1ZZ"])
        members = book.add_worksheet("PCN Core Partner Details")
        parents = [f"{who}\nParent\n{kind} {what}" for who in ("Practice", "PCN") for what in ("Code", "Name")]
        dates = [f"Practice to PCN\nRelationship\n{end} Date" for end in ("Start", "End")]
        headings = ["Partner\nOrganisation\nCode", "Partner\nName", *parents[:2], "PCN Code", "PCN Name", *parents[2:]]
        members.write_row(0, 0, [*headings, *dates, f"Practice {kind} and PCN\n{kind} Match "])
        row = ["Z99001", "PRACTICE", "99Z", "PLACE", "U99001", "NETWORK", "99Z", "PLACE", "20191001", "20200331", True]
        members.write_row(1, 0, row)
    return SourceFile(path, path.name)


@pytest.mark.parametrize(("places", "kind"), [(PLACE_OLD, "CCG"), (PLACE_NEW, "Sub ICB Loc")])
def test_networks_are_read_under_both_headings_with_line_breaks(
    tmp_path: Path, places: Sequence[str], kind: str
) -> None:
    parsed = parse(workbook(tmp_path / "ePCN.xlsx", places, kind))
    assert parsed.period_label == "networks and members of networks to 2020-03-31"
    assert parsed.notes == ("the snapshot's date is the latest legal date in it",)
    for name, key in (("networks", "U99001"), ("network_members", "Z99001")):
        validated = validate(dataset_spec("gp_practices").entity(name), parsed.tables[name])
        assert (validated.read, len(validated.frame), validated.quarantined) == (1, 1, ())
        assert key in validated.frame.iloc[0].tolist()
    assert parsed.tables["network_members"].frame["left_on"].tolist() == ["2020-03-31"]


def test_networks_as_csv_without_headings_are_told_apart_by_the_network_code(tmp_path: Path) -> None:
    networks = parse(source(tmp_path / "a.csv", "U99001,NETWORK,99Z,PLACE,20191001,,1 STREET,,,TOWN,,ZZ1 1ZZ"))
    members = parse(
        source(tmp_path / "b.csv", "Z99001,PRACTICE,99Z,PLACE,U99001,NETWORK,99Z,PLACE,20191001,20200331,True")
    )
    assert networks.tables["networks"].frame["opened_on"].tolist() == ["2019-10-01"]
    assert members.tables["network_members"].frame["joined_on"].tolist() == ["2019-10-01"]
    assert {networks.period_label, members.period_label} == {
        "networks to 2019-10-01", "members of networks to 2020-03-31",
    }  # fmt: skip


def test_a_zip_of_several_tables_is_not_of_this_dataset(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.csv", "b")
    with pytest.raises(NotOfThisDataset, match="2 tables"):
        parse(SourceFile(tmp_path / "many.zip", "many.zip"))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("gp-reg-pat-prac-map.csv", {"practices": (6527, 6527, 0)}),
        ("epraccur.csv", {"register": (15_536, 15_536, 0)}),
        ("egpam_2015-12-18.csv", {"register_amendments": (1127, 125, 1002)}),
        ("epcn.zip", {"networks": (1318, 1318, 0), "network_members": (7359, 7359, 0)}),
    ],
)
def test_the_published_files_load_whole(real_data: Path, name: str, counts: dict[str, tuple[int, int, int]]) -> None:
    parsed = parse(SourceFile(real_data / "gp_practices" / name, name))
    seen = {}
    for entity, table in parsed.tables.items():
        validated = validate(dataset_spec("gp_practices").entity(entity), table)
        assert validated.quarantined == ()
        seen[entity] = (validated.read, len(validated.frame), sum(validated.ignored.values()))
    assert seen == counts


def test_the_published_register_holds_8640_general_practices_open_and_closed(real_data: Path) -> None:
    path = real_data / "gp_practices" / "epraccur.csv"
    frame = parse(SourceFile(path, path.name)).tables["register"].frame
    practices = frame[frame["prescribing_setting"] == "4"]
    assert Counter(practices["status"]) == {"A": 6859, "C": 1639, "D": 142}
    assert (practices["closed_on"].notna() == (practices["status"] == "C")).all()


def test_the_published_mapping_has_42_boards_and_68_practices_in_no_network(real_data: Path) -> None:
    path = real_data / "gp_practices" / "gp-reg-pat-prac-map.csv"
    parsed = parse(SourceFile(path, path.name))
    validated = validate(dataset_spec("gp_practices").entity("practices"), parsed.tables["practices"])
    assert (validated.read, len(validated.frame)) == (6527, 6527)
    assert validated.frame["pcn_code"].isna().sum() == 68
    assert validated.frame["icb_code"].nunique() == 42
