"""Read the sources that say where general practices belong: the monthly mapping, the practice register, the networks.

Belongs here: both headings of the mapping (CCG and STP, sub-ICB location and ICB) and the network code that means none;
the register without a header (epraccur) and its amendments (egpam); the network workbook (ePCN) and its CSV form. Does
not: history between snapshots, pooling practices.

Registers state no date. The day in the file's name stands for it, else the latest legal date among the records.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_bounds
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import (
    Sheet,
    clean,
    columns_of,
    is_zip,
    members_of,
    read_csv_bytes,
    table_from,
    unknown_headings,
)
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

NO_NETWORK = "U"
KNOWN_EXTRAS = ("PUBLICATION", "SUPPLIER_NAME")
MAX_MEMBER_BYTES = 64 * 1024 * 1024

REGISTER_WIDTH = 27
REGISTER = {
    "organisation_code": 0, "organisation_name": 1, "region_code": 2, "icb_code": 3, "postcode": 9, "opened_on": 10,
    "closed_on": 11, "status": 12, "organisation_type": 13, "commissioner_code": 14, "joined_on": 15, "left_on": 16,
    "is_amended": 21, "provider_code": 23, "prescribing_setting": 25,
}  # fmt: skip
REGISTER_DATES = (10, 11, 15, 16)
PRACTICE = re.compile(r"[A-Z][0-9]{5}|[A-Z0-9]{6}")
PRACTITIONER = re.compile(r"[A-Z][0-9]{7}")
DAY = re.compile(r"(?:19|20)\d{6}")
DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")

NETWORK_CODE = re.compile(r"U\d{5}")
NETWORKS_CSV = {
    "pcn_code": 0, "pcn_name": 1, "sub_icb_code": 2, "sub_icb_name": 3, "opened_on": 4, "closed_on": 5, "postcode": 11,
}  # fmt: skip
MEMBERS_CSV = {
    "practice_code": 0, "practice_name": 1, "practice_sub_icb_code": 2, "pcn_code": 4, "pcn_name": 5,
    "pcn_sub_icb_code": 6, "joined_on": 8, "left_on": 9,
}  # fmt: skip
NETWORK_DATES = {"networks": ("opened_on", "closed_on"), "network_members": ("joined_on", "left_on")}
NETWORK_LABELS = {"networks": "networks", "network_members": "members of networks"}
LEFT_ALONE = (
    "Address Line 1", "Address Line 2", "Address Line 3", "Address Line 4", "Address Line 5",
    "Practice Parent CCG Name", "PCN Parent CCG Name", "Practice CCG and PCN CCG Match",
)  # fmt: skip

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class _Records:
    """Records of one network table and where its columns stand."""

    rows: list[Row]
    positions: Mapping[str, int]
    malformed: tuple[Malformed, ...] = ()
    notes: tuple[str, ...] = ()


def parse(source: SourceFile) -> Parsed:
    """One row per practice, network or membership of the one snapshot that the file is."""
    if not is_zip(source):
        return _parse_csv(source.path.read_bytes(), source.name)
    with zipfile.ZipFile(source.path) as archive:
        if "[Content_Types].xml" in archive.namelist():
            return _parse_workbook(source.path, source.name)
        return _parse_archive(archive, source.name)


def _parse_archive(archive: zipfile.ZipFile, name: str) -> Parsed:
    """The one table of a zip: the network workbook or a CSV file; specifications beside it are left alone."""
    tables = members_of(archive, ".xlsx", ".csv")
    if len(tables) != 1:
        seen = sorted(members_of(archive))
        raise NotOfThisDataset(f"{name}: {len(tables)} tables among {seen[:5]}; the zip of a register has one")
    size = archive.getinfo(tables[0]).file_size
    if size > MAX_MEMBER_BYTES:
        raise FileRefused(f"{name}: {tables[0]} unpacks to {size:,} bytes; no register does")
    content = archive.read(tables[0])
    if tables[0].lower().endswith(".csv"):
        return _parse_csv(content, name)
    return _parse_workbook(io.BytesIO(content), name)


def _parse_csv(content: bytes, name: str) -> Parsed:
    """The mapping by its headings, or a register by the width and the codes of its records."""
    first = content[:4096].lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    if b"PRACTICE_CODE" in first and b"PCN_CODE" in first:
        return _parse_mapping(read_csv_bytes(content, name))
    sheet = read_csv_bytes(content, name, header=False, width=REGISTER_WIDTH)
    if sheet.rows and sum(bool(DAY.fullmatch(row[10].strip())) for _, row in sheet.rows) * 2 > len(sheet.rows):
        return _parse_register(sheet)
    for entity, positions, width, at in (
        ("networks", NETWORKS_CSV, 12, 0),
        ("network_members", MEMBERS_CSV, 11, 4),
    ):
        sheet = read_csv_bytes(content, name, header=False, width=width)
        if sheet.rows and NETWORK_CODE.fullmatch(sheet.rows[0][1][at].strip()):
            return _networks(name, "network_csv", {entity: _Records(sheet.rows, positions, sheet.malformed)})
    raise NotOfThisDataset(
        f"{name}: begins with {first[:80].decode(errors='replace')!r}; neither the practice mapping (PRACTICE_CODE, "
        f"PCN_CODE …) nor a register without headings ({REGISTER_WIDTH} columns; networks 12 or 11)"
    )


def _parse_mapping(sheet: Sheet) -> Parsed:
    """One row per practice of one extract; a practice in no network ('U') has no network code."""
    positions = columns_of(sheet, dataset_spec("gp_practices").entity("practices"))
    extract, code, network = positions["extract_on"], positions["pcn_code"], positions["pcn_name"]
    rows, malformed, unallocated = [], list(sheet.malformed), 0
    for number, row in sheet.rows:
        day = day_of(row[extract])
        if day is None:
            malformed.append(Malformed(number, "extract_date_unreadable", "extract_on", row[extract]))
            continue
        cells = [*row]
        cells[extract] = day.isoformat()
        if row[code].strip() == NO_NETWORK:
            cells[code] = cells[network] = ""
            unallocated += 1
        rows.append((number, cells))
    days = {row[extract] for _, row in rows}
    if len(days) != 1:
        raise FileRefused(f"{sheet.name}: the extract dates are {sorted(days)[:4]}, not one day")
    day = date.fromisoformat(days.pop())
    start, end = month_bounds(day.year, day.month)
    extras = {heading: at for at, heading in enumerate(sheet.header) if heading in KNOWN_EXTRAS}
    notes = (f"{unallocated} practices are in no primary care network (published as U)",) if unallocated else ()
    return Parsed(
        layout="sub_icb_icb" if "ICB_CODE" in sheet.header else "ccg_stp",
        tables={"practices": table_from(rows, positions, malformed=tuple(malformed))},
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m}",
        notes=sheet.notes + notes + unknown_headings(sheet, {**positions, **extras}),
    )


def _parse_register(sheet: Sheet) -> Parsed:
    """The register, or its amendments when every record is marked as amended; practitioners are ignored."""
    rows = [(number, row) for number, row in sheet.rows if not PRACTITIONER.fullmatch(row[0].strip())]
    if not any(PRACTICE.fullmatch(row[0].strip()) for _, row in rows):
        raise NotOfThisDataset(
            f"{sheet.name}: no record has the code of a practice (six characters); the first is {sheet.rows[0][1][:2]}"
        )
    entity = "register_amendments" if all(row[21].strip() == "1" for _, row in sheet.rows) else "register"
    day, note = _snapshot_day(sheet.name, (row[at] for _, row in rows for at in REGISTER_DATES))
    table = table_from(
        _with_dates(rows, REGISTER_DATES),
        REGISTER,
        malformed=sheet.malformed,
        ignored={"practitioner": len(sheet.rows) - len(rows)} if len(sheet.rows) > len(rows) else {},
        constants={"snapshot_on": day.isoformat()},
    )
    label = "amendments" if entity == "register_amendments" else "register"
    return Parsed(
        layout=entity,
        tables={entity: table},
        period_start=day,
        period_end=day,
        period_label=f"{label} to {day}",
        notes=(*sheet.notes, note),
    )


def _parse_workbook(content: Path | io.BytesIO, name: str) -> Parsed:
    """Networks and their members, each on the sheet that has its headings."""
    spec = dataset_spec("gp_practices")
    found: dict[str, _Records] = {}
    sheets = read_workbook(content, name)
    for cells in sheets.values():
        headings = tuple(clean(cell_text(cell)) for cell in cells[0]) if cells else ()
        entity = "network_members" if "Partner Organisation Code" in headings else "networks"
        if "PCN Code" not in headings or entity in found:
            continue
        texts = [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(cells[1:], start=2)]
        rows = [(number, row) for number, row in texts if any(cell.strip() for cell in row)]
        sheet = Sheet(name, headings, rows)
        positions = columns_of(sheet, spec.entity(entity))
        known = {
            heading: at
            for at, heading in enumerate(headings)
            if re.sub(r"Sub ICB Loc(ation)?", "CCG", heading) in LEFT_ALONE
        }
        found[entity] = _Records(rows, positions, notes=unknown_headings(sheet, {**positions, **known}))
    if set(found) != set(NETWORK_LABELS):
        raise NotOfThisDataset(
            f"{name}: sheets {sorted(sheets)}; the network workbook has one of networks (PCN Code, Open Date …) and "
            "one of members (Partner Organisation Code, PCN Code …)"
        )
    return _networks(name, "network_workbook", found)


def _networks(name: str, layout: str, found: Mapping[str, _Records]) -> Parsed:
    """Tables of the network register, dated by its latest legal date."""
    at = {entity: [records.positions[column] for column in NETWORK_DATES[entity]] for entity, records in found.items()}
    days = (row[place] for entity, records in found.items() for _, row in records.rows for place in at[entity])
    day, note = _snapshot_day(name, days)
    tables: dict[str, Table] = {
        entity: table_from(
            _with_dates(records.rows, at[entity]),
            records.positions,
            malformed=records.malformed,
            constants={"snapshot_on": day.isoformat()},
        )
        for entity, records in found.items()
    }
    label = " and ".join(NETWORK_LABELS[entity] for entity in sorted(found, reverse=True))
    notes = tuple(text for records in found.values() for text in records.notes)
    return Parsed(
        layout=layout,
        tables=tables,
        period_start=day,
        period_end=day,
        period_label=f"{label} to {day}",
        notes=(*dict.fromkeys(notes), note),
    )


def _with_dates(rows: Iterable[Row], places: Sequence[int]) -> list[Row]:
    """Rows with YYYYMMDD turned into YYYY-MM-DD; other text stays for validation to judge."""
    turned = []
    for number, row in rows:
        cells = [*row]
        for at in places:
            cells[at] = _iso(row[at])
        turned.append((number, cells))
    return turned


def _iso(cell: str) -> str:
    text = cell.strip()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if DAY.fullmatch(text) else text


def _snapshot_day(name: str, cells: Iterable[str]) -> tuple[date, str]:
    """The snapshot's date and a note on where it comes from."""
    if match := DAY_IN_NAME.search(name):
        return date(int(match[1]), int(match[2]), int(match[3])), "the snapshot's date is the day in the file's name"
    days = [day for cell in cells if (day := day_of(_iso(cell))) is not None]
    if not days:
        raise FileRefused(f"{name}: no record has a legal date (YYYYMMDD), so the snapshot has none")
    return max(days), "the snapshot's date is the latest legal date in it"
