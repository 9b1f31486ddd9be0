"""Files made from a synthetic world: their parsers read them back as the world says, and nothing is quarantined."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_specs
from orchestration.datasets.protocol import (
    Parsed,
    SourceFile,
    SyntheticFile,
    Table,
    parser_of,
    synthesiser_of,
    synthetic_lists_of,
)
from orchestration.qi_logs.intake import admit
from orchestration.qi_logs.organisations import KnownOrganisation, Matcher
from orchestration.qi_logs.resolving import resolved
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

WITHOUT_FILES = {"research_activity"}  # typed and empty until its dataset comes
Tables = list[tuple[str, Entity, Table]]  # name of the file, entity, table


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


@pytest.fixture(scope="module")
def small() -> World:
    return World.make(scale="small")


@pytest.fixture(scope="module")
def again() -> World:
    """The small world made anew."""
    return World.make(scale="small")


@pytest.fixture(scope="module")
def files(small: World) -> Mapping[str, list[SyntheticFile]]:
    """Every file of every dataset of one small world."""
    return {name: list(synthesiser_of(name)(small)) for name in dataset_specs()}


@pytest.fixture(scope="module")
def tables(files: Mapping[str, list[SyntheticFile]], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tables]:
    """What the files say."""
    found: dict[str, Tables] = {}
    for name, spec in dataset_specs().items():
        folder = tmp_path_factory.mktemp(name)
        parsed = [(file.name, read(name, file, folder)) for file in files[name]]
        found[name] = [(file, spec.entity(of), table) for file, said in parsed for of, table in said.tables.items()]
    return found


@pytest.fixture(scope="module")
def registers(tables: Mapping[str, Tables]) -> Mapping[str, frozenset[str]]:
    """Codes by register, from the columns that make one, as the lake would gather them."""
    codes: dict[str, set[str]] = {}
    for _, entity, table in (known for found in tables.values() for known in found):
        for column in entity.columns:
            if column.registers:
                codes.setdefault(column.registers, set()).update(table.frame[column.name].dropna())
    return {name: frozenset(known) for name, known in codes.items()}


def read(dataset: str, file: SyntheticFile, folder: Path) -> Parsed:
    """What the dataset's parser says; of what users supply, of the form in which it reaches the archive."""
    path = folder / file.name
    path.write_bytes(file.content)
    if not dataset_specs()[dataset].is_user_supplied:
        return parser_of(dataset)(SourceFile(path, file.name))
    path.write_bytes(admit(SourceFile(path, file.name), dataset, today=date(2026, 12, 31)))
    parsed = parser_of(dataset)(SourceFile(path, file.name))
    written = [text for table in parsed.tables.values() for text in table.frame.get("organisation_as_written", ())]
    codes = {text for text in written if re.fullmatch("[A-Z0-9]{3,6}", text)}
    return resolved(parsed, Matcher(KnownOrganisation(code, code, "provider", None, None) for code in codes)).parsed


def ae_files(world: World) -> Mapping[str, SyntheticFile]:
    return {file.name: file for file in synthesiser_of("ae_monthly")(world)}


@pytest.mark.parametrize("dataset", dataset_specs())
def test_every_synthetic_file_is_labelled_and_reads_without_a_fault(
    dataset: str, tables: Mapping[str, Tables], registers: Mapping[str, frozenset[str]]
) -> None:
    assert bool(tables[dataset]) == (dataset not in WITHOUT_FILES)
    for file, entity, table in tables[dataset]:
        assert file.startswith("SYNTHETIC-")
        validated = validate(entity, table, registers)
        assert validated.quarantined == (), f"{file}: {validated.quarantined[:3]}"
        assert 0 < len(validated.frame) == validated.read - sum(validated.ignored.values()), file


@pytest.mark.parametrize("dataset", dataset_specs())
def test_the_same_world_gives_the_same_bytes(
    dataset: str, files: Mapping[str, list[SyntheticFile]], small: World, again: World
) -> None:
    assert files[dataset] == list(synthesiser_of(dataset)(again))
    assert list(synthetic_lists_of(dataset, small)) == list(synthetic_lists_of(dataset, again))


def test_an_emergency_month_reads_back_as_the_world_counted_it(world: World, tmp_path: Path) -> None:
    parsed = read("ae_monthly", ae_files(world)["SYNTHETIC-Monthly-AE-March-2025.csv"], tmp_path)
    frame = parsed.tables["attendances"].frame.set_index("organisation_code")
    counted = [row for row in world.emergency_months() if row.month == parsed.period_start]
    assert len(frame) == len(counted)
    for row in counted:
        cells = frame.loc[row.organisation_code]
        assert int(cells["attendances_type_1"]) == row.attendances[0]
        assert int(cells["over_4_hours_type_1"]) == row.breaches[0]
        assert int(cells["waits_over_12_hours"]) == row.waits_over_12_hours
        assert int(cells["admissions_other"]) == row.admissions_not_through_emergency


def test_field_test_trusts_show_zeros_to_may_2023_and_breaches_from_june(world: World, tmp_path: Path) -> None:
    tested = [trust.code for trust in world.trusts if trust.is_field_test]
    for month, is_zero in (("May", True), ("June", False)):
        (file,) = [file for name, file in ae_files(world).items() if f"-{month}-2023-" in name]
        frame = read("ae_monthly", file, tmp_path).tables["attendances"].frame.set_index("organisation_code")
        assert all((frame.loc[code, "over_4_hours_type_1"] == "0") is is_zero for code in tested)
        assert all(frame.loc[code, "attendances_type_1"] != "0" for code in tested)


def test_one_month_stands_twice_and_the_revision_changes_one_value(world: World, tmp_path: Path) -> None:
    by_month: dict[str, list[Parsed]] = {}
    for file in ae_files(world).values():
        parsed = read("ae_monthly", file, tmp_path)
        by_month.setdefault(parsed.period_label, []).append(parsed)
    assert len(by_month) == len(world.months)
    (twice,) = [versions for versions in by_month.values() if len(versions) > 1]
    assert [parsed.release_status for parsed in twice] == ["final", "revised"]
    first, second = (parsed.tables["attendances"].frame.set_index("organisation_code") for parsed in twice)
    changed = first.drop(columns="source_row").compare(second.drop(columns="source_row"))
    assert changed.shape == (1, 2)
    assert changed.columns[0][0] == "over_4_hours_type_1"


def test_the_publishers_oddities_are_there(world: World) -> None:
    files = ae_files(world)
    assert files["SYNTHETIC-Monthly-AE-September-2024.csv"].content.splitlines()[0].endswith(b",,,,,,a")
    marked = [name for name, file in files.items() if file.content.startswith(b"\xef\xbb\xbf")]
    assert len(marked) == 4
    assert all(file.content.count(b"\n") == file.content.count(b"\r\n") for file in files.values())
    assert len({file.content.splitlines()[-1].split(b",")[0] for file in files.values()}) >= 4


def test_a_closed_trust_leaves_the_register_and_returns_with_its_last_day(world: World, tmp_path: Path) -> None:
    change = world.successions[0]
    oldest, middle, latest = (read("ods_trusts", file, tmp_path) for file in synthesiser_of("ods_trusts")(world))
    assert oldest.layout == "etr_24"
    assert change.old_code not in set(middle.tables["organisations"].frame["organisation_code"])
    frame = latest.tables["organisations"].frame.set_index("organisation_code")
    assert frame.loc[change.old_code, "closed_on"] == "2021-09-30"
    assert change.on.isoformat() == "2021-10-01"
    assert oldest.period_end < middle.period_end < latest.period_end


def test_no_log_says_what_a_project_truly_does(world: World) -> None:
    logs = b"".join(file.content for file in synthesiser_of("qi_projects")(world) if file.name.endswith(".csv"))
    assert b"narrows" not in logs
    assert b"widens" not in logs
    assert logs.count(b"SYNTHETIC-QI-") >= len(world.projects) - len(world.planted_effects())
