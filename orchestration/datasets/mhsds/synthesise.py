"""Print a world's community mental health waits as Mental Health Services Monthly Statistics.

Belongs here: the publisher's layout, labels, rounding and suppression, and its oddities (two windows in one file, all
units in one column, an escaped blank in names). Does not: reading the files (parse.py). The world counts no mental
health care by month, so counts are drawn here, from the world's seed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.datasets.dates import month_bounds
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5
from orchestration.simulation.world import World

PAGE = (
    "/data-and-information/publications/statistical/mental-health-services-monthly-statistics/"
    "performance-{month}-{year}"
)
HEADER = (
    "REPORTING_PERIOD_START", "REPORTING_PERIOD_END", "STATUS", "BREAKDOWN", "PRIMARY_LEVEL",
    "PRIMARY_LEVEL_DESCRIPTION", "SECONDARY_LEVEL", "SECONDARY_LEVEL_DESCRIPTION", "MEASURE_ID", "MEASURE_NAME",
    "MEASURE_VALUE",
)  # fmt: skip
NONE = "NONE"
SMALLEST_SHOWN = 5
SHARE_PROVISIONAL = 0.98
MONTHS_BACK = 2  # the four-week waits cover three months
GROUPS = {"01": ("CMH", "2nd contact", 0.12), "08": ("CYP", "1st contact", 0.20)}
WAITING = {"01": "03", "08": "10"}
DEPRIVED = ("Most", "More", "More", "More", "More", "Less", "Less", "Less", "Less", "Least")
ETHNIC_CODES = (*"ABCDEFGHJKLMNPRSZ", "99")
AGES = ("Under 18", "18 to 34", "35 to 64", "65 or over", "Unknown")
BROAD_GROUPS = ("White", "Mixed", "Asian", "Black", "Other", "Not Stated", "Unknown")


@dataclass(frozen=True)
class Place:
    """An organisation of the file: BREAKDOWN, PRIMARY_LEVEL, its description, and how much care it gives."""

    breakdown: str
    code: str
    name: str
    size: float


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The last month's waits as provisional and as performance data, and its main file."""
    start, end = month_bounds(world.months[-1].year, world.months[-1].month)
    places = list(_places(world, end))
    page = PAGE.format(month=f"{start:%B}".lower(), year=start.year)
    products = (("_4WW", "Provisional", "Prov"), ("_4WW", "Performance", "Perf"), ("", "Performance", "Perf"))
    for product, status, short in products:
        rng = np.random.default_rng([world.seed, 1307, start.year, start.month, len(product)])
        share = SHARE_PROVISIONAL if status == "Provisional" else 1.0
        rows = _waits(places, rng, start, share) if product else _main(places, rng, start)
        yield SyntheticFile(
            f"SYNTHETIC-MHSDS%20Data{product}_{start:%b}{short}_{start.year}.csv",
            csv_bytes((HEADER, *((*window, *row) for window, row in _dated(rows, end, status)))),
            page,
            f"MHSDS Data{product} {start:%B %Y} {status}",
            date(end.year + (end.month + 2 > 12), (end.month + 1) % 12 + 1, 12 if status == "Performance" else 11),
        )


def _places(world: World, day: date) -> Iterator[Place]:
    """England, the boards, one without a code, and the trusts with mental health care."""
    trusts = [provider for provider in world.trusts if provider.has_therapy and provider.is_open(day)]
    yield Place("England", "England", "England", 40.0 * len(trusts))
    for icb in world.icbs:
        size = 40.0 * sum(trust.icb_code == icb.code for trust in trusts)
        yield Place("ICB of GP Practice or Residence", icb.code, icb.name, size)
    yield Place("ICB of GP Practice or Residence", "UNKNOWN", "UNKNOWN", 0.5)
    for trust in trusts:
        yield Place("Provider", trust.code, trust.name_on(day), 40.0)


Row = tuple[date, tuple[str, ...]]  # first day of the window, then BREAKDOWN to MEASURE_VALUE


def _waits(places: list[Place], rng: np.random.Generator, start: date, share: float) -> Iterator[Row]:
    """Clock stops of three months and those still waiting at the end of the last one."""
    three_months = _months_before(start, MONTHS_BACK)
    for place in places:
        level = (place.breakdown, place.code, place.name, NONE, NONE)
        is_exact = place.breakdown == "England"
        for number, (group, contact, rate) in GROUPS.items():
            all_stops = int(rng.poisson(place.size))
            stops, within = round(share * all_stops), round(share * int(rng.binomial(all_stops, rate)))
            spells = f"{group} referral-spells receiving a full clock stop"
            soon = f"{spells} in less than 4 weeks in the RP"
            named = (
                (f"MRS{number}", f"Number of {spells} in the RP", _count(stops, is_exact=is_exact)),
                (f"MRS{number}a", f"Number of {soon}", _count(within, is_exact=is_exact)),
                (f"MRS{number}b", f"Proportion of {soon}", _percentage(within, stops, is_exact=is_exact)),
            )
            yield from ((three_months, (*level, *measure)) for measure in named)
            waiting, code = round(share * int(rng.poisson(4 * place.size))), WAITING[number]
            open_spells = f"open {group} referral-spells waiting for a {contact} at the end of the RP"
            median = str(int(rng.integers(60, 200))) if is_exact or waiting >= SMALLEST_SHOWN else "*"
            yield start, (*level, f"MRS{code}", f"Number of {open_spells}", _count(waiting, is_exact=is_exact))
            yield start, (*level, f"MRS{code}a", f"Median time (days) for {open_spells}", median)


def _main(places: list[Place], rng: np.random.Generator, start: date) -> Iterator[Row]:
    """Early intervention in psychosis by ethnic group, and detentions by age, ethnic group, gender and deprivation."""
    three_months = _months_before(start, MONTHS_BACK)
    for place in places:
        is_exact = place.breakdown == "England"
        level = (place.breakdown, place.code, place.name)
        yield from _early_intervention(level, (NONE, NONE), rng, three_months, place.size / 4, is_exact=is_exact)
        stratified = (f"{place.breakdown}; Ethnicity", place.code, place.name)
        if place.breakdown != "ICB of GP Practice or Residence":
            for code in ETHNIC_CODES:
                yield from _early_intervention(
                    stratified, (code, code), rng, three_months, place.size / 40, is_exact=is_exact
                )
    england = places[0]
    for kind, strata in _detention_strata():
        for code, name in strata:
            count = str(int(rng.poisson(england.size / len(strata))))
            label = f"England; {kind}" if kind else "England"
            yield start, (label, "England", "England", code, name, "MHS81", "Detentions in the reporting period", count)


def _early_intervention(
    level: tuple[str, str, str],
    stratum: tuple[str, str],
    rng: np.random.Generator,
    start: date,
    size: float,
    *,
    is_exact: bool,
) -> Iterator[Row]:
    """Referrals that entered treatment, those within two weeks, and their share."""
    entered = int(rng.poisson(size))
    within = int(rng.binomial(entered, 0.7))
    name = "eferrals on EIP pathway entering treatment"
    for measure in (
        ("EIP23a", f"R{name}", _count(entered, is_exact=is_exact)),
        ("EIP23b", f"R{name} within two weeks", _count(within, is_exact=is_exact)),
        ("EIP23i", f"Proportion of r{name} within two weeks", _percentage(within, entered, is_exact=is_exact)),
    ):
        yield start, (*level, *stratum, *measure)


def _detention_strata() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield "", [(NONE, NONE)]
    yield "Age", [(age, age) for age in AGES]
    yield "Ethnicity", [(group, group) for group in BROAD_GROUPS]
    yield "Gender", [("1", "Male"), ("2", "Female"), ("Unknown", "Unknown")]
    deciles = [f"{number:02} {word} deprived" for number, word in enumerate(DEPRIVED, start=1)]
    yield "IMD Decile", [(label, label) for label in (*deciles, "Unknown")]


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _dated(rows: Iterable[Row], end: date, status: str) -> Iterator[tuple[tuple[str, str, str], tuple[str, ...]]]:
    for start, row in rows:
        yield (f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}", status), row


def _count(count: int, *, is_exact: bool) -> str:
    """England as it is; elsewhere below 5 hidden and others rounded to 5."""
    if is_exact:
        return str(count)
    return "*" if count < SMALLEST_SHOWN else str(round_to_5(count))


def _percentage(part: int, whole: int, *, is_exact: bool) -> str:
    if whole == 0 or (not is_exact and part < SMALLEST_SHOWN):
        return "*"
    return f"{100 * part / whole:.6g}" if is_exact else f"{100 * part / whole:.0f}"
