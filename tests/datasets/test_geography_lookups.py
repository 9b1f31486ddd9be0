"""The parser of the geography lookups."""

from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.geography_lookups.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.validation.validate import validate

REAL_ROWS = {
    "lsoa_changes": 35795,
    "lsoa_ccg": 32844,
    "ccg_stp": 106,
    "sub_icb_icb": 106,
    "lad_region": 309,
    "icb_codes": 42,
}


def source(path: Path, text: str) -> SourceFile:
    path.write_text(text, encoding="utf-8-sig")
    return SourceFile(path, path.name)


def test_the_row_number_of_the_portal_may_stand_anywhere(tmp_path: Path) -> None:
    first = parse(source(tmp_path / "a.csv", "FID,LAD22CD,LAD22NM,RGN22CD,RGN22NM\n1,E06990001,A,E12990001,North\n"))
    last = parse(
        source(tmp_path / "b.csv", "LAD22CD,LAD22NM,RGN22CD,RGN22NM,ObjectId\nE06990001,A,E12990001,North,1\n")
    )
    assert first.layout == last.layout == "lad_region"
    assert first.tables["lad_region"].frame.equals(last.tables["lad_region"].frame)
    assert first.notes == last.notes == ()


def test_the_edition_comes_from_the_headings(tmp_path: Path) -> None:
    text = (
        "LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM,LAD22NMW\nE01900001,a,E01900001,a,U,E06990001,A,\n"
    )
    parsed = parse(source(tmp_path / "a.csv", text))
    assert parsed.tables["lsoa_changes"].frame.iloc[0][["edition", "change"]].tolist() == ["2022", "U"]
    assert parsed.period_label == "lsoa_changes 2022"


def test_an_unknown_change_indicator_is_quarantined(tmp_path: Path) -> None:
    rows = ("E01900001,E01900001,U,E06990001,A", "E01900002,E01900002,Q,E06990001,A")
    parsed = parse(source(tmp_path / "a.csv", "\n".join(("LSOA11CD,LSOA21CD,CHGIND,LAD22CD,LAD22NM", *rows)) + "\n"))
    validated = validate(dataset_spec("geography_lookups").entity("lsoa_changes"), parsed.tables["lsoa_changes"])
    assert (len(validated.frame), validated.quarantined_rows) == (1, 1)


def test_a_file_that_is_no_lookup_is_told_by_its_headings(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="Org Code"):
        parse(source(tmp_path / "a.csv", "Org Code,Org name\nX,Y\n"))


def test_the_published_lookups_load_whole(real_data: Path) -> None:
    spec = dataset_spec("geography_lookups")
    loaded = {}
    for path in sorted((real_data / "geography_lookups").glob("*.csv")):
        parsed = parse(SourceFile(path, path.name))
        for name, table in parsed.tables.items():
            validated = validate(spec.entity(name), table)
            assert validated.quarantined == ()
            loaded[name] = len(validated.frame)
    assert loaded == REAL_ROWS


def dated(geography: str) -> tuple[str, ...]:
    """Headings of a health geography of an edition."""
    return tuple(f"{geography}{what}" for what in ("CD", "CDH", "NM"))


def loaded(source: SourceFile) -> tuple[str, list[dict[str, object]], int]:
    """Layout, typed rows and number of quarantined rows of a lookup."""
    parsed = parse(source)
    ((name, table),) = parsed.tables.items()
    validated = validate(dataset_spec("geography_lookups").entity(name), table)
    return parsed.period_label, validated.frame.to_dict("records"), validated.quarantined_rows


def test_another_year_in_the_headings_is_another_edition_of_the_same_lookup(tmp_path: Path) -> None:
    header = ",".join(("objectid", *dated("SICBL23"), *dated("ICB23"), *dated("NHSER23")))
    text = f"{header}\n1,E38990001,9Z1,A,E54990001,QZ1,B,E40990001,Y91,C\n"
    label, rows, quarantined = loaded(source(tmp_path / "a.csv", text))
    assert (label, quarantined) == ("sub_icb_icb 2023", 0)
    assert (rows[0]["edition"], rows[0]["icb_ods_code"], rows[0]["region_code"]) == (2023, "QZ1", "E40990001")


def test_a_board_may_have_a_code_of_five_characters(tmp_path: Path) -> None:
    label, rows, quarantined = loaded(source(tmp_path / "a.csv", "ICB26CD,ICB26CDH,ICB26NM\nE54990001,Z9Z9Z,B\n"))
    assert (label, rows[0]["icb_ods_code"], quarantined) == ("icb_codes 2026", "Z9Z9Z", 0)


def test_small_areas_lead_to_boards_with_and_without_a_region(tmp_path: Path) -> None:
    newer = ("LSOA21CD", "LSOA21NM", *dated("SICBL26"), *dated("ICB26"), *dated("NHSER26"), "LAD26CD", "LAD26NM")
    older = ("LSOA11CD", "LSOA11NM", *dated("SICBL22"), *dated("ICB22"), "LAD22CD", "LAD22NM")
    areas = "E01990001,a,E38990001,9Z1,A,E54990001"
    with_region = f"{','.join(newer)},ObjectId\n{areas},Z9Z9Z,B,E40990001,Y91,C,E06990001,D,1\n"
    without = f"{','.join(older)}\n{areas},QZ1,B,E06990001,D\n"
    label, (new,), _ = loaded(source(tmp_path / "a.csv", with_region))
    assert (label, new["lsoa_vintage"], new["region_ods_code"]) == ("lsoa_sub_icb 2026", 2021, "Y91")
    label, (old,), quarantined = loaded(source(tmp_path / "b.csv", without))
    assert (label, old["lsoa_vintage"], quarantined) == ("lsoa_sub_icb 2022", 2011, 0)
    assert old["region_code"] is None or old["region_code"] != old["region_code"]


def test_two_editions_of_one_geography_are_refused(tmp_path: Path) -> None:
    text = "LAD21CD,LAD21NM,LAD23CD,LAD23NM,RGN23CD,RGN23NM\nE06990001,A,E06990002,A,E12990001,N\n"
    with pytest.raises(FileRefused, match="editions of one geography"):
        parse(source(tmp_path / "a.csv", text))


def test_changes_of_code_keep_districts_and_boards_and_count_the_rest(tmp_path: Path) -> None:
    head = "GEOGCD,GEOGNM,GEOGNMW,GEOGCD_P,GEOGNM_P,GEOGNMW_P,SI_ID,SI_TITLE,OPER_DATE,ENTITYCD,YEAR"
    rows = (
        "E08990002,New,,E08990001,Old,,1/2024,Order 2024,01/04/2025 00:00:00,E08,2025",
        "E05990002,Ward,,E05990001,Ward,,1/2024,Order 2024,01/04/2025 00:00:00,E05,2025",
        "E54990002,Board,,,,,,,01/04/2026,E54,2026",
        "E54990003,Board,,E54990003,Board,,,Name change,01/04/2026,E54,2026",
    )
    parsed = parse(source(tmp_path / "Changes.csv", "\n".join((head, *rows)) + "\n"))
    table = parsed.tables["code_changes"]
    validated = validate(dataset_spec("geography_lookups").entity("code_changes"), table)
    assert (table.read, len(validated.frame), validated.quarantined_rows) == (4, 1, 0)
    assert dict(table.ignored) == {"area_of_another_kind": 1, "no_code_before": 1, "its_own_successor": 1}
    row = validated.frame.iloc[0]
    assert (row["old_code"], row["new_code"], str(row["effective_on"])[:10]) == ("E08990001", "E08990002", "2025-04-01")
