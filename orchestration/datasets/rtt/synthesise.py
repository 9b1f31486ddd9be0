"""Print a waiting list of a world's trusts as the monthly full CSV of referral to treatment waiting times.

Belongs here: the publisher's layout in its zip, its codes and blanks, and how many wait how long (the world has no
waiting list of its own). Does not: reading the files (parse.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from orchestration.datasets.dates import financial_year_at
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, zipped
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/statistics/statistical-work-areas/rtt-waiting-times/rtt-data-{start}-{end:02}/"
IDENTIFIERS = (
    "Period", "Provider Parent Org Code", "Provider Parent Name", "Provider Org Code", "Provider Org Name",
    "Commissioner Parent Org Code", "Commissioner Parent Name", "Commissioner Org Code", "Commissioner Org Name",
    "RTT Part Type", "RTT Part Description", "Treatment Function Code", "Treatment Function Name",
)  # fmt: skip
WEEKS = 104
BANDS = (*(f"Gt {week:02} To {week + 1:02} Weeks SUM 1" for week in range(WEEKS)), f"Gt {WEEKS} Weeks SUM 1")
HEADER = (*IDENTIFIERS, *BANDS, "Total", "Patients with unknown clock start date", "Total All")
FUNCTIONS = (("C_110", "Trauma and Orthopaedic Service"), ("X02", "Other - Medical Services"))
TOTAL = ("C_999", "Total")
NEW_PATHWAYS = "Part_3"
PARTS = {
    "Part_1A": "Completed Pathways For Admitted Patients",
    "Part_1B": "Completed Pathways For Non-Admitted Patients",
    "Part_2": "Incomplete Pathways",
    "Part_2A": "Incomplete Pathways with DTA",
    NEW_PATHWAYS: "New RTT Periods - All Patients",
}
PATHWAYS = {"Part_1A": 300, "Part_1B": 900, "Part_2": 4_000, "Part_2A": 600, NEW_PATHWAYS: 1_200}
COMPLETED = ("Part_1A", "Part_1B")
MEAN_WEEKS, SHARE_UNKNOWN_START, SHARE_NO_COMMISSIONER = 19.0, 0.002, 0.01
FILES = 3
KINDS = ("integrated", "acute")


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """A zip for each of the last months, each with trusts of the world, two treatment functions and their total."""
    for month in world.months[-FILES:]:
        rng = np.random.default_rng([world.seed, 310, month.year, month.month])
        year = financial_year_at(month)
        suffix = "".join(rng.choice(list("abcdefghkmnpqrstvwxyzABCDEFGH23456789"), 6))
        yield SyntheticFile(
            f"SYNTHETIC-Full-CSV-data-file-{month:%b%y}-ZIP-1M-{suffix}.zip",
            zipped({f"SYNTHETIC-RTT-{month:%B-%Y}-full-extract.csv": _content(world, month, rng)}),
            PAGE.format(start=year, end=(year + 1) % 100),
            f"Full CSV data file {month:%b%y} (ZIP, 1M)",
            month + timedelta(days=73),
        )


def _content(world: World, month: date, rng: np.random.Generator) -> bytes:
    rows: list[Sequence[object]] = [HEADER]
    for trust in world.trusts:
        if trust.kind in KINDS and trust.is_open(month):
            for commissioner, share in _commissioners(world, trust):
                identifiers = (f"RTT-{month:%B-%Y}", *_provider(world, trust, month), *commissioner)
                rows += [[*identifiers, *rest] for rest in _rows(rng, share)]
    return csv_bytes(rows)


def _provider(world: World, trust: Provider, month: date) -> Iterator[str]:
    board = world.icb(trust.icb_code)
    yield from (board.code, board.name, trust.code, trust.name_on(month))


def _commissioners(world: World, trust: Provider) -> Iterator[tuple[tuple[str, ...], float]]:
    """The trust's own board, and patients without a commissioner: no board, and a name that looks like an error."""
    board = world.icb(trust.icb_code)
    place = next(place for place in world.sub_icbs if place.icb_code == board.code)
    yield (board.code, board.name, place.code, place.name), 1.0
    yield ("", "", "NONC", "#N/A"), SHARE_NO_COMMISSIONER


def _rows(rng: np.random.Generator, share: float) -> Iterator[list[object]]:
    """Rows of each part: the treatment functions with pathways, and their total."""
    for part, description in PARTS.items():
        counts = {function: _bands(rng, PATHWAYS[part] * share) for function in FUNCTIONS}
        unknown = {function: int(rng.poisson(PATHWAYS[part] * share * SHARE_UNKNOWN_START)) for function in FUNCTIONS}
        counts[TOTAL] = np.sum([counts[function] for function in FUNCTIONS], axis=0)
        unknown[TOTAL] = sum(unknown.values())
        for function, bands in counts.items():
            cells = _cells(part, bands, unknown[function])
            if cells[-1]:
                yield [part, description, *function, *cells]


def _bands(rng: np.random.Generator, pathways: float) -> np.ndarray:
    """Pathways by week of waiting, the weeks above the last one together."""
    waits = rng.exponential(MEAN_WEEKS, int(rng.poisson(pathways)))
    return np.bincount(np.minimum(waits.astype(int), WEEKS), minlength=WEEKS + 1)


def _cells(part: str, bands: np.ndarray, unknown: int) -> list[object]:
    """Bands and totals as printed: new pathways have no bands, and only completed ones have all three totals."""
    known = int(bands.sum())
    if part == NEW_PATHWAYS:
        return [*[""] * len(bands), "", "", known]
    if part in COMPLETED:
        return [*bands.tolist(), known, unknown, known + unknown]
    return [*bands.tolist(), "", "", known]
