"""The next period of every publication loads without a change of code: real files moved a year on, under new names.

The tests go over the catalogue and the files at hand: a new dataset is tried here without an edit, or it must be named
in a table below with the reason.
"""

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from support_restamp import A_YEAR, FIFTY_TWO_WEEKS, a_bare_name, a_new_name

from orchestration.acquisition.collect import Arrival, from_folder
from orchestration.acquisition.sniff import check_content
from orchestration.catalogue.registry import dataset_spec, dataset_specs
from orchestration.datasets.protocol import Parsed, SourceFile, parser_of, synthesiser_of
from orchestration.errors import FileRefused
from orchestration.simulation.world import World
from orchestration.validation.validate import validate

# Datasets that are not moved a year on, and why.
HAVE_NO_NEXT_PERIOD = {
    "imd": "an edition comes every few years, with other areas: an unknown one is refused until a layout tells of it",
    "census_ethnicity": "a census is taken every ten years on a day of its own; an unknown one is refused",
}
REBUILT = ("talking_therapies",)  # its real file is Parquet, which packs its cells: see its own test below
# Layouts without a period: they describe indicators, or list what is available.
WITHOUT_PERIOD = {
    ("cvdprevent", "data_availability_json"),
    ("fingertips", "metadata_csv"),
    ("fingertips", "metadata_json"),
    ("fingertips", "data_changes_json"),
}
# Publications of weeks: their days move 52 weeks, because a week ends on a Sunday in every year.
WEEKLY = {"wlmds_demographics"}
# The only tables whose period stands in no cell: the name of the file, or of the zip's member, must give the date and
# one without it is refused. Every other file loads as `download.<ext>`; both are checked on every file tried here.
DATE_IN_NAME: dict[tuple[str, str], tuple[str, ...]] = {
    ("ascof", "open_data_workbook"): ("measures",),
    ("ascof", "open_data_csv"): ("measures",),
    ("proms", "data_pack_zip"): ("key_facts", "equality"),
    ("proms", "table_csv"): ("key_facts", "equality"),
    ("qof", "table_csv"): (
        "prevalence", "geographies", "indicators", "adjustments", "maximum_points", "validation_outcomes",
    ),
    ("qof", "achievement_csv"): ("achievement",),
    ("qof", "yearly_zip"): ("prevalence", "achievement"),
    ("shmi", "quarterly_csv"): ("trust",),
    ("shmi", "level_csv"): ("trust", "site", "diagnosis"),
    ("shmi", "publication_zip"): ("trust",),
    ("talking_therapies", "yearly_csv"): ("activity",),
    ("talking_therapies", "yearly_zip"): ("activity",),
    ("wlmds_demographics", "geography_csv"): ("waiting_list",),
    ("wlmds_demographics", "specialty_csv"): ("waiting_list",),
}  # fmt: skip
# Registers state no day: one in the name goes before the latest legal date among the records.
DAY_IN_NAME_COMES_FIRST = {("gp_practices", "register"), ("gp_practices", "register_amendments")}
# Publications of which only the name says whether a file is provisional or revised; without it figures count as final.
STATE_IN_NAME = {
    "ae_monthly", "ascof", "maternity_msds", "maternity_msms", "mhsds", "proms", "qof", "rtt", "talking_therapies",
    "wlmds_demographics",
}  # fmt: skip
LARGE_BYTES = 1_000_000
PERIOD_ENDS = ("period_end", "month", "week_ending")
MONTHS_AND_STATES = re.compile(
    r"(?i)\d+|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr"
    r"|jun|jul|aug|sep|oct|nov|dec|provisional|final|revised"
)


@dataclass(frozen=True)
class Read:
    """What a file says: the parser's answer, rows by what became of them, and the last days of its periods."""

    parsed: Parsed
    rows: Counter[str]
    ends: dict[str, tuple[str, ...]]


def moved_datasets() -> list[str]:
    """Datasets whose files are moved a year on."""
    return [
        spec.name
        for spec in dataset_specs().values()
        if spec.name not in HAVE_NO_NEXT_PERIOD and not spec.is_user_supplied
    ]


def one_of_each_shape(folder: Path, dataset: str) -> list[Path]:
    """Files of the dataset's folder, the smallest of those that look alike."""
    found = from_folder(folder, {dataset: dataset_spec(dataset)})
    shapes: dict[object, Path] = {}
    for path in sorted(
        (item.path for item in found if isinstance(item, Arrival)), key=lambda path: path.stat().st_size
    ):
        shapes.setdefault(shape_of(path), path)
    return list(shapes.values())


def shape_of(path: Path) -> object:
    """What files of one layout have in common: headings of a table, or of those in a zip; a workbook's name."""
    if path.suffix in (".xlsx", ".xls", ".ods", ".parquet"):
        return MONTHS_AND_STATES.sub("", path.name)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return tuple(heading_of(archive.open(name).readline()) for name in tables_in(archive))
    with path.open("rb") as stream:
        return heading_of(stream.readline(4096))


def tables_in(archive: zipfile.ZipFile) -> list[str]:
    """Names of the CSV files of a zip."""
    return [name for name in archive.namelist() if name.lower().endswith(".csv") and "__MACOSX" not in name]


def heading_of(line: bytes) -> frozenset[str]:
    """Headings without their years: a table of more years is of the same shape."""
    return frozenset(re.sub(r"[\d\s]+", "", line.decode("latin-1")).split(","))


def read(dataset: str, path: Path, name: str) -> Read:
    """The file as if the publisher had issued it under ``name``."""
    spec = dataset_spec(dataset)
    check_content(path, name, spec)
    parsed = parser_of(dataset)(SourceFile(path, name))
    codes = {"organisations": codes_of(parsed)}
    rows: Counter[str] = Counter()
    ends: dict[str, tuple[str, ...]] = {}
    for entity, table in parsed.tables.items():
        validated = validate(spec.entity(entity), table, codes)
        rows += Counter(read=validated.read, loaded=len(validated.frame), quarantined=validated.quarantined_rows)
        for column in set(PERIOD_ENDS) & set(table.frame.columns):
            ends[f"{entity}.{column}"] = tuple(sorted(table.frame[column].dropna().unique()))
    return Read(parsed, rows, ends)


def codes_of(parsed: Parsed) -> frozenset[str]:
    """Every code of the file: whether a code is registered is another test's matter."""
    return frozenset(
        str(code)
        for table in parsed.tables.values()
        for column in table.frame.columns
        if column.endswith("code")
        for code in table.frame[column].dropna().unique()
    )


def check_next_periods(dataset: str, files: list[Path], into: Path) -> None:
    """Every file moves on; of large files that have the same layout and tables one is enough."""
    tried: set[tuple[str, ...]] = set()
    for path in files:
        given = given_file(dataset, path, into)
        kind = (given.parsed.layout, *given.parsed.tables)
        if kind not in tried or path.stat().st_size < LARGE_BYTES:
            check_next_period(dataset, path, given, into)
        tried.add(kind)


def check_next_period(dataset: str, path: Path, given: Read, into: Path) -> None:
    """The file moved a year on and renamed loads as the file does, a year later."""
    move = FIFTY_TWO_WEEKS if dataset in WEEKLY else A_YEAR
    moved = into / a_new_name(path.name, move)
    moved.write_bytes(move.content(path.read_bytes()))
    after = read(dataset, moved, moved.name)
    layout = given.parsed.layout
    print(f"{dataset} | {layout} | {', '.join(given.parsed.tables)} | {moved.name} | {shown(given)} | {shown(after)}")
    assert after.parsed.layout == layout
    assert set(after.parsed.tables) == set(given.parsed.tables)
    assert after.rows == given.rows, path.name
    assert dataset in STATE_IN_NAME or after.parsed.release_status == given.parsed.release_status
    years = 0 if (dataset, layout) in WITHOUT_PERIOD else 1
    assert after.parsed.period_end.year == given.parsed.period_end.year + years, (path.name, after.parsed.period_label)
    for column, days in given.ends.items():
        later = tuple(move.later(date.fromisoformat(day)).isoformat() for day in days)
        assert after.ends[column] == later, (path.name, column)


def shown(was_read: Read) -> str:
    """Rows read, loaded and quarantined."""
    return "/".join(str(was_read.rows[what]) for what in ("read", "loaded", "quarantined"))


def given_file(dataset: str, path: Path, into: Path) -> Read:
    """The file as given, read as `download.<ext>` unless its layout needs a date in the name: then that is refused."""
    try:
        given = read(dataset, path, a_bare_name(path.name))
    except FileRefused as error:
        refusal = error
    else:
        return checked_members(dataset, path, given, into)
    assert_asks_for_a_name(refusal)
    given = read(dataset, path, path.name)
    assert needs_a_date(dataset, given.parsed), refusal
    return given


def checked_members(dataset: str, path: Path, given: Read, into: Path) -> Read:
    """What was read under a bare name, when the names of members had to give the date: refused without it."""
    if needs_a_date(dataset, given.parsed):
        assert zipfile.is_zipfile(path), f"{path.name} loads without a date: take {given.parsed.layout} off the table"
        undated = into / "download.zip"
        undated.write_bytes(with_undated_members(path))
        with pytest.raises(FileRefused) as refused:
            read(dataset, undated, undated.name)
        assert_asks_for_a_name(refused.value)
    if (dataset, given.parsed.layout) in DAY_IN_NAME_COMES_FIRST:
        return read(dataset, path, path.name)
    return given


def needs_a_date(dataset: str, parsed: Parsed) -> bool:
    """Whether a name must give the date, of the file or of the zip's members."""
    return bool(set(DATE_IN_NAME.get((dataset, parsed.layout), ())) & set(parsed.tables))


def with_undated_members(path: Path) -> bytes:
    """The tables of a zip under names without a date."""
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for at, name in enumerate(tables_in(old)):
            new.writestr(f"table-{'abcdefghijklmnopqrstuvwxyz'[at % 26] * (at // 26 + 1)}.csv", old.read(name))
    return packed.getvalue()


def assert_asks_for_a_name(refusal: FileRefused) -> None:
    """The message says that the name gives no date and what to name the file."""
    assert type(refusal) is FileRefused, refusal
    assert re.search(r"(?i)\bnames?\b.*(keep the publisher's name|should give|rename)", str(refusal)), refusal


SPELLINGS = {
    "2020-21": "2021-22", "2020/21 Q1": "2021/22 Q1", "2024 to 2025 - outcome": "2025 to 2026 - outcome",
    "2009-10": "2010-11", "2015 - 17": "2016 - 18", "2016/17 - 20/21": "2017/18 - 21/22", "2024-10": "2025-10",
    "2024-04-30T00:00": "2025-04-30T00:00", "20240430": "20250430", "30/04/2024": "30/04/2025", "1/4/2024": "1/4/2025",
    "29/02/2024": "28/02/2025", "28/02/2027": "29/02/2028", "1st April 2024": "1st April 2025",
    "01Jan2022": "01Jan2023", "RTT-January-2026": "RTT-January-2027", "MSitAE-APRIL-2021": "MSitAE-APRIL-2022",
    "shmi-2013-october": "shmi-2014-october", "APR22_MAR23": "APR23_MAR24", "Nov20-Oct21.zip": "Nov21-Oct22.zip",
    "Aug 2019 - Jul 2020": "Aug 2020 - Jul 2021", "July to September 2024": "July to September 2025",
    "NHS Staff Survey 2024": "NHS Staff Survey 2025", "Mid-2022 LSOA 2021": "Mid-2023 LSOA 2021",
    "(IMD2019, 4/21 geography)": "(IMD2019, 4/21 geography)", "LSOA code (2011)": "LSOA code (2011)",
    "E01002024": "E01002024", "2024": "2024",
}  # fmt: skip
NAMES = {
    "PREVALENCE_2021_v2.csv": "PREVALENCE_2122_v2", "Equality 1819.csv.zip": "Equality 1920",
    "Adult-Inpatient-Survey-2022.ods": "Adult-Inpatient-Survey-2023", "ascof_2024_25.ods": "ascof_2025_26",
    "Data_4WW_AprPerf_2024_v2.csv": "Data_4WW_AprPerf_2025_v2", "waiting-lists-2024-25-August.xlsx":
    "waiting-lists-2025-26-August", "WL5BiP-Jan26.zip": "WL5BiP-Jan27",
}  # fmt: skip


@pytest.mark.parametrize(("given", "later"), SPELLINGS.items())
def test_dates_move_a_year_on_however_they_are_spelt_and_editions_stay(given: str, later: str) -> None:
    assert A_YEAR.text(given) == later


@pytest.mark.parametrize(("given", "stem"), NAMES.items())
def test_a_new_name_has_the_next_year_and_another_suffix(given: str, stem: str) -> None:
    assert re.fullmatch(rf"{stem}-q[0-9a-f]{{6}}Z(\.\w+)+", a_new_name(given))


def test_the_tables_above_name_datasets_layouts_and_entities_that_there_are() -> None:
    specs = dataset_specs()
    assert HAVE_NO_NEXT_PERIOD.keys() | WEEKLY | STATE_IN_NAME <= specs.keys()
    for dataset, layout in WITHOUT_PERIOD | DATE_IN_NAME.keys() | DAY_IN_NAME_COMES_FIRST:
        assert layout in {known.name for known in specs[dataset].layouts}
    for (dataset, _), entities in DATE_IN_NAME.items():
        assert set(entities) <= {entity.name for entity in specs[dataset].entities}


@pytest.mark.parametrize("dataset", [name for name in moved_datasets() if name not in REBUILT])
def test_the_next_period_of_real_files_under_a_new_name_loads_as_the_given_one_does(
    dataset: str, real_data: Path, tmp_path: Path
) -> None:
    files = one_of_each_shape(real_data, dataset)
    assert files or all(layout.met == "documentation_only" for layout in dataset_spec(dataset).layouts)
    check_next_periods(dataset, files, tmp_path)


@pytest.mark.parametrize("dataset", moved_datasets())
def test_the_next_period_of_simulated_files_loads_too_so_that_layouts_without_a_real_file_are_tried(
    dataset: str, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / dataset
    folder.mkdir()
    for file in synthesiser_of(dataset)(world):
        (folder / file.name).write_bytes(file.content)
    files = [path for path in one_of_each_shape(tmp_path, dataset) if path.suffix != ".parquet"]
    check_next_periods(dataset, files, tmp_path)


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(scale="small")


def test_the_next_years_of_the_reshaped_table_of_talking_therapies_load(real_data: Path, tmp_path: Path) -> None:
    """Parquet packs its cells: two copies of England and the regions are built, one with every year a year later."""
    given, moved = tmp_path / "given.parquet", tmp_path / "measures_annual-5XqLw.parquet"
    real = real_data / "talking_therapies" / "measures_annual.parquet"
    rows = f"from read_parquet('{real}') where org_type in ('England', 'Commissioning Region')"
    later = """
        printf('%d-%02d', year(start_date) + 1, (year(start_date) + 2) % 100) as reporting_period,
        cast(start_date + interval 1 year as date) as start_date, cast(end_date + interval 1 year as date) as end_date
    """
    with duckdb.connect() as con:
        con.execute(f"copy (select * {rows}) to '{given}' (format parquet)")
        con.execute(f"copy (select * replace ({later}) {rows}) to '{moved}' (format parquet)")
    before, after = (read("talking_therapies", path, a_bare_name(path.name)) for path in (given, moved))
    print(f"talking_therapies | {after.parsed.layout} | activity | {moved.name} | {shown(before)} | {shown(after)}")
    assert after.rows == before.rows
    assert after.rows["loaded"] > 1_000
    assert after.parsed.period_end == date(before.parsed.period_end.year + 1, 3, 31)
    assert after.ends["activity.period_end"] == tuple(
        f"{int(d[:4]) + 1}{d[4:]}" for d in before.ends["activity.period_end"]
    )


def test_the_questionnaire_of_a_new_year_is_loaded_and_awaits_its_topics(real_data: Path, tmp_path: Path) -> None:
    """Question numbers move between surveys: scores of another set load to the lake, and no measure is made of them."""
    (path,) = one_of_each_shape(real_data, "inpatient_survey")
    moved = tmp_path / "Adult-Inpatient-Survey-new-questions.ods"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(moved, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("mimetype", old.read("mimetype"))
        renumbered = re.sub(rb"(?<![0-9])Q47(?![0-9])", b"Q52", old.read("content.xml"))
        new.writestr("content.xml", A_YEAR.part("content.xml", renumbered))
        new.writestr("META-INF/manifest.xml", old.read("META-INF/manifest.xml"))
    parsed = parser_of("inpatient_survey")(SourceFile(moved, moved.name))
    assert parsed.period_label == str(int(MONTHS_AND_STATES.findall(path.name)[0]) + 1)
    assert len(parsed.tables["scores"].frame) == parsed.tables["scores"].read > 10_000
    assert parsed.tables["scores"].frame["topic"].isna().all()
    assert "questionnaire that is not known yet" in parsed.notes[0]


def test_open_data_of_adult_social_care_take_the_codes_of_their_own_year(real_data: Path) -> None:
    """From 2023-24 the codes of measures mean other things: the layout stays, what it says changes with the year."""
    path = next(path for path in one_of_each_shape(real_data, "ascof") if path.suffix == ".xlsx")
    later = parser_of("ascof")(SourceFile(path, "open-data-2023-24.xlsx")).tables["measures"].frame
    assert set(later["framework"]) == {"from_2023_24"}
    assert set(later["period_end"]) == {"2024-03-31"}
