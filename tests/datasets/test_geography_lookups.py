"""The parser of the geography lookups."""

from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.geography_lookups.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import NotOfThisDataset
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
