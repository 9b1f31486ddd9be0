"""Print a world's births as the yearly CSV of NHS Maternity Statistics.

Belongs here: the publisher's layout, labels and rounding, and how they change over the years. Does not: what happened
(the simulation) or reading the files (parse.py).

Counts of 1 to 7 are printed as 5, a zero as 0, all others rounded to 5; the national row too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from orchestration.datasets.dates import financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5
from orchestration.simulation.records import DECILES, MOTHER_AGES, UNKNOWN, BirthYear
from orchestration.simulation.world import World

PAGE = "/data-and-information/publications/statistical/nhs-maternity-statistics/{label}"
HEADER = ("Period", "Dimension", "Org_Level", "Org_Code", "Org_Name", "Measure", "Count_Of", "Value")
FIRST_YEAR = 2020  # the data set's first annual publication in this layout
MISSING = "Missing value / Value outside reporting parameters"
MISSING_2020 = "Missing Value / Value outside reporting parameters"
PSEUDO_POSTCODE = "Pseudo postcode recorded (includes no fixed abode or resident overseas)"
ELSEWHERE = "Resident Elsewhere in UK, Channel Islands or Isle of Man"
ETHNIC_LABELS = {"Other ethnic groups": "Any other ethnic group"}
TERM_WEEKS = ("37", "38", "39", "40", "41", "42", "43_or_more")
GESTATION_LABELS = {
    "27_or_less": "27 weeks and under",
    "43_or_more": "43 weeks and over",
    UNKNOWN: MISSING,
}
LABELS = {
    "apgar": {UNKNOWN: MISSING},
    "birthweight": {"under_2500g": "Under 2500g", "2500g_or_more": "2500g and over", UNKNOWN: MISSING},
    "smoking_at_booking": {"smoker": "Smoker", "non_smoker": "Non-Smoker / Ex-Smoker", UNKNOWN: MISSING},
}
DIMENSIONS = {
    "apgar": "ApgarScore5TermGroup7",
    "birthweight": "BirthweightTermGroup2500",
    "smoking_at_booking": "SmokingStatusGroupBooking",
}

Cell = tuple[str, str, str]  # Dimension, Measure, Count_Of
Organisation = tuple[str, str, str]  # Org_Level, Org_Code, Org_Name


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One CSV per financial year from 2020-21 on; the first one begins with a byte order mark."""
    for year in (year for year in world.years if year >= FIRST_YEAR):
        label = financial_year_label(year)
        yield SyntheticFile(
            f"SYNTHETIC-hosp-epis-stat-mat-msdscsv-{label}.csv",
            _content(world, year, label),
            PAGE.format(label=label),
            f"NHS Maternity Statistics {label}: MSDS data (csv)",
            date(year + 1, 12, 11),
        )


def _content(world: World, year: int, label: str) -> bytes:
    rows: list[Sequence[object]] = [HEADER]
    tables = list(_organisations(world, year))
    cells = sorted({cell for _, table in tables for cell in table})
    for dimension, measure, count_of in cells:
        for organisation, table in tables:
            value = _rounded(table[dimension, measure, count_of])
            rows.append([label, dimension, *organisation, measure, count_of, value])
    return csv_bytes(rows, encoding="utf-8-sig" if year == FIRST_YEAR else "utf-8")


def _organisations(world: World, year: int) -> Iterator[tuple[Organisation, Counter[Cell]]]:
    """The nation, regions and providers of a year, with their true counts."""
    by_provider: dict[str, Counter[Cell]] = {}
    for row in world.births():
        if row.year == year:
            for cell, count in _cells(row, year):
                by_provider.setdefault(row.organisation_code, Counter())[cell] += count
    codes = sorted(by_provider)
    yield ("National", "National", "ALL SUBMITTERS"), _sum(by_provider[code] for code in codes)
    for region in world.regions:
        inside = (by_provider[code] for code in codes if world.provider(code).region_code == region.code)
        yield ("NHS England (Region)", region.code, region.name), _sum(inside)
    for code in codes:
        yield ("Provider", code, world.provider(code).name_on(date(year + 1, 3, 31))), by_provider[code]


def _sum(tables: Iterable[Counter[Cell]]) -> Counter[Cell]:
    total: Counter[Cell] = Counter()
    for table in tables:
        total.update(table)
    return total


def _cells(row: BirthYear, year: int) -> Iterator[tuple[Cell, int]]:
    """The cells of the file that a count of the world is part of."""
    count_of = row.counts.capitalize()
    if row.dimension == "all":
        yield (f"Total{count_of}", "", count_of), row.count
    elif row.dimension == "mother_age":
        yield ("AgeAtBookingMotherGroup", _age(row.stratum), count_of), row.count
    elif row.dimension == "ethnicity":
        yield from _split("EthnicCategoryMotherGroup", _ethnic_shares(row), count_of)
    elif row.dimension == "deprivation":
        yield from _split("DeprivationDecileAtBooking", _deprivation_shares(row, year), count_of)
    elif row.dimension == "gestation":
        yield ("GestationLengthBirth", _weeks(row.stratum), count_of), row.count
        yield ("GestationLengthBirthGroup37", _term(row.stratum, year), count_of), row.count
    else:
        dimension = DIMENSIONS[row.dimension]
        if year == FIRST_YEAR and row.dimension == "smoking_at_booking":
            dimension = "SmokingAtBooking"
        label = LABELS[row.dimension].get(row.stratum, row.stratum)
        is_old = year == FIRST_YEAR and count_of == "Babies" and label == MISSING
        yield (dimension, MISSING_2020 if is_old else label, count_of), row.count


def _split(dimension: str, shares: Iterable[tuple[str, int]], count_of: str) -> Iterator[tuple[Cell, int]]:
    for label, count in shares:
        yield (dimension, label, count_of), count


def _age(stratum: str) -> str:
    if stratum == UNKNOWN:
        return MISSING
    return {MOTHER_AGES[0]: "Under 20", MOTHER_AGES[-1]: "45 or Over"}.get(stratum, stratum)


def _ethnic_shares(row: BirthYear) -> Iterator[tuple[str, int]]:
    """Unknown is spread over its three labels: a quarter not known, an eighth missing, the rest not stated."""
    if row.stratum != UNKNOWN:
        yield ETHNIC_LABELS.get(row.stratum, row.stratum), row.count
        return
    not_known, missing = row.count // 4, row.count // 8
    yield from (("Not known", not_known), (MISSING, missing), ("Not Stated", row.count - not_known - missing))


def _deprivation_shares(row: BirthYear, year: int) -> Iterator[tuple[str, int]]:
    """Deciles 2 to 9 come without a leading zero in 2020-21; half of the unknown lives at no English address."""
    if row.stratum in DECILES:
        ends = {"1": "01 - Most deprived", "10": "10 - Least deprived"}
        middle = row.stratum if year == FIRST_YEAR else f"{int(row.stratum):02}"
        yield ends.get(row.stratum, middle), row.count
        return
    pseudo, elsewhere = row.count // 3, row.count // 6
    yield from ((PSEUDO_POSTCODE, pseudo), (ELSEWHERE, elsewhere), (MISSING, row.count - pseudo - elsewhere))


def _weeks(stratum: str) -> str:
    return GESTATION_LABELS.get(stratum, f"{stratum.replace('_', ' ')} weeks")


def _term(stratum: str, year: int) -> str:
    if stratum == UNKNOWN:
        return "Missing Value/Value outside reporting parameters" if year == FIRST_YEAR else MISSING
    return ">=37 weeks" if stratum in TERM_WEEKS else "<37 weeks"


def _rounded(count: int) -> int:
    """1 to 7 become 5, zero stays, any other count is rounded to the nearest 5."""
    if count == 0:
        return 0
    return 5 if count <= 7 else round_to_5(count)
