"""Read the Office for National Statistics' lookups between geographies, six layouts told apart by their headings.

Belongs here: matching a file to a lookup, the edition that its headings carry. Does not: best fits, chains of lookups.
"""

import re
from datetime import date

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.reading import Sheet, columns_of, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

TECHNICAL = ("fid", "objectid")  # row numbers that the portal adds, at a wandering place
DESCRIPTIVE = re.compile(r"(LSOA\d\dNM|\w+NMW)")  # English and Welsh names that the entities do not hold


def parse(source: SourceFile) -> Parsed:
    """One row per pair of areas; the lookup is the entity with most columns whose headings are all in the file."""
    sheet = read_csv(source)
    matches = [
        (entity, found) for entity in dataset_spec("geography_lookups").entities if (found := _match(sheet, entity))
    ]
    if not matches:
        raise NotOfThisDataset(f"{source.name}: no lookup has the headings {list(sheet.header)[:8]}")
    entity, positions = max(matches, key=lambda match: len(match[1]))
    edition = _edition(sheet, positions)
    table = table_from(sheet.rows, positions, malformed=sheet.malformed, constants={"edition": str(edition)})
    return Parsed(
        layout=entity.name,
        tables={entity.name: table},
        period_start=date(edition, 1, 1),
        period_end=date(edition, 12, 31),
        period_label=f"{entity.name} {edition}",
        notes=sheet.notes + unknown_headings(sheet, {**positions, **_expected_extras(sheet)}),
    )


def _match(sheet: Sheet, entity: Entity) -> dict[str, int]:
    """Positions of the entity's columns, empty when one is missing."""
    try:
        return columns_of(sheet, entity)
    except FileRefused:
        return {}


def _edition(sheet: Sheet, positions: dict[str, int]) -> int:
    """Year of the newest geography but LSOA among the headings ('LAD22CD' → 2022)."""
    headings = [sheet.header[at] for at in positions.values()]
    years = [int(match[1]) for heading in headings if (match := re.fullmatch(r"(?!F_|LSOA)[A-Z]+(\d\d)CDH?", heading))]
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
