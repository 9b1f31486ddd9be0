"""NHS Maternity Statistics from the Maternity Services Data Set: the eight-column layout and its changes."""

from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec, measures
from orchestration.datasets.maternity_msds.parse import parse
from orchestration.datasets.maternity_msds.synthesise import synthesise
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

ENTITY = dataset_spec("maternity_msds").entity("counts")
HEADER = "Period,Dimension,Org_Level,Org_Code,Org_Name,Measure,Count_Of,Value"
ETHNICITY = "EthnicCategoryMotherGroup"


def source(folder: Path, *rows: str, header: str = HEADER, name: str = "some.csv") -> SourceFile:
    path = folder / name
    path.write_text("\r\n".join([header, *rows, ""]), encoding="utf-8")
    return SourceFile(path, name)


def row(measure: str, value: str, dimension: str = ETHNICITY, period: str = "2021-22") -> str:
    return f'{period},{dimension},Provider,ZZ9,A TRUST,"{measure}",Deliveries,{value}'


def loaded(path: Path) -> Validated:
    table = parse(SourceFile(path, path.name)).tables["counts"]
    return validate(ENTITY, table)


@pytest.mark.parametrize(
    ("name", "rows", "national", "providers"),
    [
        ("hosp-epis-stat-mat-msdscsv-2020-21.csv", 16_160, 482_515, 482_505),
        ("hosp-epis-stat-mat-msdscsv-2022-23.csv", 15_785, 531_000, 530_960),
    ],
)
def test_a_real_year_loads_whole_and_its_totals_are_the_publishers(
    real_data: Path, name: str, rows: int, national: int, providers: int
) -> None:
    validated = loaded(real_data / "maternity_msds" / name)
    assert (validated.read, len(validated.frame), validated.quarantined) == (rows, rows, ())
    totals = (
        validated.frame[validated.frame["dimension"] == "TotalDeliveries"].groupby("organisation_level")["value"].sum()
    )
    assert (totals["National"], totals["Provider"]) == (national, providers)


def test_a_real_year_shows_small_counts_as_5_and_true_zeros_as_0(real_data: Path) -> None:
    values = loaded(real_data / "maternity_msds" / "hosp-epis-stat-mat-msdscsv-2020-21.csv").frame["value"]
    assert (values % 5 == 0).all()
    assert ((values == 5).sum(), (values == 10).sum(), (values == 0).sum()) == (1257, 336, 3516)


def test_a_blank_measure_is_the_total(tmp_path: Path) -> None:
    parsed = parse(source(tmp_path, row("", "400", "TotalDeliveries")))
    assert parsed.tables["counts"].frame["measure"].tolist() == ["All"]
    assert (parsed.period_label, parsed.period_start.year) == ("2021-22", 2021)


def test_three_kinds_of_unknown_stay_three_values(tmp_path: Path) -> None:
    labels = ["Not known", "Not Stated", "Missing Value / Value outside reporting parameters"]
    validated = loaded(source(tmp_path, *(row(label, "5") for label in labels)).path)
    assert validated.frame["measure"].tolist() == labels


@pytest.mark.parametrize(
    ("dimension", "label"),
    [
        (ETHNICITY, "Roma"),
        ("DeprivationDecileAtBooking", "01 - Least deprived"),
        ("DeprivationDecileAtBooking", "11"),
        ("AgeAtBookingMotherGroup", "45 to 49"),
    ],
)
def test_a_label_that_has_no_meaning_yet_is_quarantined(tmp_path: Path, dimension: str, label: str) -> None:
    validated = loaded(source(tmp_path, row("White", "5"), row(label, "5", dimension)).path)
    assert [(fault.source_row, fault.rule) for fault in validated.quarantined] == [(3, "stratum_is_known")]


@pytest.mark.parametrize("value", ["-5", "12", "4.5", "*"])
def test_a_count_that_the_publisher_would_not_print_is_quarantined(tmp_path: Path, value: str) -> None:
    validated = loaded(source(tmp_path, row("White", "5"), row("Mixed", value)).path)
    assert {fault.source_row for fault in validated.quarantined} == {3}
    assert len(validated.frame) == 1


def test_one_key_with_two_counts_is_quarantined_and_neither_is_loaded(tmp_path: Path) -> None:
    validated = loaded(source(tmp_path, row("White", "5"), row("White", "10"), row("Mixed", "5")).path)
    assert validated.frame["measure"].tolist() == ["Mixed"]
    assert validated.quarantined_rows == 2


def test_a_file_of_two_years_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="not one year"):
        parse(source(tmp_path, row("White", "5"), row("White", "5", period="2022-23")))


def test_a_missing_column_refuses_the_file_and_another_csv_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="Count_Of"):
        parse(source(tmp_path, row("White", "5"), header=HEADER.replace("Count_Of", "CountOf")))
    with pytest.raises(NotOfThisDataset):
        parse(source(tmp_path, "a,b", header="Org code,Attendances"))


def test_the_measure_is_a_distribution_without_denominator_or_better_direction() -> None:
    measure = measures()["maternity_deliveries"]
    assert (measure.observation_kind, measure.denominator, measure.direction) == ("stratum_distribution", None, "none")


def test_the_synthetic_years_load_whole_with_the_labels_of_their_year(tmp_path: Path) -> None:
    world = World.make()
    files = list(synthesise(world))
    assert sum(len(file.content) for file in files) < 1_000_000
    assert all(file.name.startswith("SYNTHETIC-") for file in files)
    first, later = files[0], files[1]
    assert first.content.startswith(b"\xef\xbb\xbf")
    assert not later.content.startswith(b"\xef\xbb\xbf")
    for file, decile, smoking in ((first, "2", "SmokingAtBooking"), (later, "02", "SmokingStatusGroupBooking")):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        validated = loaded(path)
        assert validated.quarantined == ()
        assert decile in set(validated.frame["measure"])
        assert smoking in set(validated.frame["dimension"])


def test_synthetic_small_counts_are_printed_as_5_and_zeros_as_0(tmp_path: Path) -> None:
    world = World.make(scale="small")
    file = next(iter(synthesise(world)))
    path = tmp_path / file.name
    path.write_bytes(file.content)
    frame = loaded(path).frame
    true = {row.organisation_code: row.count for row in world.births()
            if (row.year, row.dimension, row.stratum) == (2021, "mother_age", "45 and over")}  # fmt: skip
    shown = frame[(frame["measure"] == "45 or Over") & (frame["organisation_level"] == "Provider")]
    printed = dict(zip(shown["organisation_code"], shown["value"], strict=True))
    assert printed
    for code, value in printed.items():
        assert value == (0 if true[code] == 0 else 5 if true[code] <= 7 else 5 * round(true[code] / 5))
