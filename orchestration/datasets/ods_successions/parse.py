"""Read tables of organisation successions: pairs with and without a header, chains, mergers typed by hand.

Belongs here: the four layouts. Does not: relations, splits, "as now" (int_successions__reviewed and what follows).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, columns_of, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

PAIRS = ("old_code", "new_code", "date")
MERGERS = ("trust_code_old", "trust_code_new", "from_date")
CHAIN_START = ("old_code", "new_code_0", "new_code_1", "date_change_1", "change_type_1")
HELPERS_OF_CHAINS = ("new_code_0", "direct_path_complicated", "adjacent_to_complicated", "part_of_complicated_path")
REGISTER_POSITIONS = {"old_code": 0, "new_code": 1, "reason": 2, "effective_on": 3}
REGISTER_WIDTH = 5
CODE = re.compile(r"[A-Z0-9]{2,8}")
Row = tuple[int, Sequence[str]]


def parse(source: SourceFile) -> Parsed:
    """One row per succession (or chain); dates YYYYMMDD become ISO, other text stays for validation to judge.

    Records in which a code follows itself (a change of type or address) are no successions and are ignored.
    """
    without_header = read_csv(source, header=False, width=REGISTER_WIDTH)
    if without_header.rows and _is_register(without_header.rows[0][1]):
        return _register(without_header)
    sheet = read_csv(source)
    if sheet.header == PAIRS:
        return _with_header(sheet, "pairs", "successions", "all successions")
    if sheet.header == MERGERS:
        return _with_header(sheet, "mergers", "mergers", "mergers")
    if sheet.header[: len(CHAIN_START)] == CHAIN_START:
        return _chains(sheet)
    raise NotOfThisDataset(f"{source.name}: headings {list(sheet.header)[:5]} are of no table of successions")


def _is_register(first: Sequence[str]) -> bool:
    """Whether the first record is one of the register's own file, which has no header."""
    return bool(CODE.fullmatch(first[0])) and bool(re.fullmatch(r"\d{8}", first[3]))


def _register(sheet: Sheet) -> Parsed:
    """The register's file; each download is an issue of its own: current and archived file stand beside each other."""
    rows, ignored = _changes(sheet.rows, REGISTER_POSITIONS)
    table = table_from(rows, REGISTER_POSITIONS, malformed=sheet.malformed, ignored={"its_own_successor": ignored})
    first, last = _span(sheet.name, rows, REGISTER_POSITIONS)
    return Parsed("succ_5", {"successions": table}, first, last, f"successions {first} to {last}", notes=sheet.notes)


def _with_header(sheet: Sheet, layout: str, entity: str, label: str) -> Parsed:
    """Pairs of codes with a date under headings."""
    positions = columns_of(sheet, dataset_spec("ods_successions").entity(entity))
    rows, ignored = _changes(sheet.rows, positions)
    constants: dict[str, str | None] = {"reason": None} if entity == "successions" else {}
    table = table_from(
        rows, positions, malformed=sheet.malformed, ignored={"its_own_successor": ignored}, constants=constants
    )
    first, last = _span(sheet.name, rows, positions)
    return Parsed(layout, {entity: table}, first, last, label, notes=sheet.notes)


def _chains(sheet: Sheet) -> Parsed:
    """Chains; NA is an empty cell. A chain that does not start with its own first code is malformed."""
    positions = columns_of(sheet, dataset_spec("ods_successions").entity("chains"))
    start = sheet.header.index("new_code_0")
    blank = [(number, ["" if cell == "NA" else cell for cell in row]) for number, row in sheet.rows]
    rows = [(number, row) for number, row in blank if row[start] == row[positions["old_code"]]]
    broken = tuple(
        Malformed(number, "chain_starts_elsewhere", "new_code_0", row[start])
        for number, row in blank
        if row[start] != row[positions["old_code"]]
    )
    table: Table = table_from(rows, positions, malformed=(*sheet.malformed, *broken))
    helpers = {name: sheet.header.index(name) for name in HELPERS_OF_CHAINS if name in sheet.header}
    first, last = _span(sheet.name, rows, {"effective_on": positions["effective_on_1"]})
    notes = sheet.notes + unknown_headings(sheet, {**positions, **helpers})
    return Parsed("chains", {"chains": table}, first, last, "chains", notes=notes)


def _changes(records: Sequence[Row], positions: Mapping[str, int]) -> tuple[list[Row], int]:
    """Records with an ISO date in which one code follows another, and the number of those in which it does not."""
    old, new, at = (positions[name] for name in ("old_code", "new_code", "effective_on"))
    kept = [(number, row) for number, row in records if row[old].strip() != row[new].strip()]
    return [(number, [*row[:at], _iso(row[at]), *row[at + 1 :]]) for number, row in kept], len(records) - len(kept)


def _span(name: str, rows: Sequence[Row], positions: Mapping[str, int]) -> tuple[date, date]:
    """First and last day among the successions; refuses a table in which no date can be read."""
    days = sorted(day for _, row in rows if (day := _day(row[positions["effective_on"]])))
    if not days:
        raise FileRefused(f"{name}: no succession has a date as YYYYMMDD or YYYY-MM-DD")
    return days[0], days[-1]


def _iso(text: str) -> str:
    return re.sub(r"^\s*(\d{4})(\d{2})(\d{2})\s*$", r"\1-\2-\3", text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
