"""Print a world's talking therapies as the publisher's yearly zips of CSV files.

Belongs here: the publisher's layout, labels, rounding and suppression, and how they change over the years. Does not:
what happened (the simulation) or reading the files (parse.py).

England is exact with percentages to 0.1; elsewhere counts below 5 are ``*``, others are rounded to 5, percentages to 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from orchestration.datasets.dates import financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5, zipped
from orchestration.simulation.records import ADULT_AGES, ETHNIC_GROUPS, UNKNOWN, TherapyYear
from orchestration.simulation.world import World

PAGE = (
    "/data-and-information/publications/statistical/"
    "nhs-talking-therapies-for-anxiety-and-depression-annual-reports/{label}"
)
COUNTS = (
    "ReferralsReceived", "FinishedCourseTreatment", "AtCaseness", "NotAtCaseness", "Recovery", "ReliableRecovery",
    "Improvement",
)  # fmt: skip
FINISHED, NOT_AT_CASENESS = COUNTS.index("FinishedCourseTreatment"), COUNTS.index("NotAtCaseness")
PERCENTAGES = ("Recovery", "ReliableRecovery", "Improvement")
NOT_STATED = "Not stated/Not known/Invalid"
NULL = "NULL"
DECILES = {
    "1": "10 Most deprived",
    **{str(decile): f"{11 - decile:02} {'More' if decile < 6 else 'Less'} deprived" for decile in range(2, 10)},
    "10": "01 Least deprived",
}
HIGH_LEVEL = {"Other ethnic groups": "Other Ethnic Groups"}
GROUPS_OF_2001 = {
    "white_british": "British",
    "white_gypsy_traveller": "Any other White background",
    "asian_chinese": "Chinese",
    "other_arab": "Any Other Ethnic Group",
    "other_any": "Any Other Ethnic Group",
}
CHINESE = "asian_chinese"  # among the other ethnic groups in the grouping of 2001
SHARE_26_TO_35_OF_26_TO_64 = 0.3
YEAR_OF_GSS_CODES = 2017  # STPs bore GSS codes in that year
FIRST_YEAR_OF_NEW_AGES, FIRST_YEAR_OF_UNDERSCORES, FIRST_YEAR_OF_ICBS = 2021, 2020, 2022

Label = tuple[str, str, str]  # VariableType, VariableA, VariableB
Numbers = tuple[int, ...]  # in the order of COUNTS
Table = dict[Label, Numbers]


@dataclass(frozen=True)
class Organisation:
    """An organisation of the file: OrgType, OrgCode, OrgName."""

    kind: str
    code: str
    name: str


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One zip per financial year, with the main file and one that is not used."""
    for year in world.years:
        label = financial_year_label(year)
        stem = f"SYNTHETIC-psych-ther-ann-rep-csv-{label}"
        members = {
            f"{stem}-main.csv": _main(world, year),
            f"{stem}-effect-size.csv": b"OrgType,OrgCode,OrgName,VariableType,VariableA,VariableB,EffectSize\r\n",
        }
        yield SyntheticFile(
            f"SYNTHETIC-psych-ther-ann-rep-csvs-{label}.zip",
            zipped(members),
            PAGE.format(label=label),
            f"NHS Talking Therapies annual report {label}: CSV data files",
            date(year + 1, 11, 27),
        )


def _main(world: World, year: int) -> bytes:
    """The main CSV of a year."""
    joint = "_" if year >= FIRST_YEAR_OF_UNDERSCORES else ""
    counts = [f"Count{joint}{name}" for name in COUNTS]
    percentages = [f"Percentage{joint}{name}" for name in PERCENTAGES]
    rows = [["OrgType", "OrgCode", "OrgName", "VariableType", "VariableA", "VariableB", *counts, *percentages]]
    for organisation, table in _organisations(world, year):
        is_exact = organisation.kind == "England"
        prefix = (organisation.kind, organisation.code, organisation.name)
        for label, numbers in table.items():
            rows.append([*prefix, *label, *_cells(numbers, is_exact=is_exact)])
        blanks = [NULL] * (len(COUNTS) + len(PERCENTAGES))
        rows.append([*prefix, "Consultation Medium", "Telephone", NULL, *blanks])
    return csv_bytes(rows)


def _organisations(world: World, year: int) -> Iterator[tuple[Organisation, Table]]:
    """England, regions, boards and providers of a year, with their counts by variable."""
    by_provider: dict[str, Table] = {}
    for row in world.therapy_years():
        if row.year == year:
            table = by_provider.setdefault(row.organisation_code, {})
            for label, numbers in _labelled(row, year):
                table[label] = _plus(table.get(label), numbers)
    codes = sorted(by_provider)
    yield Organisation("England", "All", "All"), _sum(by_provider[code] for code in codes)
    for region in world.regions:
        inside = [by_provider[code] for code in codes if world.provider(code).region_code == region.code]
        yield Organisation("Commissioning Region", region.code, region.name), _sum(inside)
    yield Organisation("Commissioning Region", "UNKNOWN", "UNKNOWN"), {("Total", NULL, NULL): (0,) * len(COUNTS)}
    for icb, members in world.boards_on(date(year + 1, 3, 31)):
        inside = [by_provider[code] for code in codes if code in members]
        kind = "ICB" if year >= FIRST_YEAR_OF_ICBS else "STP"
        code = icb.gss_code if year == YEAR_OF_GSS_CODES else icb.code
        yield Organisation(kind, code, icb.name), _sum(inside)
    for code in codes:
        yield Organisation("Provider", code, world.provider(code).name_on(date(year + 1, 3, 31))), by_provider[code]


def _labelled(row: TherapyYear, year: int) -> Iterator[tuple[Label, Numbers]]:
    """The rows of the file that a count of the world is part of."""
    numbers = (
        row.referrals, row.finished, row.at_caseness, row.not_at_caseness, row.recovery, row.reliable_recovery,
        row.improvement,
    )  # fmt: skip
    if row.dimension == "all":
        yield ("Total", NULL, NULL), numbers
    elif row.dimension == "sex":
        yield ("Gender", NOT_STATED if row.stratum == UNKNOWN else row.stratum.capitalize(), NULL), numbers
    elif row.dimension == "deprivation":
        yield ("Indices of Deprivation Decile", DECILES.get(row.stratum, NOT_STATED), NULL), numbers
    elif row.dimension == "ethnicity":
        yield from ((("Ethnic Group", *group), numbers) for group in _ethnic_groups(row.stratum, year))
    elif row.dimension == "age" and row.stratum != UNKNOWN:
        yield from ((("Age Group", band, NULL), part) for band, part in _ages(row.stratum, numbers, year))


def _ethnic_groups(code: str, year: int) -> Iterator[tuple[str, str]]:
    """High-level and detailed label; the case of "Any other … background" changed in 2020-21."""
    if code == UNKNOWN:
        yield NOT_STATED, "All"
        return
    group = next(group for group in ETHNIC_GROUPS if group.code == code)
    published = "Other ethnic groups" if code == CHINESE else group.high_level
    high_level = HIGH_LEVEL.get(published, published)
    detailed = GROUPS_OF_2001.get(code, group.name)
    if year < FIRST_YEAR_OF_UNDERSCORES:
        detailed = detailed.replace("Any other", "Any Other").replace("background", "Background")
    yield high_level, "All"
    yield high_level, detailed


def _ages(band: str, numbers: Numbers, year: int) -> Iterator[tuple[str, Numbers]]:
    """Age bands of the year: five to 2020-21, six from 2021-22."""
    if year >= FIRST_YEAR_OF_NEW_AGES:
        yield ("Under 18" if band == ADULT_AGES[0] else band), numbers
    elif band == "26 to 64":
        younger = tuple(int(number * SHARE_26_TO_35_OF_26_TO_64) for number in numbers)
        yield "18 to 35", younger
        yield "36 to 64", tuple(number - part for number, part in zip(numbers, younger, strict=True))
    else:
        yield {"16 to 17": "16 to 17", "18 to 25": "18 to 35"}.get(band, "65 and over"), numbers


def _plus(left: Numbers | None, right: Numbers) -> Numbers:
    return right if left is None else tuple(a + b for a, b in zip(left, right, strict=True))


def _sum(tables: Iterable[Mapping[Label, Numbers]]) -> Table:
    total: Table = {}
    for table in tables:
        for label, numbers in table.items():
            total[label] = _plus(total.get(label), numbers)
    return total


def _cells(numbers: Numbers, *, is_exact: bool) -> list[str]:
    """Counts and percentages as the publisher prints them."""
    counts = [str(number) if is_exact else _rounded(number) for number in numbers]
    cases = numbers[FINISHED] - numbers[NOT_AT_CASENESS]
    percentages = []
    for name in PERCENTAGES:
        at = COUNTS.index(name)
        of = numbers[FINISHED] if name == "Improvement" else cases
        if of == 0 or "*" in (counts[at], counts[FINISHED]):
            percentages.append("*")
        else:
            percentages.append(f"{100 * numbers[at] / of:.1f}" if is_exact else f"{100 * numbers[at] / of:.0f}")
    return counts + percentages


def _rounded(number: int) -> str:
    """A count below 5 is suppressed, any other is rounded to the nearest 5."""
    return "*" if number < 5 else str(round_to_5(number))
