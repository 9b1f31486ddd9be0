"""Print a world's births as files of Maternity Services Monthly Statistics.

Belongs here: the publisher's layout, names, rounding and marks. Does not: what happened in the year (the simulation) or
reading the files (parse.py). A month is a twelfth of the world's year; metrics are drawn from the world's seed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_at, month_bounds
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5
from orchestration.simulation.records import MOTHER_AGES, UNKNOWN, BirthYear
from orchestration.simulation.world import World

PAGE = "/data-and-information/publications/statistical/maternity-services-monthly-statistics/{month}-{year}"
COUNTS_HEADER = (
    "ReportingPeriodStartDate", "ReportingPeriodEndDate", "Dimension", "Org_Level", "Org_Code", "Org_Name", "Measure",
    "Count_Of", "Final_value",
)  # fmt: skip
MEASURES_HEADER = (
    "Org_Code", "Org_Name", "Org_Level", "RPStartDate", "RPEndDate", "IndicatorFamily", "Indicator", "Currency", "Value"
)  # fmt: skip
QUALITY_HEADER = (
    "ReportingPeriodStartDate", "ReportingPeriodEndDate", "Org_Code", "DataTable", "UID", "DataItem", "Valid",
    "Default", "Invalid", "Missing", "Denominator",
)  # fmt: skip
PER_THOUSAND = {"CQIMPreterm": 0.065, "CQIMTears": 0.025, "CQIMPPH": 0.03}
PER_HUNDRED = {"CQIMBreastfeeding": 0.72, "CQIMSmokingDelivery": 0.09}
ONLY_FINAL = {"CQIMBreastfeeding6to8Weeks": 0.5}
NATIONAL = "National"
EVERYBODY = "ALL SUBMITTERS (SYNTHETIC)"
MISSING = "Missing Value / Value outside reporting parameters"
SHARE_LOW_QUALITY = 0.15
DIMENSIONS = {
    "all": "TotalBookings",
    "ethnicity": "EthnicCategoryMotherGroup",
    "deprivation": "DeprivationDecileAtBooking",
    "mother_age": "AgeAtBookingMotherGroup",
}
LABELS = {
    ("all", "all"): "",
    ("ethnicity", "Other ethnic groups"): "Any other ethnic group",
    ("ethnicity", UNKNOWN): "Not stated",
    ("deprivation", "1"): "01 - Most deprived",
    ("deprivation", "10"): "10 - Least deprived",
    ("mother_age", MOTHER_AGES[0]): "Under 20",
    ("mother_age", MOTHER_AGES[-1]): "45 or Over",
}

Organisation = tuple[str, str, str]  # Org_Level, Org_Code, Org_Name
Rows = Iterable[tuple[str, ...]]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The last month's final counts, metrics and data quality, and the next month's provisional metrics."""
    last = world.months[-1]
    start, end = month_bounds(last.year, last.month)
    later, later_end = month_bounds(start.year + start.month // 12, start.month % 12 + 1)
    bookings = _bookings(world, start)
    stem, stem_later = (f"SYNTHETIC-msds-{f'{month:%b%Y}'.lower()}" for month in (start, later))
    files = (
        (f"{stem}-exp-data.csv", COUNTS_HEADER, _counts(world, bookings, start, end)),
        (f"{stem}-exp-measures.csv", MEASURES_HEADER, _metrics(world, bookings, start, end, is_final=True)),
        (f"{stem}-exp-dq.csv", QUALITY_HEADER, _quality(bookings, start, end)),
        (
            f"{stem_later}Provisional-exp-measures.csv",
            MEASURES_HEADER,
            _metrics(world, bookings, later, later_end, is_final=False),
        ),
    )
    page = PAGE.format(month=f"{start:%B}".lower(), year=start.year)
    issued = date(end.year + (end.month > 9), (end.month + 2) % 12 + 1, 14)
    for name, header, rows in files:
        yield SyntheticFile(name, csv_bytes((header, *rows)), page, name.removeprefix("SYNTHETIC-"), issued)


def _bookings(world: World, start: date) -> dict[str, Counter[tuple[str, str]]]:
    """Bookings of a month by provider, dimension and stratum: a twelfth of the year's deliveries."""
    year = financial_year_at(start)
    tables: dict[str, Counter[tuple[str, str]]] = {}
    for row in world.births():
        is_open = world.provider(row.organisation_code).is_open(start)
        if row.year == year and row.counts == "deliveries" and row.dimension in DIMENSIONS and is_open:
            tables.setdefault(row.organisation_code, Counter())[row.dimension, _label(row)] += row.count // 12
    return tables


def _label(row: BirthYear) -> str:
    label = LABELS.get((row.dimension, row.stratum))
    if label is not None:
        return label
    if row.stratum == UNKNOWN:
        return MISSING
    return f"{int(row.stratum):02}" if row.dimension == "deprivation" else row.stratum


def _counts(world: World, bookings: dict[str, Counter[tuple[str, str]]], start: date, end: date) -> Rows:
    """England, its regions and its providers, a site that is not used, and an average."""
    days = (start.isoformat(), end.isoformat())
    codes = sorted(bookings)
    national: Counter[tuple[str, str]] = Counter()
    for table in bookings.values():
        national.update(table)
    yield from _table(days, (NATIONAL, NATIONAL, EVERYBODY), national)
    yield (*days, "AgeAtBookingMotherAvg", NATIONAL, NATIONAL, EVERYBODY, "", "Average over women", "30.4")
    for region in world.regions:
        regional: Counter[tuple[str, str]] = Counter()
        for code in codes:
            if world.provider(code).region_code == region.code:
                regional.update(bookings[code])
        yield from _table(days, ("NHS England (Region)", region.code, region.name), regional)
    for code in codes:
        yield from _table(days, ("Provider", code, world.provider(code).name_on(end)), bookings[code])
        yield (*days, "TotalBookings", "Booking Site", f"{code}01", "A SITE (SYNTHETIC)", "", "Women", "5")


def _table(days: tuple[str, str], organisation: Organisation, table: Counter[tuple[str, str]]) -> Rows:
    for (dimension, label), count in table.items():
        yield (*days, DIMENSIONS[dimension], *organisation, label, "Women", f"{_rounded(count)}.0")


def _metrics(
    world: World, bookings: dict[str, Counter[tuple[str, str]]], start: date, end: date, *, is_final: bool
) -> Rows:
    """Numerator, denominator, rate and result of each metric; two providers print no rate."""
    rng = np.random.default_rng([world.seed, 1409, start.year, start.month])
    days = (f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}")
    rates = {**PER_THOUSAND, **PER_HUNDRED, **(ONLY_FINAL if is_final else {})}
    for indicator, rate in rates.items():
        currency, scale = ("Rate per Thousand", 1000) if indicator in PER_THOUSAND else ("Rate", 100)
        parts: list[tuple[int, int]] = []
        rows: list[tuple[str, ...]] = []
        for place, code in enumerate(sorted(bookings)):
            whole = bookings[code]["all", ""]
            part = int(rng.binomial(whole, rate))
            organisation = (code, world.provider(code).name_on(end), "Provider")
            if place == 0:
                cells = ("DNS", "DNS", "DNS", "Fail")
            elif rng.random() < SHARE_LOW_QUALITY:
                cells = ("0", "0", "Low DQ", "Fail")
            else:
                parts.append((round_to_5(part), round_to_5(whole)))
                cells = (str(_rounded(part)), str(_rounded(whole)), _rate(part, whole, scale), "Pass")
            rows += _cells(organisation, days, indicator, currency, cells)
        total, base = sum(part for part, _ in parts), sum(whole for _, whole in parts)
        rate_text = f"{scale * total / base:.1f}" if base else "0"
        national = (NATIONAL, EVERYBODY, NATIONAL)
        yield from list(_cells(national, days, indicator, currency, (str(total), str(base), rate_text, "")))[:3]
        yield from rows


def _cells(
    organisation: Organisation, days: tuple[str, str], indicator: str, currency: str, cells: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for name, cell in zip(("Numerator", "Denominator", currency, "Result"), cells, strict=True):
        yield (*organisation, *days, "CQIM_Rate", indicator, name, cell)


def _rate(part: int, whole: int, scale: int) -> str:
    """Percentages from rounded parts; per thousand from true ones, hidden for 1 to 7 events."""
    if scale == 100:
        return f"{100 * _rounded(part) / _rounded(whole):.1f}".removesuffix(".0")
    if 0 < part <= 7:
        return "*"
    return f"{1000 * part / whole:.0f}"


def _quality(bookings: dict[str, Counter[tuple[str, str]]], start: date, end: date) -> Rows:
    for code in sorted(bookings):
        whole = str(_rounded(bookings[code]["all", ""]))
        item = ("MSD101PregnancyBooking", "M101030", "(SYNTHETIC) Smoking status")
        yield (start.isoformat(), end.isoformat(), code, *item, whole, "0", "0", "0", whole)


def _rounded(count: int) -> int:
    """1 to 7 become 5, zero stays, any other count is rounded to the nearest 5."""
    if count == 0:
        return 0
    return 5 if count <= 7 else round_to_5(count)
