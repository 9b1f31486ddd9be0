"""Print a world's community waiting lists as the monthly workbook.

Belongs here: the publisher's layout, blanks where a service is not provided, a list whose weeks are partly unknown, and
how many people wait (the world has no such lists). Does not: reading the files (parse.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_at, financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import xlsx
from orchestration.simulation.world import World

PAGE = "/statistics/statistical-work-areas/community-health-services-waiting-lists/"
HIDDEN = "(A) Adult safeguarding"
SERVICES = (HIDDEN, "(A) Podiatry and podiatric surgery", "(CYP) Audiology", "(CYP) Vision screening")
BANDS = ("0-1", ">1-2", ">2-4", ">4-12", ">12-18", ">18-52", "over 52")
TOTAL, FIRST_BAND = 0, 1
Counts = list[int]  # the whole list, then the seven bands
Lists = dict[tuple[str, str, str], dict[str, Counts]]  # organisation's type, code, name; by service


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The newest month."""
    month = world.months[-1]
    published = date.fromordinal(month.toordinal() + 71)
    year = financial_year_label(financial_year_at(month))
    name = f"SYNTHETIC-Community-health-services-waiting-lists-{year}-{month:%B}.xlsx"
    content = _workbook(month, published, _lists(world, month))
    yield SyntheticFile(name, content, PAGE, f"Community health services waiting lists {month:%B %Y}", published)


def _lists(world: World, month: date) -> Lists:
    """Lists by organisation: England, regions and boards are sums of their providers."""
    lists: Lists = {("National", "", "England"): {HIDDEN: [7]}}
    lists |= {("Region", region.code, region.name): {} for region in world.regions}
    lists |= {("ICB", icb.code, icb.name): {} for icb in world.icbs}
    rng = np.random.default_rng([world.seed, 2104])
    for at, provider in enumerate(p for p in world.trusts if p.closed_on is None):
        own: dict[str, Counts] = {}
        for place, service in enumerate(SERVICES[1:]):
            if (at + place) % 4 == 0:
                continue  # the provider has no such service
            bands = [int(count) for count in rng.poisson(max(provider.size, 0.2) * 40 * 0.8 ** np.arange(len(BANDS)))]
            unknown = 5 if at == 1 else 0
            own[service] = [sum(bands) + unknown, *bands]
        lists["Provider", provider.code, provider.name_on(month)] = own
        above = (
            ("National", "", "England"),
            *(
                key
                for key in lists
                if key[1] in (provider.region_code, provider.icb_code) and key[0] in ("Region", "ICB")
            ),
        )
        for key in above:
            for service, counts in own.items():
                before = lists[key].get(service, [0] * len(counts))
                lists[key][service] = [a + b for a, b in zip(before, counts, strict=True)]
    return lists


def _workbook(month: date, published: date, lists: Lists) -> bytes:
    england = lists["National", "", "England"]
    months = [f"{date(month.year, number, 1):%b-%y}" for number in range(max(month.month - 1, 1), month.month + 1)]
    sheets: dict[str, list[list[object]]] = {
        "Cover page": [
            ["Title:", "Community Health Services Waiting Times (SYNTHETIC)"],
            ["Published:", f"{published:%d/%m/%Y}"],
            ["Revised:", "-"],
        ],
        "Table 1": [
            ["Number of organisations that did not submit data"],
            ["Organisation Type", "Organisation Name", *months],
            ["", "England", *(1 for _ in months)],
        ],
        "Table 2": [
            ["National time series of total reported waiting list by service"],
            ["Service", *months],
            *([service, *(counts[TOTAL] for _ in months)] for service, counts in england.items()),
        ],
        "Table 3": _overview(month, england),
    }
    label = f"by service, {month:%B %Y}"
    sheets["Table 4"] = _wide(f"Total waiting list {label}", lists, TOTAL)
    for at, (letter, band) in enumerate(zip("abcdefg", BANDS, strict=True), start=FIRST_BAND):
        sheets[f"Table 4{letter}"] = _wide(f"Number waiting {band} weeks {label}", lists, at)
    return xlsx(sheets)


def _overview(month: date, england: Mapping[str, Counts]) -> list[list[object]]:
    """Table 3: three totals, then every service; the hidden one without weeks."""

    def total(mark: str) -> list[int]:
        rows = [[*counts, *[0] * (len(BANDS) + 1 - len(counts))] for s, counts in england.items() if s.startswith(mark)]
        return [sum(column) for column in zip(*rows, strict=True)]

    headings: list[object] = [
        "",
        "Total waiting list",
        *(f"Waiting {band.replace('over ', '>')} weeks" for band in BANDS),
    ]
    totals = (("England", "("), ("Adult services", "(A)"), ("CYP services", "(CYP)"))
    rows: list[list[object]] = [[f"National overview of waiting list metrics by service, {month:%B %Y}"], headings]
    rows += [[label, *total(mark)] for label, mark in totals]
    rows += [[service, *counts] for service, counts in england.items()]
    return rows


def _wide(title: str, lists: Lists, at: int) -> list[list[object]]:
    rows: list[list[object]] = [[title], ["Organisation Type", "Organisation Code", "Organisation Name", *SERVICES]]
    for organisation, own in lists.items():
        rows.append([*organisation, *(_cell(own.get(service, ()), at) for service in SERVICES)])
    return rows


def _cell(counts: Sequence[int], at: int) -> object:
    return counts[at] if at < len(counts) else ""
