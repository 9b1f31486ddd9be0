"""Print a world's child attendances, learning disability registers and practice deprivation as Fingertips answers.

Belongs here: the wide layout with its quirks (England twice, words for deciles, rounding, suppression, line breaks in
names), metadata, upload dates and the lists that say what to ask for. Does not: what happened (the simulation).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from orchestration.datasets.fingertips.discover import API, NETWORKS, PRACTICES, available_data, download
from orchestration.datasets.fingertips.discover import ENGLAND as ENGLAND_TYPE
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5
from orchestration.simulation.world import World

PAGE = "/profile/general-practice/data"
HEADER = (
    "Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type", "Sex", "Age",
    "Category Type", "Category", "Time period", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit",
    "Lower CI 99.8 limit", "Upper CI 99.8 limit", "Count", "Denominator", "Value note", "Recent Trend",
    "Compared to England value or percentiles", "{request}", "Time period Sortable", "New data", "Compared to goal",
    "Time period range",
)  # fmt: skip
DECILES = (
    "Most deprived decile", "Second most deprived decile", "Third more deprived decile",
    "Fourth more deprived decile", "Fifth more deprived decile", "Fifth less deprived decile",
    "Fourth less deprived decile", "Third less deprived decile", "Second least deprived decile",
    "Least deprived decile",
)  # fmt: skip
COUNTIES_2021 = "County & UA deprivation deciles in England (IMD2019, 4/21 geography)"
COUNTIES_2023 = "County & UA deprivation deciles in England (IMD2019, 4/23 geography)"
CCGS = "CCG deprivation deciles in England (IMD2019, 2021 CCGs)"
LAST_YEAR_OF_CCGS = 2020
SUPPRESSED = "Value suppressed for disclosure control reasons"
AGGREGATED = "Aggregated from all known lower geography values"
SMALLEST_COUNT_SHOWN = 8  # and the smallest of each year is always hidden, so that every world has a suppressed count
WITHOUT_PRACTICE = 0.02  # attendances of children that no practice is named for
BOYS = 0.52
ENGLAND = "E92000001"
ENGLAND_ROW = (ENGLAND, "England", "England")  # area code, name and type
Z = 1.959963984540054

PERIOD, VALUE, DENOMINATOR = (HEADER.index(name) for name in ("Time period", "Value", "Denominator"))

Counts = tuple[int, int]  # numerator, denominator
Limits = Callable[[int, int], tuple[float, float]]


@dataclass(frozen=True)
class Indicator:
    """What stands in every row of one indicator."""

    number: int
    name: str
    age: str
    multiplier: int
    limits: Limits | None
    request: str
    unit: tuple[str, float]
    value_type: str
    area_types: tuple[int, ...]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """Three indicators, each with its metadata and the date of its upload, as the programming interface answers."""
    published_on = date(world.years[-1] + 1, 11, 4)
    rows = ((CHILDREN, _child_rows(world)), (DISABILITY, _disability_rows(world)), (SCORES, _score_rows(world)))
    for indicator, printed in rows:
        number = str(indicator.number)
        *_, parent = indicator.area_types
        answers = (
            (f"indicator-{number}.csv", _download(indicator, printed), download(number, PRACTICES, parent)),
            (
                f"metadata-{number}.json",
                _json({number: _metadata(indicator, published_on)}),
                f"{API}/indicator_metadata/by_indicator_id?indicator_ids={number}",
            ),
            (
                f"data_changes-{number}.json",
                _json(_change(indicator, published_on)),
                f"{API}/data_changes?indicator_id={number}",
            ),
        )
        for name, content, address in answers:
            yield SyntheticFile(f"SYNTHETIC-fingertips-{name}", content, PAGE, indicator.name, published_on, address)


def synthesise_lists(world: World) -> Iterable[SyntheticFile]:
    """For each indicator the area types for which it is published."""
    for indicator in (CHILDREN, DISABILITY, SCORES):
        number = str(indicator.number)
        listed = [{"IndicatorId": indicator.number, "AreaTypeId": area} for area in indicator.area_types]
        yield SyntheticFile(
            f"SYNTHETIC-available_data-{number}.json", _json(listed), PAGE, "", date(world.years[-1], 1, 1),
            available_data(number),
        )  # fmt: skip


def _json(answer: object) -> bytes:
    return json.dumps(answer).encode()


def _metadata(indicator: Indicator, uploaded_on: date) -> dict[str, object]:
    """What the interface says of an indicator, as far as it is read."""
    label, value = indicator.unit
    return {
        "IID": indicator.number,
        "Descriptive": {"Name": indicator.name, "DiscControl": "None (SYNTHETIC)"},
        "Unit": {"Label": label, "Value": value},
        "ValueType": {"Name": indicator.value_type},
        "YearType": {"Name": "Financial"},
        "DataChange": _change(indicator, uploaded_on),
    }


def _change(indicator: Indicator, uploaded_on: date) -> dict[str, object]:
    return {
        "IndicatorId": indicator.number,
        "LastUploadedAt": f"{uploaded_on}T09:30:00",
        "LastUploadedBy": "(SYNTHETIC)",
    }


def _download(indicator: Indicator, rows: Iterable[Sequence[str]]) -> bytes:
    """The CSV of one indicator."""
    return csv_bytes(([heading.format(request=indicator.request) for heading in HEADER], *rows), newline="\n")


def _row(
    indicator: Indicator,
    year: int,
    area: tuple[str, str, str],
    numerator: int | None,
    denominator: int,
    *,
    parent: tuple[str, str] = ("", ""),
    sex: str = "Persons",
    category: tuple[str, str] = ("", ""),
    note: str = "",
) -> list[str]:
    """One row; ``numerator`` is None where the value is suppressed."""
    values = [""] * 4
    if numerator is not None and denominator and indicator.limits:
        lower, upper = indicator.limits(numerator, denominator)
        values = [str(indicator.multiplier * numerator / denominator), str(lower), str(upper), str(numerator)]
    value, low, high, count = values
    compared = "Similar" if parent[0] else "Not compared"
    period = f"{year}/{(year + 1) % 100:02}"
    return [
        *(str(indicator.number), indicator.name, *parent, *area, sex, indicator.age, *category, period),
        *(value, low, high, "", "", count, str(denominator), note, "", compared, "Not compared", f"{year}0000"),
        *("", "", "1y"),
    ]


def _child_rows(world: World) -> Iterator[list[str]]:
    """England exactly; deciles, networks and practices to the nearest 5; small counts hidden."""
    rank = _practice_deciles(world)
    by_year: dict[int, dict[str, Counts]] = defaultdict(dict)
    for row in world.child_attendances():
        by_year[row.year][row.practice_code] = (row.attendances, row.population)
    for year, practices in sorted(by_year.items()):
        whole = _sum(practices.values())
        total = whole[0] + round(WITHOUT_PRACTICE * whole[0])
        for sex, share in (("Male", BOYS), ("Female", 1 - BOYS), ("Persons", 1.0)):
            yield _row(
                CHILDREN,
                year,
                ENGLAND_ROW,
                round(total * share),
                round(whole[1] * share),
                sex=sex,
            )
        for decile, label in enumerate(DECILES, start=1):
            inside = _sum(counts for code, counts in practices.items() if rank[code] == decile)
            yield _row(
                CHILDREN, year, ENGLAND_ROW, round_to_5(inside[0]), inside[1],
                category=(COUNTIES_2021, f"{label} (IMD2019)"),
            )  # fmt: skip
        yield from _organisations(world, year, practices)


def _organisations(world: World, year: int, practices: Mapping[str, Counts]) -> Iterator[list[str]]:
    """Networks and practices of one year."""
    for pcn in world.pcns:
        counts = _sum(practices[practice.code] for practice in world.practices if practice.pcn_code == pcn.code)
        yield _row(
            CHILDREN, year, (pcn.code, pcn.name, "PCNs (v. 27/10/23)"), round_to_5(counts[0]), counts[1],
            parent=(ENGLAND, "England"),
        )  # fmt: skip
    names = {pcn.code: pcn.name for pcn in world.pcns}
    smallest = min(count for count, _ in practices.values())
    for practice in world.practices:
        count, population = practices[practice.code]
        hidden = count < SMALLEST_COUNT_SHOWN or count == smallest
        yield _row(
            CHILDREN, year, (practice.code, practice.name, "GPs"), None if hidden else round_to_5(count), population,
            parent=(practice.pcn_code, f"{names[practice.pcn_code]}\r\n"), note=SUPPRESSED if hidden else "",
        )  # fmt: skip


def _disability_rows(world: World) -> Iterator[list[str]]:
    """England and its deciles under no parent and again under England, then practices; all counts exact."""
    rank = _practice_deciles(world)
    by_year: dict[int, dict[str, Counts]] = defaultdict(dict)
    for row in world.learning_disability_prevalence():
        by_year[row.year][row.practice_code] = (row.register, row.list_size)
    names = {practice.code: practice.name for practice in world.practices}
    for year, practices in sorted(by_year.items()):
        whole = _sum(practices.values())
        schemes = [(COUNTIES_2023, " (IMD2019)"), *([(CCGS, "")] if year <= LAST_YEAR_OF_CCGS else [])]
        for parent in (("", ""), (ENGLAND, "England")):
            yield _row(DISABILITY, year, ENGLAND_ROW, *whole, parent=parent)
            for scheme, suffix in schemes:
                for decile, label in enumerate(DECILES, start=1):
                    inside = _sum(counts for code, counts in practices.items() if rank[code] == decile)
                    category = (scheme, f"{label}{suffix}")
                    yield _row(
                        DISABILITY, year, ENGLAND_ROW, *inside, parent=parent, category=category, note=AGGREGATED
                    )
        for code, counts in practices.items():
            yield _row(DISABILITY, year, (code, names[code], "GPs"), *counts, parent=(ENGLAND, "England"))


def _score_rows(world: World) -> Iterator[list[str]]:
    """Scores of the editions 2015 and 2019; the last practice opened after 2019 and has none."""
    for practice in world.practices[:-1]:
        for year, score in ((2015, round(min(practice.imd_score * 1.03, 95), 4)), (2019, practice.imd_score)):
            row = _row(SCORES, year, (practice.code, practice.name, "GPs"), None, 0, parent=(ENGLAND, "England"))
            row[PERIOD], row[VALUE], row[DENOMINATOR] = str(year), str(score), ""
            yield row


def _practice_deciles(world: World) -> dict[str, int]:
    """Tenth of the world's practices by score, 1 most deprived: the areas of the published deciles."""
    order = sorted(world.practices, key=lambda practice: (-practice.imd_score, practice.code))
    return {practice.code: at * 10 // len(order) + 1 for at, practice in enumerate(order)}


def _sum(counts: Iterable[Counts]) -> Counts:
    pairs = list(counts)
    return sum(numerator for numerator, _ in pairs), sum(denominator for _, denominator in pairs)


def _wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """95 % limits of a percentage (Wilson 1927)."""
    share, square = numerator / denominator, Z * Z
    middle = 2 * numerator + square
    spread = Z * sqrt(square + 4 * numerator * (1 - share))
    return 100 * (middle - spread) / (2 * (denominator + square)), 100 * (middle + spread) / (
        2 * (denominator + square)
    )


def _byar(numerator: int, denominator: int) -> tuple[float, float]:
    """95 % limits of a rate per 1,000 (Byar's approximation; Breslow and Day 1987)."""
    above = numerator + 1
    upper = above * (1 - 1 / (9 * above) + Z / (3 * sqrt(above))) ** 3
    lower = numerator * (1 - 1 / (9 * numerator) - Z / (3 * sqrt(numerator))) ** 3 if numerator else 0.0
    return 1000 * lower / denominator, 1000 * upper / denominator


CHILDREN = Indicator(
    93930,
    "A&E attendances (0 to 4 years)",
    "0-4 yrs",
    1000,
    _byar,
    "Compared to PCNs (v. 27/10/23) value or percentiles",
    ("per 1,000", 1000.0),
    "Crude rate",
    (PRACTICES, NETWORKS),
)
DISABILITY = Indicator(
    200,
    "Learning disability: QOF prevalence (all ages)",
    "All ages",
    100,
    _wilson,
    "Compared to percentiles",
    ("%", 100.0),
    "Proportion",
    (PRACTICES, ENGLAND_TYPE),
)
SCORES = Indicator(
    93553,
    "Deprivation score (IMD 2019)",
    "All ages",
    1,
    None,
    "Compared to percentiles",
    ("", 1.0),
    "Score",
    (PRACTICES, ENGLAND_TYPE),
)
