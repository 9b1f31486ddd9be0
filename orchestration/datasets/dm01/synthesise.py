"""Print a world's diagnostic waiting lists as the monthly DM01 workbooks.

Belongs here: the publisher's layout, the cells above the tables, the total row, a revision under an old name, and
how long people wait (the world has no waiting lists). Does not: reading the files (parse.py).
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_at
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import xlsx
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = (
    "/statistics/statistical-work-areas/diagnostics-waiting-times-and-activity/"
    "monthly-diagnostics-waiting-times-and-activity/monthly-diagnostics-data-{start}-{end:02}/"
)
TESTS = {1: "Magnetic Resonance Imaging", 2: "Computed Tomography", 3: "Non-obstetric Ultrasound", 12: "Colonoscopy"}
ALL_TESTS = 16
MONTHS = 2
HEADING_ROW = 13
BANDS = 14
IDENTIFIERS = ("Regional Team Code", "Regional Team Name", "Provider Code", "Provider Name")
TEST_COLUMNS = ("Diagnostic ID", "Diagnostic Test Name")
WAITS = (
    "Total Waiting List", "Number waiting 6+ Weeks", "Number waiting 13+ Weeks", "Percentage waiting 6+ weeks",
    *("0 <01 weeks" if week == 0 else f"{week:02} <{week + 1:02} weeks" for week in range(BANDS - 1)), "13+ weeks", "",
    "Planned tests / procedures", "Unscheduled tests / procedures",
    "Waiting list tests / procedures (excluding planned)",
)  # fmt: skip
Counts = list[int]  # fourteen bands, then three kinds of activity
Row = tuple[Provider, int, Counts]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The last two months; the older one is issued again, revised, under the name it had."""
    for at, month in enumerate(world.months[-MONTHS:]):
        rng = np.random.default_rng([world.seed, 2101, at])
        open_now = [provider for provider in world.trusts if provider.closed_on is None]
        rows = [(provider, test, _counts(rng, provider.size)) for provider in open_now for test in TESTS]
        published = _later(month, 2)
        name = f"SYNTHETIC-Monthly-Diagnostics-Web-File-Provider-{month:%B-%Y}.xlsx"
        page = PAGE.format(start=financial_year_at(month), end=(financial_year_at(month) + 1) % 100)
        yield SyntheticFile(name, _workbook(world, month, rows, published, None), page, f"{month:%B %Y}", published)
        if at == 0:
            provider, test, counts = rows[0]
            rows[0] = (provider, test, [counts[0] + 3, *counts[1:]])
            revised = _later(month, 9)
            again = name.replace(".xlsx", "-1.xlsx")
            content = _workbook(world, month, rows, published, revised)
            yield SyntheticFile(again, content, page, f"{month:%B %Y}", revised)


def _counts(rng: np.random.Generator, size: float) -> Counts:
    waiting = rng.poisson([max(size, 0.1) * 60 * 0.82**week for week in range(BANDS)])
    return [int(count) for count in (*waiting, *rng.poisson([size * 40, size * 90, size * 260]))]


def _later(month: date, months: int) -> date:
    index = month.month - 1 + months
    return date(month.year + index // 12, index % 12 + 1, 10)


def _cells(counts: Counts) -> list[object]:
    bands, activity = counts[:BANDS], counts[BANDS:]
    waiting, long = sum(bands), sum(bands[6:])
    return [waiting, long, bands[13], long / waiting if waiting else 0, *bands, "", *activity]


def _sum(rows: Sequence[Counts]) -> Counts:
    return [sum(column) for column in zip(*rows, strict=True)]


def _day(day: date) -> str:
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day.day, "th")
    return f"{day.day}{ending} {day:%B %Y}"


def _workbook(world: World, month: date, rows: Sequence[Row], published: date, revised: date | None) -> bytes:
    """The two sheets; a provider without any test stands in the first one only, with zeros."""
    about = {
        "Title:": "Monthly Diagnostics (SYNTHETIC)",
        "Period:": f"{month:%B %Y}",
        "Basis:": "Provider",
        "Published:": _day(published),
        "Revised:": _day(revised) if revised else "",
        "Status:": "Published",
    }
    by_provider: dict[Provider, list[Row]] = {}
    for row in rows:
        by_provider.setdefault(row[0], []).append(row)
    total = _sum([counts for _, _, counts in rows])
    regions = {region.code: region.name for region in world.regions}
    summary: list[list[object]] = [["", "", "", "Total", *_cells(total)], []]
    detail: list[list[object]] = [["", "", "", "Total", "", "", *_cells(total)], []]
    for provider, tests in by_provider.items():
        identifiers = [provider.region_code, regions[provider.region_code], provider.code, provider.name_on(month)]
        whole = _sum([counts for _, _, counts in tests])
        summary.append([*identifiers, *_cells(whole)])
        detail += [[*identifiers, test, TESTS[test], *_cells(counts)] for _, test, counts in tests]
        detail.append([*identifiers, ALL_TESTS, "Total", *_cells(whole)])
    empty = [rows[0][0].region_code, regions[rows[0][0].region_code], "ZQ0", "EMPTY CLINIC (SYNTHETIC)"]
    summary.append([*empty, *_cells([0] * len(total))])
    preamble: list[Sequence[object]] = [(), *about.items()]
    preamble += [()] * (HEADING_ROW - 1 - len(preamble))
    sheets: dict[str, list[Sequence[object]]] = {}
    for name, header, table in (
        ("Provider", (*IDENTIFIERS, *WAITS), summary),
        ("Provider by Test", (*IDENTIFIERS, *TEST_COLUMNS, *WAITS), detail),
    ):
        above_weeks: Sequence[object] = [*[""] * (len(header) - 23), "Number of Patients Waiting at Month End"]
        sheets[name] = [("", *row) for row in (*preamble, above_weeks, header, *table)]
    return xlsx(sheets)
