"""Print a world's general practices as the monthly practice mapping.

Belongs here: both headings (CCG and STP until June 2022, sub-ICB location and ICB after) and the date's spellings. Does
not: who belongs to whom (the simulation).
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from orchestration.datasets.protocol import SyntheticFile
from orchestration.simulation.records import Practice
from orchestration.simulation.world import World

PAGE = "/data-and-information/publications/statistical/patients-registered-at-a-gp-practice/{month}"
NAME = "SYNTHETIC-gp-reg-pat-prac-map{suffix}.csv"
LINK = "Patients Registered at a GP Practice: GP practice mapping"
OLD = (
    "PUBLICATION", "EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "PCN_NAME",
    "ONS_CCG_CODE", "CCG_CODE", "CCG_NAME", "ONS_STP_CODE", "STP_CODE", "STP_NAME",
    "ONS_COMM_REGION_CODE", "COMM_REGION_CODE", "COMM_REGION_NAME",
)  # fmt: skip
NEW = tuple(heading.replace("CCG", "SUB_ICB_LOCATION").replace("STP", "ICB") for heading in OLD)
LAST_OF_CCGS = date(2022, 1, 1)


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """Two extracts: January 2022 in the old headings, the world's last month in the new."""
    yield _extract(world, LAST_OF_CCGS, OLD, f"{LAST_OF_CCGS:%d%b%Y}", "")
    last = world.months[-1]
    yield _extract(world, last, (*NEW, "SUPPLIER_NAME"), f"{last:%d-%b-%y}", f"-{last:%b-%y}".lower())


def _extract(world: World, day: date, header: tuple[str, ...], spelling: str, suffix: str) -> SyntheticFile:
    """One month's mapping; the last practice is in no network."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for practice in world.practices:
        cells = _row(world, practice, spelling, is_allocated=practice is not world.practices[-1])
        writer.writerow([*cells, "SYNTHETIC SUPPLIER"][: len(header)])
    month = f"{day:%B-%Y}".lower()
    published_on = day + timedelta(days=14)
    return SyntheticFile(
        NAME.format(suffix=suffix), text.getvalue().encode(), PAGE.format(month=month), LINK, published_on
    )


def _row(world: World, practice: Practice, spelling: str, *, is_allocated: bool) -> list[str]:
    place = world.sub_icb(practice.sub_icb_code)
    icb = world.icb(place.icb_code)
    region = world.region(icb.region_code)
    networks = {pcn.code: pcn.name for pcn in world.pcns}
    network = (practice.pcn_code, networks[practice.pcn_code]) if is_allocated else ("U", "Unallocated")
    return [
        *("GP_PRAC_PAT_LIST", spelling, practice.code, practice.name, practice.postcode, *network),
        *(place.gss_code, place.code, place.name, icb.gss_code, icb.code, icb.name),
        *(region.gss_code, region.code, region.name),
    ]
