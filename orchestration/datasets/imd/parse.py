"""Read the English indices of deprivation: rank and decile of every LSOA (File 1), and population (File 6).

Belongs here: finding the sheet, headings matched by prefix, the edition, the direction check. Does not: comparing
editions or joining areas to organisations.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile
from orchestration.datasets.reading import clean, is_zip, read_csv, table_from
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

EDITIONS = {(2011, 2013): 2015, (2011, 2019): 2019, (2021, 2024): 2025}  # vintages of LSOA and district → edition
ANCHOR = "E01021988"  # rank 1 in all three editions
DECILES = range(1, 11)
FIRST, DISTRICT = "LSOA code (", "Local Authority District code ("
POPULATION = "Total population:"

Row = tuple[int, list[str]]


def parse(source: SourceFile) -> Parsed:
    """One row per LSOA; refuses an unknown edition, unequal deciles and deciles that run the other way."""
    header, rows, malformed = _sheet(source)
    is_population = any(heading.startswith(POPULATION) for heading in header)
    name = "population_denominators" if is_population else "deprivation"
    entity = dataset_spec("imd").entity(name)
    positions = _positions(source.name, header, entity)
    lsoa = _vintage(source.name, header[positions["lsoa_code"]])
    lad = _vintage(source.name, next((text for text in header if text.startswith(DISTRICT)), DISTRICT))
    if (lsoa, lad) not in EDITIONS:
        raise FileRefused(
            f"{source.name}: LSOA vintage {lsoa} with district vintage {lad} is no known edition "
            f"({', '.join(map(str, EDITIONS.values()))}); a new edition needs a layout in dataset.yaml and in parse.py"
        )
    edition = EDITIONS[lsoa, lad]
    constants = {"imd_version": str(edition), "lsoa_vintage": str(lsoa)}
    if is_population:
        constants["population_year"] = _population_year(source.name, header[positions["total"]])
    else:
        _check_deciles(source.name, rows, positions)
        constants["lad_vintage"] = str(lad)
    return Parsed(
        layout="file_6" if is_population else f"file_1_{edition}",
        tables={name: table_from(rows, positions, malformed=malformed, constants=constants)},
        period_start=date(edition, 1, 1),
        period_end=date(edition, 12, 31),
        period_label=f"edition {edition}{', population' if is_population else ''}",
    )


def _sheet(source: SourceFile) -> tuple[list[str], list[Row], tuple[Malformed, ...]]:
    """Heading and numbered records of the CSV file, or of the one sheet whose first heading is an LSOA code."""
    if not is_zip(source):
        table = read_csv(source)
        if not table.header[0].startswith(FIRST):
            raise NotOfThisDataset(f"{source.name}: the first heading is {table.header[0]!r}, not '{FIRST}…)'")
        return list(table.header), table.rows, table.malformed
    sheets = read_workbook(source.path, source.name)
    for cells in sheets.values():
        if cells and clean(cell_text(cells[0][0])).startswith(FIRST):
            header = [clean(cell_text(cell)) for cell in cells[0]]
            texts = [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(cells[1:], start=2)]
            return header, [(number, row) for number, row in texts if any(row)], ()
    raise NotOfThisDataset(f"{source.name}: no sheet begins with '{FIRST}…)'; sheets are {sorted(sheets)}")


def _positions(name: str, header: Sequence[str], entity: Entity) -> dict[str, int]:
    """Position of each spec column by the prefix of its heading, which differs in length between editions."""
    found = {}
    for column in entity.columns:
        if column.source is None:
            continue
        places = [at for at, heading in enumerate(header) if heading.startswith(column.source)]
        if len(places) != 1:
            raise NotOfThisDataset(
                f"{name}: {len(places)} headings begin with {column.source!r}; File 1 and File 6 have one"
            )
        found[column.name] = places[0]
    return found


def _vintage(name: str, heading: str) -> int:
    match = re.search(r"\((20\d\d)\)", heading)
    if match is None:
        raise FileRefused(f"{name}: heading {heading!r} names no year")
    return int(match[1])


def _population_year(name: str, heading: str) -> str:
    match = re.search(r"mid[- ](20\d\d)", heading)
    if match is None:
        raise FileRefused(f"{name}: heading {heading!r} names no year of the population (mid 2015)")
    return match[1]


def _check_deciles(name: str, rows: Sequence[Row], positions: dict[str, int]) -> None:
    """Refuse deciles of unequal size and deciles that do not rise with rank: a flipped scale swaps rich and poor."""
    ranks: dict[int, list[int]] = defaultdict(list)
    for _, row in rows:
        rank, decile = row[positions["rank"]], row[positions["decile"]]
        if rank.isdigit() and decile.isdigit():
            ranks[int(decile)].append(int(rank))
        if row[positions["lsoa_code"]] == ANCHOR and decile != "1":
            raise FileRefused(
                f"{name}: {ANCHOR} is the most deprived area of every edition, the file says decile {decile}"
            )
    sizes = Counter({decile: len(found) for decile, found in ranks.items()})
    if set(sizes) != set(DECILES) or max(sizes.values()) - min(sizes.values()) > 1 + len(rows) // 1000:
        raise FileRefused(f"{name}: the ten deciles hold {dict(sorted(sizes.items()))} areas, not a tenth each")
    if any(max(ranks[upper]) > min(ranks[lower]) for upper, lower in pairwise(DECILES)):
        raise FileRefused(f"{name}: deciles do not rise with rank; decile 1 must hold the lowest ranks (most deprived)")
