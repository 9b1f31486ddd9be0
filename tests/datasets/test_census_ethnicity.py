"""The parser of ethnic group by small area: labels in any order, other areas, the published table."""

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.census_ethnicity.parse import parse
from orchestration.datasets.protocol import SourceFile, synthesiser_of
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

ENTITY = dataset_spec("census_ethnicity").entity("areas")
LABELS = {column.name: column.source or "" for column in ENTITY.columns if column.source}
PEOPLE = {"residents": 10, "white": 7, "white_british": 6, "white_irish": 1, "black": 3, "black_african": 3}


def table(*rows: Mapping[str, object], backwards: bool = False, year: str = "2021") -> str:
    """The wide table; cells not given are 0, columns may stand in reverse."""
    names = list(LABELS)[::-1] if backwards else list(LABELS)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", *(LABELS[name] for name in names)])
    for row in rows:
        full = {"lsoa_code": "E01990001", "lsoa_name": "Area", **row}
        writer.writerow([year, *(full.get(name, 0) for name in names)])
    return text.getvalue()


def source(folder: Path, content: str) -> SourceFile:
    (folder / "any name.csv").write_text(content, encoding="utf-8")
    return SourceFile(folder / "any name.csv", "any name.csv")


def read(source: SourceFile) -> Validated:
    return validate(ENTITY, parse(source).tables["areas"])


@pytest.mark.parametrize("backwards", [False, True])
def test_columns_are_found_by_label_in_any_order(tmp_path: Path, backwards: bool) -> None:
    frame = read(source(tmp_path, table(PEOPLE, backwards=backwards))).frame
    row = frame.iloc[0]
    assert {name: row[name] for name in PEOPLE} == PEOPLE
    assert row["census_on"].isoformat().startswith("2021-03-21")


def test_groups_that_do_not_add_up_send_their_row_to_quarantine(tmp_path: Path) -> None:
    wrong = {"residents": 10, "white": 9, "white_british": 6, "black": 1, "black_african": 1, "lsoa_code": "E01990002"}
    result = read(source(tmp_path, table(PEOPLE, wrong)))
    assert (result.read, result.quarantined_rows) == (2, 1)
    assert {fault.rule for fault in result.quarantined} == {"detailed_groups_make_up_their_high_level_group"}


def test_a_table_of_larger_areas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="LSOAs"):
        parse(source(tmp_path, table({**PEOPLE, "lsoa_code": "E02000001"})))


def test_another_census_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="2031"):
        parse(source(tmp_path, table(PEOPLE, year="2031")))


def test_a_group_without_its_column_is_refused_by_label(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="White: Roma"):
        parse(source(tmp_path, table(PEOPLE).replace("Ethnic group: White: Roma", "Ethnic group: White: Romany")))


def test_another_table_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="TS021"):
        parse(source(tmp_path, "date,geography,geography code,Age: Total\n2021,Area,E01990001,5\n"))


def test_the_table_of_small_areas_is_found_in_the_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ts021.zip", "w") as archive:
        archive.writestr("census2021-ts021-msoa.csv", table({**PEOPLE, "lsoa_code": "E02000001"}))
        archive.writestr("census2021-ts021-lsoa.csv", table(PEOPLE))
        archive.writestr("metadata/ts021.txt", "note")
    parsed = parse(SourceFile(tmp_path / "ts021.zip", "census2021-ts021.zip"))
    assert (parsed.layout, parsed.tables["areas"].read) == ("bulk_zip", 1)


def test_the_synthetic_table_reads_back_whole(tmp_path: Path) -> None:
    world = World.make(scale="small")
    (file,) = synthesiser_of("census_ethnicity")(world)
    (tmp_path / file.name).write_bytes(file.content)
    result = read(SourceFile(tmp_path / file.name, file.name))
    assert file.name.startswith("SYNTHETIC-")
    assert (result.quarantined, len(result.frame)) == ((), len(world.lsoas_2021))
    assert result.frame["residents"].sum() == sum(area.population for area in world.lsoas_2021)


def test_the_published_table_loads_whole(real_data: Path) -> None:
    path = real_data / "census_ethnicity" / "census2021-ts021-lsoa.csv"
    parsed = parse(SourceFile(path, path.name))
    result = validate(ENTITY, parsed.tables["areas"])
    assert (result.read, len(result.frame), result.quarantined) == (35_672, 35_672, ())
    assert parsed.notes == ()
    countries = result.frame["lsoa_code"].str[0].value_counts()
    assert countries.to_dict() == {"E": 33_755, "W": 1917}
