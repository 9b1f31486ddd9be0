"""Print a world's general practices as the monthly practice mapping and as the registers of practices and networks.

Belongs here: both headings of the mapping (CCG and STP until June 2022, sub-ICB location and ICB after) and the date's
spellings; the register without a header, with a closed practice and a prescribing cost centre that is no practice; the
network workbook with line breaks in its headings. Does not: who belongs to whom (the simulation).
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, xlsx, zipped
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

REGISTERS = (
    "https://digital.nhs.uk/services/organisation-data-service/data-search-and-export/csv-downloads/"
    "gp-and-gp-practice-related-data"
)
OPENED, COMMISSIONED, NETWORKED = "19740401", "20200401", "20191001"
CLOSED_PRACTICE, COST_CENTRE = "Z89998", "Z89999"
LEFT_NETWORK = "20200331"
NETWORK_HEADINGS = (
    "PCN Code", "PCN Name", "Current Sub ICB \nLoc Code", "Sub ICB\nLocation", "Open Date", "Close Date",
    "Address Line 1", "Address Line 2", "Address Line 3", "Address Line 4", "Address Line 5", "Postcode",
)  # fmt: skip
MEMBER_HEADINGS = (
    "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code",
    "Practice\nParent\nSub ICB Loc Name", "PCN Code", "PCN Name", "PCN Parent\nSub ICB Loc Code",
    "PCN Parent\nSub ICB Loc Name", "Practice to PCN\nRelationship\nStart Date",
    "Practice to PCN\nRelationship\nEnd Date", "Practice Sub ICB Loc and PCN\nSub ICB Loc Match ",
)  # fmt: skip


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """Two extracts (January 2022 in the old headings, the world's last month in the new) and the two registers."""
    yield _extract(world, LAST_OF_CCGS, OLD, f"{LAST_OF_CCGS:%d%b%Y}", "")
    last = world.months[-1]
    yield _extract(world, last, (*NEW, "SUPPLIER_NAME"), f"{last:%d-%b-%y}", f"-{last:%b-%y}".lower())
    yield SyntheticFile("SYNTHETIC-epraccur.csv", _register(world), REGISTERS, "GP Practices (epraccur)", last)
    yield SyntheticFile("SYNTHETIC-epcn.zip", _networks(world), REGISTERS, "Primary care networks (epcn)", last)


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


def _register(world: World) -> bytes:
    """epraccur: no header, 27 quoted fields; a closed practice and a cost centre of another setting come last."""
    rows = [_registered(world, practice.code, practice.name, practice, "4") for practice in world.practices]
    first = world.practices[0]
    closed = _registered(world, CLOSED_PRACTICE, "CLOSED SURGERY (SYNTHETIC)", first, "4")
    closed[11], closed[12], closed[16] = "20210930", "C", "20210930"
    rows += [closed, _registered(world, COST_CENTRE, "ENHANCED ACCESS (SYNTHETIC)", first, "0")]
    return csv_bytes(rows, is_quoted=True)


def _registered(world: World, code: str, name: str, practice: Practice, setting: str) -> list[str]:
    icb = world.icb(world.sub_icb(practice.sub_icb_code).icb_code)
    address = ["THE SURGERY", "1 SYNTHETIC STREET", "", "", "", practice.postcode]
    commissioner = [practice.sub_icb_code, COMMISSIONED, "", "00000 000000", "", "", "", "0", "", practice.sub_icb_code]
    return [code, name, icb.region_code, icb.code, *address, OPENED, "", "A", "B", *commissioner, "", setting, ""]


def _networks(world: World) -> bytes:
    """The zip of the network workbook; the world's last practice left its network."""
    places = {place.code: place.name for place in world.sub_icbs}
    networks = {pcn.code: pcn for pcn in world.pcns}
    details = [
        (pcn.code, pcn.name, pcn.sub_icb_code, places[pcn.sub_icb_code], NETWORKED, "", *[""] * 5, "ZZ1 1ZZ")
        for pcn in world.pcns
    ]
    members = []
    for practice in world.practices:
        pcn, place = networks[practice.pcn_code], practice.sub_icb_code
        left = LEFT_NETWORK if practice is world.practices[-1] else ""
        parents = (pcn.code, pcn.name, pcn.sub_icb_code, places[pcn.sub_icb_code])
        members.append((practice.code, practice.name, place, places[place], *parents, NETWORKED, left, True))
    sheets = {"PCNDetails": (NETWORK_HEADINGS, *details), "PCN Core Partner Details": (MEMBER_HEADINGS, *members)}
    return zipped({"ePCN.xlsx": xlsx(sheets), "ePCN.xlsx Specification.txt": b"Specification (SYNTHETIC)"})
