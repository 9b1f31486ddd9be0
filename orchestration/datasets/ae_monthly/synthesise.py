"""Print a world's emergency care as the monthly A&E publication.

Belongs here: the publisher's layout, file names, batches of revisions and oddities. Does not: what happened (the
simulation) or reading the files (parse.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from orchestration.datasets.dates import financial_year_at
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes
from orchestration.simulation.records import EmergencyMonth
from orchestration.simulation.world import World

HEADER = (
    "Period", "Org Code", "Parent Org", "Org name",
    "A&E attendances Type 1", "A&E attendances Type 2", "A&E attendances Other A&E Department",
    "A&E attendances Booked Appointments Type 1", "A&E attendances Booked Appointments Type 2",
    "A&E attendances Booked Appointments Other Department",
    "Attendances over 4hrs Type 1", "Attendances over 4hrs Type 2", "Attendances over 4hrs Other Department",
    "Attendances over 4hrs Booked Appointments Type 1", "Attendances over 4hrs Booked Appointments Type 2",
    "Attendances over 4hrs Booked Appointments Other Department",
    "Patients who have waited 4-12 hs from DTA to admission", "Patients who have waited 12+ hrs from DTA to admission",
    "Emergency admissions via A&E - Type 1", "Emergency admissions via A&E - Type 2",
    "Emergency admissions via A&E - Other A&E department", "Other emergency admissions",
)  # fmt: skip
PAGE = (
    "/statistics/statistical-work-areas/ae-waiting-times-and-activity/"
    "ae-attendances-and-emergency-admissions-{start}-{end:02}/"
)
TOTALS = (("TOTAL",) * 4, ("Total",) * 4, ("TOTAL",) * 4, ("TOTAL", "TOTAL ", "TOTAL ", "TOTAL"), ("TOTAl",) * 4,
          ("Total ", "Total", "Total", "Total"))  # fmt: skip
BATCHES = {2021: date(2022, 5, 12), 2022: date(2023, 5, 11), 2023: date(2024, 6, 13)}
WITH_BYTE_ORDER_MARK = (date(2021, 8, 1), date(2023, 7, 1), date(2023, 8, 1), date(2023, 9, 1))
LATE_REVISIONS = (4, 7, 10, 11, 2)
TWICE_PUBLISHED_FROM_END = 9
STRAY = ("", "", "", "", "", "a")


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One CSV per month; one month stands twice on its page, as first published and as revised with a changed value."""
    rng = np.random.default_rng([world.seed, 100])
    twice = world.months[-TWICE_PUBLISHED_FROM_END]
    untidy = max((month for month in world.months if month.month == 9), default=None)
    by_month: dict[date, list[EmergencyMonth]] = {month: [] for month in world.months}
    for row in world.emergency_months():
        by_month[row.month].append(row)
    for at, (month, rows) in enumerate(by_month.items()):
        order = rng.permutation(len(rows))
        counts = [(rows[int(index)].organisation_code, _counts(rows[int(index)])) for index in order]
        suffix = "".join(rng.choice(list("abcdefghkmnpqrstvwxyz23456789"), 6))
        label = TOTALS[at % len(TOTALS)]
        stray = STRAY if month == untidy else ()
        if month == twice:
            first = f"SYNTHETIC-{month:%B-%Y}-CSV-{suffix}.csv"
            yield _file(month, first, _content(world, month, _understated(counts), label, stray), _regular(month))
            name, day = f"SYNTHETIC-{month:%B-%Y}-CSV-revised.csv", _regular(month) + timedelta(days=120)
        else:
            name, day = _name(month, suffix)
        yield _file(month, name, _content(world, month, counts, label, stray), day)


def _counts(row: EmergencyMonth) -> list[int]:
    """The eighteen counts in the order of HEADER; a field-test trust shows no four-hour breaches."""
    breaches = (*row.breaches, *row.booked_breaches) if row.breaches_published else (0,) * 6
    return [
        *row.attendances,
        *row.booked,
        *breaches,
        row.waits_4_to_12_hours,
        row.waits_over_12_hours,
        *row.admissions,
        row.admissions_not_through_emergency,
    ]


def _understated(counts: Sequence[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    """Counts as first published: the first provider with type 1 breaches has left one in ten of them out."""
    first = list(counts)
    for at, (code, values) in enumerate(first):
        if values[6] > 10:
            first[at] = (code, [*values[:6], values[6] - values[6] // 10, *values[7:]])
            break
    return first


def _content(
    world: World,
    month: date,
    counts: Sequence[tuple[str, list[int]]],
    label: Sequence[str],
    stray: Sequence[str],
) -> bytes:
    """The file: CRLF, a byte order mark in some months, a total row, now and then columns without values."""
    blanks = [""] * len(stray)
    rows: list[Sequence[object]] = [[*HEADER, *stray]]
    for code, values in counts:
        rows.append([f"MSitAE-{month:%B-%Y}".upper(), code, *_names(world, code, month), *values, *blanks])
    totals = [sum(column) for column in zip(*(values for _, values in counts), strict=True)]
    rows.append([*label, *totals, *blanks])
    return csv_bytes(rows, encoding="utf-8-sig" if month in WITH_BYTE_ORDER_MARK else "utf-8")


def _names(world: World, code: str, month: date) -> Iterator[str]:
    """Region, with a trailing blank for all but the first, and the provider's name in that month."""
    provider = world.provider(code)
    region = world.region(provider.region_code)
    yield f"NHS ENGLAND {region.name.upper()}" + ("" if region == world.regions[0] else " ")
    yield provider.name_on(month)


def _name(month: date, suffix: str) -> tuple[str, date]:
    """File name and day of publication: closed years come from a batch of revisions, the last one month by month."""
    batch = BATCHES.get(financial_year_at(month))
    if batch:
        return f"SYNTHETIC-{month:%B-%Y}-revised-{batch:%d%m%y}-{suffix}.csv", batch
    if month.month == 1:
        return f"SYNTHETIC-Monthly-AE-{month:%b-%y}-CSV-{suffix}-v2.0.csv", _regular(month)
    if month.month in LATE_REVISIONS:
        return f"SYNTHETIC-Monthly-AE-{month:%B-%Y}-revised.csv", _regular(month) + timedelta(days=91)
    return f"SYNTHETIC-Monthly-AE-{month:%B-%Y}.csv", _regular(month)


def _regular(month: date) -> date:
    """Second Thursday of the month after."""
    first = (month + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 7)


def _file(month: date, name: str, content: bytes, published_on: date) -> SyntheticFile:
    year = financial_year_at(month)
    page = PAGE.format(start=year, end=(year + 1) % 100)
    revised = " – revised" if "revised" in name else ""
    return SyntheticFile(name, content, page, f"Monthly A&E {month:%B %Y}{revised}", published_on)
