"""Print a world's trusts as snapshots of the trusts register (etr).

Belongs here: the headerless layout with 27 or 24 quoted columns and what each snapshot knew. Does not: succession
(ods_successions) or reading the files (parse.py).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/services/organisation-data-service/data-search-and-export/csv-downloads/other-nhs-organisations"
FIRST, LATEST_LAG = date(2022, 1, 31), timedelta(days=120)
NARROW = 24


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """Three snapshots: an old one in 24 columns, one that leaves closed trusts out, the latest with all trusts."""
    latest = world.months[-1] + LATEST_LAG
    middle = FIRST + (latest - FIRST) / 2
    yield _snapshot(world, FIRST, "SYNTHETIC-etr-archive.csv", "NHS Trusts (archived)", columns=NARROW)
    yield _snapshot(world, middle, f"SYNTHETIC-etr_{middle:%Y-%m}.csv", "NHS Trusts (previous)")
    yield _snapshot(world, latest, "SYNTHETIC-etr.csv", "NHS Trusts", with_closed=True)


def _snapshot(
    world: World, day: date, name: str, link_text: str, *, columns: int = 27, with_closed: bool = False
) -> SyntheticFile:
    """Every value quoted, CRLF, no header, sorted by code."""
    trusts = sorted(world.trusts, key=lambda trust: trust.code)
    rows = [_row(trust, day)[:columns] for trust in trusts if trust.is_open(day) or with_closed]
    return SyntheticFile(name, csv_bytes(rows, is_quoted=True), PAGE, link_text, day)


def _row(trust: Provider, day: date) -> list[str]:
    """Code, name, region, board, five address lines, postcode, legal dates (a closed trust's last day), and flags."""
    closed = trust.closed_on is not None and trust.closed_on <= day
    last = f"{trust.closed_on - timedelta(days=1):%Y%m%d}" if trust.closed_on and closed else ""
    address = ["SYNTHETIC HEADQUARTERS", f"1 {trust.town.upper()} ROAD", "", trust.town.upper(), ""]
    telephone = ["", "", "", "", "", "", "", "", ""]
    name = trust.name_on(day)
    opened = f"{trust.opened_on:%Y%m%d}"
    head = [trust.code, name, trust.region_code, trust.icb_code, *address, trust.postcode, opened, last]
    return [*head, *telephone, "0", "", "B", "", "", ""]
