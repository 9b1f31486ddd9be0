"""What happens to a user's file at the door: it is held, or its loaded columns go to the archive in canonical form.

Belongs here: the order of screen, map and canonical form; the message of a held file. Does not: finding personal data
(privacy.py), reading cells (importing.py), writing to the archive (acquisition) or moving files (refresh).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileHeld, FileRefused, NotOfThisDataset
from orchestration.qi_logs.columnmaps import Placed, RegisterMap, choose_map, load_maps, place_tables
from orchestration.qi_logs.grids import Grid, read_grids
from orchestration.qi_logs.importing import Imported, canonical_bytes, import_grids
from orchestration.qi_logs.privacy import Hit, rules_hit, screen_cells, screen_file

SHOWN = 20
WITHHELD = "a file whose name is withheld"
# What an owner may declare to be no person's: likeness decides there. A check digit, an @ or a dialling code does not.
DEBATABLE = frozenset({"name_near_role", "uk_postcode", "date_of_birth", "personal_column"})
CALLED = {
    "nhs_number": "NHS number",
    "email_address": "e-mail address",
    "uk_phone_number": "telephone number",
    "uk_postcode": "UK postcode",
    "date_of_birth": "date of birth",
    "name_near_role": "name beside a role",
    "personal_column": "column of personal data",
}


@dataclass(frozen=True)
class Opened:
    """A file, the map under which it is read, and where its tables stand."""

    name: str
    grids: Sequence[Grid]
    chosen: RegisterMap
    placed: Sequence[Placed]


def shown_name(name: str) -> str:
    """The file's name, or words in its place when the name itself breaks a rule of the privacy screen."""
    return WITHHELD if list(rules_hit(name)) else name


def opened(source: SourceFile, dataset: str | None, maps: Iterable[RegisterMap]) -> Opened:
    """The file with its map; NotOfThisDataset when no map fits, FileRefused when the map does not know all of it."""
    name = shown_name(source.name)
    grids = read_grids(source.path, name)
    chosen = choose_map(maps, grids, dataset)
    if chosen is None:
        raise NotOfThisDataset(
            f"{name}: no column map fits its headings. `evenhand log map FILE` proposes one and shows what has no place"
        )
    return Opened(name, grids, chosen, place_tables(chosen, grids, name))


def hits_in(file: Opened, original_name: str, accepted: frozenset[str] = frozenset()) -> list[Hit]:
    """All that looks like personal data, in order of place; ``accepted`` names rules that the owner has answered for.

    Columns that the map declares as personal are not looked at: they are dropped unread.
    """
    hits = [Hit(rule, "", 0, "") for rule in rules_hit(original_name)]
    at = {found.grid.position: found for found in file.placed}
    for grid in file.grids:
        found = at.get(grid.position)
        organisations = (
            frozenset(index for index, column in found.columns.items() if "organisation" in column.field)
            if found
            else frozenset()
        )
        sheet = f"sheet {grid.position}" if grid.sheet else ""
        hits += [Hit(rule, sheet, 0, "") for rule in rules_hit(grid.sheet)]
        exempt = found.personal if found else frozenset()
        hits += screen_cells(sheet, grid.rows, exempt_columns=exempt, organisation_columns=organisations)
    return [hit for hit in hits if hit.rule not in accepted & DEBATABLE]


def admit(
    source: SourceFile,
    dataset: str | None = None,
    *,
    today: date,
    maps_folder: Path | None = None,
    accepted: frozenset[str] = frozenset(),
) -> bytes:
    """Screen the file and return what the archive may keep.

    FileHeld when it holds personal data; FileRefused and NotOfThisDataset as ``opened`` says.
    """
    return canonical_bytes(admitted(source, dataset, today=today, maps_folder=maps_folder, accepted=accepted))


def admitted(
    source: SourceFile,
    dataset: str | None = None,
    *,
    today: date,
    maps_folder: Path | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Imported:
    """As ``admit``, the records before they are written."""
    try:
        file = opened(source, dataset, load_maps(maps_folder))
    except FileRefused as refusal:
        if hits := hits_anywhere(source):
            raise _held(source.name, hits, f"{refusal} ") from None
        raise
    hits = hits_in(file, source.name, accepted)
    if hits:
        raise _held(source.name, hits)
    return import_grids(file.grids, source.name, file.chosen, today=today)


def hits_anywhere(source: SourceFile) -> list[Hit]:
    """All that looks like personal data in a file that no map fits, in any column; nothing where it can't be opened."""
    try:
        return screen_file(source.path, source.name)
    except FileRefused:
        return [Hit(rule, "", 0, "") for rule in rules_hit(source.name)]


def _held(name: str, hits: Sequence[Hit], before: str = "") -> FileHeld:
    places = [place_of_hit(hit) for hit in hits]
    return FileHeld(before + held_message(name, hits), places, [hit.rule for hit in hits])


def intake_version(maps_folder: Path | None = None) -> str:
    """Hash of all but the bytes that decides the canonical form: maps, shared words, rules and readers."""
    digest = sha256()
    here = Path(__file__).parent
    sources = [*here.glob("*.py"), *here.glob("*.yaml"), *(here / "maps").glob("*.yaml")]
    for path in (*sorted(sources), *sorted(maps_folder.glob("*.y*ml") if maps_folder else ())):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def held_message(name: str, hits: Sequence[Hit]) -> str:
    """Names file, rule, sheet, row and column of each hit (the first twenty), and never a value."""
    places = "; ".join(place_of_hit(hit) for hit in hits[:SHOWN])
    more = f"; and {len(hits) - SHOWN} more" if len(hits) > SHOWN else ""
    return (
        f"{shown_name(name)} is held, it seems to hold personal data: {places}{more}. Nothing of it was loaded or "
        "archived; the file stays where it is. Remove the personal data, then hand in the corrected file."
    )


def place_of_hit(hit: Hit) -> str:
    """'NHS number in sheet 2, row 4, column B'."""
    what, sheet = CALLED[hit.rule], f"{hit.sheet}, " if hit.sheet else ""
    if hit.row == 0:
        return f"{what} in the name of {hit.sheet or 'the file'}"
    return f"{what} in {sheet}row {hit.row}, column {hit.column}"
