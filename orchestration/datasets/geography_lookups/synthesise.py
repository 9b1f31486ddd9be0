"""Print a world's geography as the six lookups between statistical and health areas.

Belongs here: each lookup's headings, byte order mark and row number column. Does not: which area lies in which (the
simulation).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes
from orchestration.simulation.world import World

PAGE = "/search"
Rows = Sequence[Sequence[str]]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """Six lookups; the row number stands first (FID) or last (ObjectId); the list of boards has no byte order mark."""
    yield _file(
        "Clinical_Commissioning_Group_to_STPs_(April_2021)_Lookup.csv", date(2021, 4, 30), "FID",
        "CCG21CD,CCG21CDH,CCG21NM,STP21CD,STP21CDH,STP21NM", _ccg_stp(world),
    )  # fmt: skip
    yield _file(
        "Lower_Layer_Super_Output_Area_(2011)_to_Clinical_Commissioning_Group_(April_2021)_Lookup.csv",
        date(2021, 5, 31), "FID", "LSOA11CD,LSOA11NM,CCG21CD,CCG21CDH,CCG21NM,LAD21CD,LAD21NM", _lsoa_ccg(world),
    )  # fmt: skip
    yield _file(
        "Sub_ICB_Locations_to_Integrated_Care_Boards_(July_2022)_Lookup.csv", date(2022, 7, 31), "ObjectId",
        "SICBL22CD,SICBL22CDH,SICBL22NM,ICB22CD,ICB22CDH,ICB22NM,NHSER22CD,NHSER22CDH,NHSER22NM", _sub_icb_icb(world),
    )  # fmt: skip
    yield _file(
        "LSOA_(2011)_to_LSOA_(2021)_to_Local_Authority_District_(2022)_Lookup.csv", date(2022, 12, 31), "ObjectId",
        "F_LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM,LAD22NMW", _lsoa_changes(world),
    )  # fmt: skip
    yield _file(
        "Local_Authority_District_to_Region_(December_2022)_Lookup.csv", date(2023, 1, 31), "ObjectId",
        "LAD22CD,LAD22NM,RGN22CD,RGN22NM", _lad_region(world),
    )  # fmt: skip
    yield _file(
        "icb_names_codes_dec_2024.csv", date(2024, 12, 31), "ObjectId",
        "ICB24CD,ICB24CDH,ICB24NM", [(icb.gss_code, icb.code, icb.name) for icb in world.icbs], encoding="utf-8",
    )  # fmt: skip


def _file(
    name: str, published_on: date, number: str, header: str, rows: Rows, encoding: str = "utf-8-sig"
) -> SyntheticFile:
    """One lookup with its row number first (FID) or last (ObjectId)."""
    numbered = [(number, header.split(",")), *((str(at), row) for at, row in enumerate(rows, start=1))]
    cells = [[label, *row] if number == "FID" else [*row, label] for label, row in numbered]
    title = name.removesuffix(".csv").replace("_", " ")
    return SyntheticFile(f"SYNTHETIC-{name}", csv_bytes(cells, encoding=encoding), PAGE, title, published_on)


def _ccg_stp(world: World) -> Rows:
    """The last location of a board that took another over was the other's before."""
    before = {}
    for former in world.former_icbs:
        places = [place.code for place in world.sub_icbs if place.icb_code == former.heir_code]
        before.update(dict.fromkeys(places[1:][-1:], former.board))
    rows = []
    for place in world.sub_icbs:
        icb = before.get(place.code, world.icb(place.icb_code))
        rows.append((place.gss_code, place.code, place.name, icb.gss_code, icb.code, icb.name))
    return rows


def _lsoa_ccg(world: World) -> Rows:
    districts = {lad.code: lad for lad in world.lads}
    places = {place.code: place for place in world.sub_icbs}
    rows = []
    for lsoa in world.lsoas_2011:
        lad = districts[lsoa.lad_code]
        place = places[lad.sub_icb_code]
        rows.append((lsoa.code, lsoa.name, place.gss_code, place.code, place.name, lad.code, lad.name))
    return rows


def _sub_icb_icb(world: World) -> Rows:
    rows = []
    for place in world.sub_icbs:
        icb = world.icb(place.icb_code)
        region = world.region(icb.region_code)
        above = (icb.gss_code, icb.code, icb.name, region.gss_code, region.code, region.name)
        rows.append((place.gss_code, place.code, place.name, *above))
    return rows


def _lsoa_changes(world: World) -> Rows:
    before = {lsoa.code: lsoa for lsoa in world.lsoas_2011}
    after = {lsoa.code: lsoa for lsoa in world.lsoas_2021}
    names = {lad.code: lad.name for lad in world.lads}
    rows = []
    for change in world.lsoa_changes:
        old, new = before[change.code_2011], after[change.code_2021]
        rows.append((old.code, old.name, new.code, new.name, change.change, new.lad_code, names[new.lad_code], ""))
    return rows


def _lad_region(world: World) -> Rows:
    rows = []
    for lad in world.lads:
        region = world.region(world.icb(world.sub_icb(lad.sub_icb_code).icb_code).region_code)
        rows.append((lad.code, lad.name, region.ons_code, region.ons_name))
    return rows
