"""Print a world's beds as the quarterly KH03 workbook.

Belongs here: the publisher's layout, two rows of headings, the list of estimates, a revision, and how many beds there
are (the world has none). Does not: reading the files (parse.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_at, financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import xlsx
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/statistics/statistical-work-areas/bed-availability-and-occupancy/bed-data-overnight/"
SECTORS = ("Total ", "General & Acute", "Learning Disabilities", "Maternity", "Mental Illness")
SPECIALTIES = {"100 General Surgery": 0.4, "300 General Medicine": 0.6}
DAYS = 92
HEADING_ROW = 14
Beds = list[float]  # available in four sectors, then occupied in four sectors


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The last whole quarter of the world, as first published and as revised."""
    last = max(month for month in world.months if month.month % 3 == 0)
    trusts = [provider for provider in world.trusts if provider.closed_on is None]
    rng = np.random.default_rng([world.seed, 2103])
    beds = {provider: _beds(rng, provider) for provider in trusts}
    start, number = financial_year_at(last), (last.month // 3 - 2) % 4 + 1
    label = financial_year_label(start)
    published = date.fromordinal(last.toordinal() + 80)
    revised = date.fromordinal(last.toordinal() + 170)
    stem = f"SYNTHETIC-Beds-Open-Overnight-Web_File-Q{number}-{label}"
    content = _workbook(world, last, label, beds, trusts[:1], published, None)
    yield SyntheticFile(f"{stem}.xlsx", content, PAGE, f"Q{number} {label}", published)
    beds[trusts[0]] = [count + 2 for count in beds[trusts[0]]]
    content = _workbook(world, last, label, beds, (), published, revised)
    yield SyntheticFile(f"{stem}revised.xlsx", content, PAGE, f"Q{number} {label} revised", revised)


def _beds(rng: np.random.Generator, provider: Provider) -> Beds:
    available = [round(max(provider.size, 0.2) * beds * DAYS) / DAYS for beds in (500.0, 0.0, 40.0, 0.0)]
    return [*available, *(round(beds * rng.uniform(0.8, 0.97) * DAYS) / DAYS for beds in available)]


def _sum(rows: Iterable[Beds]) -> Beds:
    return [sum(column) for column in zip(*rows, strict=True)]


def _cells(beds: Beds) -> list[object]:
    available, occupied = [sum(beds[:4]), *beds[:4]], [sum(beds[4:]), *beds[4:]]
    shares = [part / whole if whole else "-" for part, whole in zip(occupied, available, strict=True)]
    return [*available, "", *occupied, "", *shares]


def _day(day: date) -> str:
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day.day, "th")
    return f"{day.day}{ending} {day:%B %Y}"


def _workbook(
    world: World,
    last: date,
    year: str,
    beds: Mapping[Provider, Beds],
    estimated: Sequence[Provider],
    published: date,
    revised: date | None,
) -> bytes:
    first = date(last.year, last.month - 2, 1)
    about = {
        "Title:": "Average daily number of beds open overnight (SYNTHETIC)",
        "Period:": f"{first:%B} to {last:%B %Y}",
        "Published:": _day(published),
        "Revised:": _day(revised) if revised else "",
    }
    lead = ["", year, f"{last:%B}"]
    england = _sum(beds.values())
    trusts: list[list[object]] = [[*lead, "", "-", "England", *_cells(england)], []]
    special: list[list[object]] = [[*lead, "", "-", "England", *(england[4] * part for part in SPECIALTIES.values())]]
    for provider, counts in beds.items():
        own = [*lead, provider.region_code, provider.code, provider.name_on(last)]
        trusts.append([*own, *_cells(counts)])
        special.append([*own, *(counts[4] * part for part in SPECIALTIES.values())])
    regions: list[list[object]] = [[*lead, "", "England", *_cells(england)], []]
    for region in world.regions:
        inside = [counts for provider, counts in beds.items() if provider.region_code == region.code]
        if inside:
            regions.append([*lead, region.code, region.name, *_cells(_sum(inside))])
    period = ("", "Year", "Period End", "Region Code")
    sectors = (*SECTORS, "", *SECTORS, "", *SECTORS)
    sheets = {
        "NHS Trust by Sector": ((*period, "Org Code", "Org Name", *sectors), trusts),
        "Region by Sector": ((*period, "AT Name", *sectors), regions),
        "Occupied by Specialty": ((*period, "Org Code", "Org Name", *SPECIALTIES), special),
    }
    preamble: list[Sequence[object]] = [(), *(("", label, text) for label, text in about.items())]
    preamble += [()] * (HEADING_ROW - 2 - len(preamble))
    quality: list[Sequence[object]] = [
        [f"Data Quality KH03 {year} (SYNTHETIC)"],
        [],
        ["The following trusts did not submit and an estimate was submitted on their behalf:"],
        *([provider.code, provider.name_on(last)] for provider in estimated),
    ]
    written: dict[str, list[Sequence[object]]] = {"Data Quality": quality}
    for name, (header, rows) in sheets.items():
        above = _above_sectors(header) if "Sector" in name else [[], []]
        written[name] = [*preamble, *above, header, *rows]
    return xlsx({**written, "Lookup": []}, hidden=("Lookup",))


def _above_sectors(header: Sequence[str]) -> list[list[object]]:
    """A stray number, and the names of the groups of sectors over the first of each."""
    groups: list[object] = [""] * header.index(SECTORS[0])
    for group in ("Available", "Occupied", "% Occupied"):
        groups += [group, *[""] * len(SECTORS)]
    return [["", "", "", "", 227], groups]
