"""Read mid-year population estimates of small areas: one sheet per year, single years of age added up to bands of five.

Belongs here: finding the sheets and their headings, which follow notes; adding single years up. Does not: rates.

The workbook is large: sheets are read one after another, a row at a time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, clean, columns_of
from orchestration.datasets.worksheets import cell_text
from orchestration.errors import FileRefused, NotOfThisDataset

SHEET = re.compile(r"(?i)mid-?\s*((?:19|20)\d{2})\s+LSOA\s+2021")
AGE = re.compile(r"([FM])(\d{1,2})")
SEXES = {"F": "female", "M": "male"}
AGES = range(91)
OLDEST_BAND = 90
LINES_BEFORE_HEADINGS = 10


@dataclass
class _Columns:
    """Cells of all sheets under the entity's column names, as text."""

    cells: dict[str, list[str | None]]
    source_rows: list[int] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)


def parse(source: SourceFile) -> Parsed:
    """One row per year and area; a row with an age that is no whole number is quarantined."""
    entity = dataset_spec("lsoa_population").entity("areas")
    found = _Columns({column.name: [] for column in entity.columns})
    years: list[int] = []
    number = 0
    for name, rows in _sheets(source):
        match = SHEET.search(name)
        if match is None:
            continue
        years.append(int(match[1]))
        number = _read_sheet(f"{source.name}, sheet {name!r}", rows, entity, f"{match[1]}-06-30", found, number)
    if not years:
        raise NotOfThisDataset(f"{source.name}: no sheet is called like 'Mid-2022 LSOA 2021'")
    return Parsed(
        layout="single_year_workbook",
        tables={"areas": _table(found)},
        period_start=date(min(years), 6, 30),
        period_end=date(max(years), 6, 30),
        period_label=" to ".join(dict.fromkeys(f"mid-{year}" for year in (min(years), max(years)))),
        notes=("single years of age are added up to bands of five",),
    )


def _sheets(source: SourceFile) -> Iterator[tuple[str, Iterable[Sequence[object]]]]:
    """Names and rows of the workbook's sheets, each opened when its turn comes."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(source.path))
        for name in workbook.sheet_names:
            yield name, workbook.get_sheet_by_name(name).iter_rows() if SHEET.search(name) else ()
    except PasswordError as error:
        raise FileRefused(f"{source.name}: the workbook is password protected") from error
    except (CalamineError, OSError) as error:
        raise FileRefused(f"{source.name}: not a readable workbook ({error})") from error


def _read_sheet(
    name: str, rows: Iterable[Sequence[object]], entity: Entity, mid_year: str, found: _Columns, number: int
) -> int:
    """Add a sheet's rows; returns the number of the last record. Records are numbered on from sheet to sheet."""
    positions: dict[str, int] = {}
    bands: dict[str, list[int]] = {}
    for line, row in enumerate(rows, start=1):
        number += 1
        if not positions:
            headings = tuple(clean(cell_text(cell)) for cell in row)
            if "Total" in headings:
                positions = columns_of(Sheet(name, headings, []), entity)
                bands = _bands(name, headings)
            elif line == LINES_BEFORE_HEADINGS:
                break
            continue
        texts = {column: cell_text(row[at]).strip() for column, at in positions.items()}
        if any(texts.values()):
            _read_row(row, texts, bands, mid_year, found, number)
    if not positions:
        raise FileRefused(f"{name}: no heading 'Total' within the first {LINES_BEFORE_HEADINGS} lines")
    return number


def _bands(name: str, headings: Sequence[str]) -> dict[str, list[int]]:
    """Positions of the single years in each band; refuses a year of age that is missing or stands twice."""
    ages: dict[tuple[str, int], int] = {}
    for at, heading in enumerate(headings):
        if match := AGE.fullmatch(heading):
            key = (match[1], int(match[2]))
            if key in ages:
                raise FileRefused(f"{name}: heading {heading!r} stands twice")
            ages[key] = at
    if missing := [f"{sex}{age}" for sex in SEXES for age in AGES if (sex, age) not in ages]:
        raise FileRefused(f"{name}: {len(missing)} single years are missing, the first is {missing[0]!r}")
    bands: dict[str, list[int]] = {}
    for (sex, age), at in ages.items():
        if age not in AGES:
            raise FileRefused(f"{name}: heading {sex}{age} is beyond {OLDEST_BAND}; the last holds everyone older")
        bands.setdefault(f"{SEXES[sex]}_{_band(age)}", []).append(at)
    return bands


def _band(age: int) -> str:
    start = age // 5 * 5
    return "90_and_over" if start == OLDEST_BAND else f"{start}_to_{start + 4}"


def _read_row(
    row: Sequence[object],
    texts: Mapping[str, str],
    bands: Mapping[str, Sequence[int]],
    mid_year: str,
    found: _Columns,
    number: int,
) -> None:
    try:
        sums = {band: sum(int(cell_text(row[at])) for at in places) for band, places in bands.items()}
    except ValueError as error:
        found.malformed.append(Malformed(number, "age_is_no_whole_number", value=str(error)))
        return
    for column, text in texts.items():
        found.cells[column].append(text or None)
    for band, people in sums.items():
        found.cells[band].append(str(people))
    found.cells["mid_year"].append(mid_year)
    found.source_rows.append(number)


def _table(found: _Columns) -> Table:
    import pandas as pd

    frame = pd.DataFrame({name: pd.Series(cells, dtype="object") for name, cells in found.cells.items()})
    frame["source_row"] = found.source_rows
    return Table(frame, len(frame) + len(found.malformed), {}, tuple(found.malformed))
