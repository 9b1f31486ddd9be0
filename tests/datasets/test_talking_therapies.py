"""The annual reports of NHS Talking Therapies: both layouts, what is left out, and what is refused."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from support_datasets import reconciles

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.talking_therapies.parse import parse
from orchestration.datasets.talking_therapies.synthesise import synthesise
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

ENTITY = dataset_spec("talking_therapies").entity("activity")
IDENTIFIERS = "OrgType,OrgCode,OrgName,VariableType,VariableA,VariableB"
COUNTS = (
    "ReferralsReceived",
    "FinishedCourseTreatment",
    "AtCaseness",
    "NotAtCaseness",
    "Recovery",
    "ReliableRecovery",
    "Improvement",
)
PERCENTAGES = ("Recovery", "ReliableRecovery", "Improvement")
MEASURES = (
    ("referrals_received", "count"),
    ("finished_course_treatment", "count"),
    ("at_caseness", "count"),
    ("not_at_caseness", "count"),
    ("recovery", "count"),
    ("reliable_recovery", "count"),
    ("improvement", "count"),
    ("recovery", "percentage"),
    ("reliable_recovery", "percentage"),
    ("improvement", "percentage"),
)
VALUES = ("900", "100", "80", "20", "40", "36", "65", "50.0", "45.0", "65.0")
NAME = "psych-ther-ann-rep-csv-2023-24-main.csv"

Write = Callable[[str, bytes], SourceFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str, content: bytes) -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(content)
        return SourceFile(path, name)

    return _write


def main_csv(*rows: str, joint: str = "_") -> bytes:
    headings = [*(f"Count{joint}{name}" for name in COUNTS), *(f"Percentage{joint}{name}" for name in PERCENTAGES)]
    return "\r\n".join([",".join([IDENTIFIERS, *headings]), *rows, ""]).encode()


def main_row(*identifiers: str, values: tuple[str, ...] = VALUES) -> str:
    return ",".join([*identifiers, *values])


ENGLAND = main_row("England", "All", "All", "Total", "NULL", "NULL")


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(f"{name}.csv", member)
    return content.getvalue()


def tidy_rows(name: str, values: tuple[str, ...] = VALUES, code: str = "ZZ9") -> list[tuple[str, ...]]:
    key = ("Provider", code, name, "Total", "NULL", "NULL")
    return [(*key, *measure, value) for measure, value in zip(MEASURES, values, strict=True)]


def tidy_file(folder: Path, rows: list[tuple[str, ...]], period: str = "2023-24", columns: str = "*") -> SourceFile:
    path = folder / "tidy.parquet"
    with duckdb.connect() as con:
        con.execute(
            "create table t (org_type text, org_code text, org_name text, variable_type text, variable_a text, "
            "variable_b text, measure_name text, measure_statistic text, value text)"
        )
        con.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        con.execute(
            f"copy (select '{period}' as reporting_period, date '2023-04-01' as start_date, "
            f"date '2024-03-31' as end_date, {columns} from t) to '{path}' (format parquet)"
        )
    return SourceFile(path, "tidy.parquet")


@pytest.fixture(scope="module")
def real(real_data: Path) -> Parsed:
    path = real_data / "talking_therapies" / "measures_annual.parquet"
    return parse(SourceFile(path, path.name))


def test_every_row_of_the_real_table_is_loaded_or_left_out_by_a_named_rule(real: Parsed) -> None:
    table = real.tables["activity"]
    assert reconciles(real)
    assert (table.read, len(table.frame), table.malformed) == (4_529_756, 109_434, ())
    assert table.ignored == {
        "variable_type_not_used": 2_984_422,
        "organisation_unknown": 12_642,
        "measure_not_used": 437_912,
        "folded_into_wide_row": 984_906,
        "repeated_under_a_second_name": 440,
    }
    assert real.period_label == "2017-18 to 2024-25"


def test_every_kept_row_of_the_real_table_is_valid(real: Parsed) -> None:
    validated = validate(ENTITY, real.tables["activity"])
    assert validated.quarantined == ()
    assert len(validated.frame) == 109_434
    assert not validated.frame.loc[validated.frame["recovery_status"] == "suppressed", "recovery"].notna().any()


def test_the_real_table_has_each_decile_once_per_organisation_and_year(real: Parsed) -> None:
    frame = real.tables["activity"].frame
    deciles = frame[
        (frame["variable_type"] == "Indices of Deprivation Decile") & (frame["organisation_type"] == "England")
    ]
    assert deciles.groupby("period_start")["variable_a"].nunique().tolist() == [11] * 8
    assert {"01 Least deprived", "10 Most deprived"} < set(deciles["variable_a"])


def test_an_organisation_listed_under_two_names_with_the_same_values_is_one_row(tmp_path: Path) -> None:
    parsed = parse(tidy_file(tmp_path, tidy_rows("FIRST NAME") + tidy_rows("SECOND NAME")))
    table = parsed.tables["activity"]
    assert table.frame["organisation_name"].tolist() == ["FIRST NAME"]
    assert table.ignored == {"folded_into_wide_row": 9, "repeated_under_a_second_name": 10}
    assert reconciles(parsed)


def test_one_cell_with_two_values_puts_the_whole_row_in_quarantine(tmp_path: Path) -> None:
    others = tidy_rows("OTHER", code="ZZ8")
    parsed = parse(tidy_file(tmp_path, tidy_rows("A NAME") + tidy_rows("A NAME", ("901", *VALUES[1:])) + others))
    table = parsed.tables["activity"]
    assert table.frame["organisation_code"].tolist() == ["ZZ8"]
    assert len(table.malformed) == 20
    assert {fault.rule for fault in table.malformed} == {"conflicting_values"}
    assert reconciles(parsed)


def test_a_parquet_file_of_other_columns_is_not_of_this_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotOfThisDataset, match="value"):
        parse(tidy_file(tmp_path, tidy_rows("A NAME"), columns="* exclude (value)"))


def test_a_period_that_does_not_fit_its_dates_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="2022-23"):
        parse(tidy_file(tmp_path, tidy_rows("A NAME"), period="2022-23"))


def test_a_truncated_parquet_file_is_refused_with_its_name(tmp_path: Path) -> None:
    source = tidy_file(tmp_path, tidy_rows("A NAME"))
    source.path.write_bytes(source.path.read_bytes()[:400])
    with pytest.raises(FileRefused, match=r"tidy\.parquet"):
        parse(source)


@pytest.mark.parametrize("joint", ["_", ""])
def test_both_spellings_of_the_headings_give_the_same_row(write: Write, joint: str) -> None:
    parsed = parse(write(NAME, main_csv(ENGLAND, joint=joint)))
    row = parsed.tables["activity"].frame.iloc[0]
    assert parsed.layout == "yearly_csv"
    assert (row["period_start"], row["period_end"]) == ("2023-04-01", "2024-03-31")
    assert (row["variable_a"], row["variable_b"]) == ("All", "All")
    assert (row["finished_course_treatment"], row["not_at_caseness"], row["recovery"]) == ("100", "20", "40")
    assert (row["recovery_percentage"], row["improvement"]) == ("50.0", "65")


def test_the_main_file_is_found_in_the_zip_by_its_headings(write: Write) -> None:
    content = zipped(**{"effect-size": f"{IDENTIFIERS},EffectSize\r\n".encode(), "any name 2023-24": main_csv(ENGLAND)})
    parsed = parse(write("data.zip", content))
    assert (parsed.layout, parsed.period_label, len(parsed.tables["activity"].frame)) == ("yearly_zip", "2023-24", 1)


def test_a_zip_without_the_main_file_is_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="0 of 1"):
        parse(write("data-2023-24.zip", zipped(other=f"{IDENTIFIERS},EffectSize\r\n".encode())))


def test_another_csv_of_the_report_is_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="main file"):
        parse(write("psych-ther-ann-rep-csv-2023-24-peq.csv", f"{IDENTIFIERS},CountFeelInvolved\r\n".encode()))


@pytest.mark.parametrize("name", ["main.csv", "main-2022-23-and-2023-24.csv", "main-2023-25.csv"])
def test_a_year_that_no_name_gives_refuses_the_file(write: Write, name: str) -> None:
    with pytest.raises(FileRefused, match="year"):
        parse(write(name, main_csv(ENGLAND)))


def test_a_missing_column_refuses_the_file_and_names_the_nearest(write: Write) -> None:
    content = main_csv(ENGLAND).replace(b"Count_Improvement", b"Count_Improvements")
    with pytest.raises(FileRefused, match=r"Count_Improvement.*nearest"):
        parse(write(NAME, content))


def test_unused_variables_and_unknown_organisations_are_counted(write: Write) -> None:
    rows = (
        ENGLAND,
        main_row("England", "All", "All", "Religion", "None", "NULL"),
        main_row("ICB", "UNKNOWN", "UNKNOWN", "Total", "NULL", "NULL"),
    )
    parsed = parse(write(NAME, main_csv(*rows)))
    assert parsed.tables["activity"].ignored == {"variable_type_not_used": 1, "organisation_unknown": 1}
    assert reconciles(parsed)


def test_a_suppressed_or_missing_count_is_null_with_its_status_and_never_zero(write: Write) -> None:
    values = ("*", "NULL", *VALUES[2:])
    parsed = parse(
        write(NAME, main_csv(main_row("Provider", "ZZ9", "A NAME", "Gender", "Female", "NULL", values=values)))
    )
    row = validate(ENTITY, parsed.tables["activity"]).frame.iloc[0].to_dict()
    assert (row["referrals_received_status"], row["finished_course_treatment_status"]) == (
        "suppressed",
        "missing_at_source",
    )
    frame = validate(ENTITY, parsed.tables["activity"]).frame
    assert frame[["referrals_received", "finished_course_treatment"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "identifiers",
    [
        ("Provider", "ZZ9", "A NAME", "Indices of Deprivation Decile", "11 More deprived", "NULL"),
        ("Provider", "ZZ9", "A NAME", "Ethnic Group", "White", "Cornish"),
        ("Alliance", "ZZ9", "A NAME", "Total", "NULL", "NULL"),
    ],
)
def test_a_label_that_has_no_meaning_yet_is_quarantined(write: Write, identifiers: tuple[str, ...]) -> None:
    parsed = parse(write(NAME, main_csv(ENGLAND, main_row(*identifiers))))
    validated = validate(ENTITY, parsed.tables["activity"])
    assert len(validated.frame) == 1
    assert [fault.source_row for fault in validated.quarantined] == [3]


def test_more_recoveries_than_finished_courses_are_quarantined(write: Write) -> None:
    values = ("900", "100", "80", "20", "105", "36", "65", "50.0", "45.0", "65.0")
    parsed = parse(write(NAME, main_csv(main_row("England", "All", "All", "Total", "NULL", "NULL", values=values))))
    assert [fault.rule for fault in validate(ENTITY, parsed.tables["activity"]).quarantined] == [
        "outcomes_within_finished"
    ]


def test_the_synthetic_files_say_so_are_small_and_the_same_each_time() -> None:
    files = list(synthesise(World.make(scale="small")))
    assert [file.name for file in files] == [
        f"SYNTHETIC-psych-ther-ann-rep-csvs-{y}-{y - 1999}.zip" for y in range(2021, 2025)
    ]
    assert sum(len(file.content) for file in files) < 1_000_000
    assert [file.content for file in synthesise(World.make(scale="small"))] == [file.content for file in files]


def test_a_synthetic_year_reads_back_with_england_exact_providers_rounded_and_deciles_reversed(write: Write) -> None:
    world = World.make(scale="small")
    file = list(synthesise(world))[-1]
    parsed = parse(write(file.name, file.content))
    validated = validate(ENTITY, parsed.tables["activity"])
    frame = validated.frame
    deciles = frame[frame["variable_type"] == "Indices of Deprivation Decile"]
    england = deciles[deciles["organisation_type"] == "England"].set_index("variable_a")
    true = [row for row in world.therapy_years() if row.year == 2024 and row.dimension == "deprivation"]
    assert england.loc["10 Most deprived", "recovery"] == sum(row.recovery for row in true if row.stratum == "1")
    assert england.loc["02 Less deprived", "recovery"] == sum(row.recovery for row in true if row.stratum == "9")
    shown = frame.loc[frame["organisation_type"] == "Provider", "recovery"].dropna()
    assert (shown % 5 == 0).all()
    assert shown.min() == 5
    assert validated.quarantined == ()
    assert validated.suppressed_cells > 0
    assert frame.loc[frame["organisation_type"] != "England", "organisation_name"].str.endswith("(SYNTHETIC)").all()
