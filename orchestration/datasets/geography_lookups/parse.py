"""Read the Office for National Statistics' lookups between geographies, eight layouts told apart by their headings.

Belongs here: matching a file to a lookup, the edition that its headings carry. Does not: best fits, chains of lookups.

A heading is a geography, the year of its edition and what the column holds (`LAD22CD`). The same lookup of another
year has other years in its headings and is read alike; only LSOAs are told apart by their census.
"""

import re
from collections import Counter
from datetime import date

from orchestration.catalogue.models import Column, Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.reading import Sheet, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

DATED = re.compile(r"(?:F_)?([A-Z]+)(\d\d)(CDH?|NMW?)", re.IGNORECASE)
TECHNICAL = ("fid", "objectid", "objectid_1")  # row numbers that the portal adds, at a wandering place
DESCRIPTIVE = re.compile(r"(LSOA\d\dNMW?|\w+NMW|GEOGNMW(_P)?|SI_ID|ENTITYCD|YEAR)", re.IGNORECASE)
VINTAGES = {"11": "2011", "21": "2021"}
ORGANISATIONS = re.compile(r"E(0[6-9]|10|12|38|40|54)\d{6}")
CHANGES = "code_changes"
Rows = list[tuple[int, list[str]]]


def parse(source: SourceFile) -> Parsed:
    """One row per pair of areas; the lookup is the entity with most columns whose headings are all in the file.

    Refuses a file that names two editions of one geography where the lookup has one.
    """
    sheet = read_csv(source)
    matches = [
        (entity, found) for entity in dataset_spec("geography_lookups").entities if (found := _match(sheet, entity))
    ]
    if not matches:
        raise NotOfThisDataset(f"{source.name}: no lookup has the headings {list(sheet.header)[:8]}")
    entity, places = max(matches, key=lambda match: len(match[1]))
    positions = {name: _only(sheet, at) for name, at in places.items()}
    notes = sheet.notes + unknown_headings(sheet, {**positions, **_expected_extras(sheet)})
    return _changes(sheet, positions, notes) if entity.name == CHANGES else _lookup(sheet, entity, positions, notes)


def _lookup(sheet: Sheet, entity: Entity, positions: dict[str, int], notes: tuple[str, ...]) -> Parsed:
    """A lookup of one edition; columns that the edition lacks are empty."""
    edition = _edition(sheet, positions)
    constants: dict[str, str | None] = {
        column.name: None for column in entity.columns if column.source and column.name not in positions
    }
    constants["edition"] = str(edition)
    if "lsoa_code" in positions:
        constants["lsoa_vintage"] = VINTAGES[sheet.header[positions["lsoa_code"]][-4:-2]]
    return Parsed(
        layout=entity.name,
        tables={entity.name: table_from(sheet.rows, positions, malformed=sheet.malformed, constants=constants)},
        period_start=date(edition, 1, 1),
        period_end=date(edition, 12, 31),
        period_label=f"{entity.name} {edition}",
        notes=notes,
    )


def _changes(sheet: Sheet, positions: dict[str, int], notes: tuple[str, ...]) -> Parsed:
    """Changes of code among areas that can be organisations; wards, parishes and the like are ignored by name."""
    new, old, at = (positions[name] for name in ("new_code", "old_code", "effective_on"))
    ignored: Counter[str] = Counter()
    rows: Rows = []
    for number, row in sheet.rows:
        reason = _no_succession(row[new].strip(), row[old].strip())
        if reason:
            ignored[reason] += 1
        else:
            rows.append((number, [*row[:at], _iso(row[at]), *row[at + 1 :]]))
    days = sorted(day for _, row in rows if (day := _day(row[at])))
    if not days:
        raise FileRefused(f"{sheet.name}: no change of a district or health area has an operative date")
    return Parsed(
        layout=CHANGES,
        tables={CHANGES: table_from(rows, positions, malformed=sheet.malformed, ignored=ignored)},
        period_start=days[0],
        period_end=days[-1],
        period_label=CHANGES,
        notes=notes,
    )


def _no_succession(new: str, old: str) -> str:
    """Why a change is no succession of an organisation; empty when it is one."""
    if not ORGANISATIONS.fullmatch(new):
        return "area_of_another_kind"
    if not old:
        return "no_code_before"
    return "its_own_successor" if old == new else ""


def _iso(text: str) -> str:
    """'01/04/2019 00:00:00' and '2019-04-01T00:00:00' as 2019-04-01; other text stays for validation to judge."""
    text = re.sub(r"^\s*(\d{2})/(\d{2})/(\d{4})(?:\s.*)?$", r"\3-\2-\1", text)
    return re.sub(r"^\s*(\d{4}-\d{2}-\d{2})[T ].*$", r"\1", text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _match(sheet: Sheet, entity: Entity) -> dict[str, list[int]]:
    """Where each of the entity's columns stands, empty when one that every edition has is missing."""
    found: dict[str, list[int]] = {}
    for column in entity.columns:
        if places := _places(sheet, column):
            found[column.name] = places
        elif column.source and not column.nullable:
            return {}
    return found


def _only(sheet: Sheet, places: list[int]) -> int:
    """The one column of a geography; refuses two editions of it beside each other."""
    if len(places) > 1:
        headings = ", ".join(repr(sheet.header[place]) for place in places)
        raise FileRefused(f"{sheet.name}: {headings} are editions of one geography; a lookup has one column for it")
    return places[0]


def _places(sheet: Sheet, column: Column) -> list[int]:
    """Where the column stands: under its own heading, else under the same heading of another year."""
    names = [name.casefold() for name in (column.source, *column.aliases) if name]
    exact = [at for at, heading in enumerate(sheet.header) if heading.casefold() in names]
    if exact or not names:
        return exact
    wanted = {_without_year(name) for name in names} - {None}
    return [at for at, heading in enumerate(sheet.header) if _without_year(heading) in wanted]


def _without_year(heading: str) -> str | None:
    """'LAD22CD' as 'lad cd'; None for a heading without a year and for LSOAs, whose year is their census."""
    match = DATED.fullmatch(heading)
    if match is None or match[1].casefold() == "lsoa":
        return None
    return f"{match[1]} {match[3]}".casefold()


def _edition(sheet: Sheet, positions: dict[str, int]) -> int:
    """Year of the newest geography but LSOA among the headings ('LAD22CD' → 2022)."""
    matches = [DATED.fullmatch(sheet.header[at]) for at in positions.values()]
    years = [int(match[2]) for match in matches if match and match[1].casefold() != "lsoa"]
    if not years:
        raise FileRefused(f"{sheet.name}: no heading carries the year of a geography")
    return 2000 + max(years)


def _expected_extras(sheet: Sheet) -> dict[str, int]:
    """Headings that are known and left out on purpose."""
    return {
        heading: at
        for at, heading in enumerate(sheet.header)
        if heading.casefold() in TECHNICAL or DESCRIPTIVE.fullmatch(heading)
    }
