"""Read measures of the Adult Social Care Outcomes Framework.

Belongs here: the workbook of the time series (a sheet per measure, a block of columns per year), the open data of one
year (long), two values in one cell, and which framework's codes a file uses. Does not: what a code means (dbt).

A record of the workbook is an area in a year's block of a sheet; one of the open data is a row, and rows that become a
further cell of an area's row are counted as ``folded_into_wide_row``. Codes were given anew in 2023-24: the newest year
in a file says which framework's are meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import financial_year_bounds, financial_year_label, financial_years_in
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, clean, columns_of, is_reissue, is_zip, read_csv, unknown_headings
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

if TYPE_CHECKING:
    import pandas as pd

FIRST_YEAR_OF_NEW_CODES = 2023
OLD_CODES, NEW_CODES = "to_2022_23", "from_2023_24"
STATISTICS = {
    "outcome": "outcome",
    "margin of error": "margin_of_error",
    "number of respondents": "respondents",
    "base": "respondents",
    "numerator": "numerator",
    "denominator": "denominator",
}
IN_BRACKETS = ("outcome", "margin_of_error", "respondents")
GROUPS = ("measure group", "measure group description")
TOTAL = "Total"
LEVELS = {"E92": "England", "E12": "Region"}
COUNCIL_CODES = ("E06", "E07", "E08", "E09", "E10")
AREA_HEADINGS = ("local authority code", "local authority", "ons area code")
SHEET = re.compile(r"table[ _]?(\d[a-z](?:\(\d[a-z]?\))?)", re.IGNORECASE)
BLOCK = re.compile(r"(20\d\d)\s*(?:to|-|/)\s*(20\d\d|\d\d)\s*-\s*(.+)", re.IGNORECASE)
TWO_VALUES = re.compile(r"([^()]+?)\s*\(([^()]+)\)")
MARK = re.compile(r"\[[a-z]\]")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(\D|$))")
HEADER_WITHIN = 20

Row = dict[str, str | None]
Grid = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Cell:
    """A column of a sheet: its year, the part of the measure it is about, and its statistic."""

    position: int
    year: int
    part: str
    statistic: str


def parse(source: SourceFile) -> Parsed:
    """One row per financial year, area, measure and disaggregation, with its statistics side by side."""
    if not is_zip(source):
        return _parse_open_data(source, read_csv(source), "open_data_csv")
    sheets = read_workbook(source.path, source.name)
    tables = {name: rows for name, rows in sheets.items() if _header_at(rows) is not None}
    if tables:
        return _parse_time_series(source, tables, [name for name in sheets if name not in tables])
    for name, rows in sheets.items():
        if rows and "ascof measure code" in {clean(cell_text(cell)).casefold() for cell in rows[0]}:
            return _parse_open_data(source, _sheet_of(f"{source.name}, sheet {name}", rows), "open_data_workbook")
    raise NotOfThisDataset(
        f"{source.name}: no sheet has the headings 'Local authority code … ONS area code' or 'ASCOF Measure Code'; it "
        f"has the sheets {list(sheets)}"
    )


def _framework(year: int) -> str:
    return NEW_CODES if year >= FIRST_YEAR_OF_NEW_CODES else OLD_CODES


def _bounds(year: int) -> tuple[str, str]:
    start, end = financial_year_bounds(year)
    return start.isoformat(), end.isoformat()


# the time series


def _header_at(rows: Grid) -> int | None:
    """Position of the row that names the area columns; None when the sheet is no table of a measure."""
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        if tuple(clean(cell_text(cell)).casefold() for cell in row[:3]) == AREA_HEADINGS:
            return at
    return None


def _parse_time_series(source: SourceFile, tables: dict[str, Grid], others: Sequence[str]) -> Parsed:
    read = {name: _columns(source, name, rows) for name, rows in tables.items()}
    years = sorted({cell.year for cells in read.values() for cell in cells})
    framework = _framework(years[-1])
    rows: list[Row] = []
    for name, grid in tables.items():
        code = _measure_code(source, name, grid)
        rows += _area_rows(grid, read[name], code, framework)
    _number(rows)
    return Parsed(
        layout="time_series_workbook",
        tables={"measures": Table(_frame(rows), len(rows))},
        period_start=date(years[0], 4, 1),
        period_end=date(years[-1] + 1, 3, 31),
        period_label=" to ".join(dict.fromkeys((financial_year_label(years[0]), financial_year_label(years[-1])))),
        notes=(f"sheets without a table of areas: {list(others)}",),
    )


def _measure_code(source: SourceFile, name: str, rows: Grid) -> str:
    """The measure's code, upper case, from the sheet's title, else from its name."""
    title = clean(cell_text(rows[0][0])) if rows and rows[0] else ""
    match = SHEET.match(title) or SHEET.match(name)
    if match is None:
        raise FileRefused(f"{source.name}, sheet {name!r}: neither its title nor its name begins like 'Table 1a'")
    return match[1].upper()


def _columns(source: SourceFile, name: str, rows: Grid) -> tuple[Cell, ...]:
    """The columns of a sheet; refuses a heading that names no year and statistic."""
    at = _header_at(rows)
    if at is None:
        raise AssertionError(name)
    cells = []
    for position, heading in enumerate(clean(cell_text(cell)) for cell in rows[at]):
        if position < len(AREA_HEADINGS) or not heading:
            continue
        match = BLOCK.fullmatch(heading)
        wanted = clean(match[3]).casefold() if match else ""
        statistic = next((known for known in STATISTICS if wanted == known or wanted.endswith(f" {known}")), None)
        if match is None or statistic is None or int(match[2]) % 100 != (int(match[1]) + 1) % 100:
            raise FileRefused(
                f"{source.name}, sheet {name!r}: heading {heading!r} is not like '2024 to 2025 - outcome'; the "
                f"statistics that are known are {sorted(STATISTICS)}"
            )
        part = wanted.removesuffix(statistic).strip() or TOTAL
        cells.append(Cell(position, int(match[1]), part, STATISTICS[statistic]))
    return tuple(cells)


def _area_rows(rows: Grid, cells: Sequence[Cell], code: str, framework: str) -> Iterator[Row]:
    """A row per area, year and part of the measure."""
    at = _header_at(rows) or 0
    blocks: dict[tuple[int, str], list[Cell]] = {}
    for cell in cells:
        blocks.setdefault((cell.year, cell.part), []).append(cell)
    for record in rows[at + 1 :]:
        area, name, ons = (clean(cell_text(cell)) for cell in record[:3])
        if not (area or name or ons):
            continue
        for (year, part), block in blocks.items():
            start, end = _bounds(year)
            row: Row = {
                "period_start": start,
                "period_end": end,
                "area_code": area,
                "area_name": name,
                "area_level": _level(ons, area),
                "ons_code": _ons(ons),
                "framework": framework,
                "measure_code": code,
                "disaggregation": part,
            }
            for cell in block:
                _put(row, cell.statistic, record[cell.position])
            yield row


def _level(ons: str, area: str) -> str:
    """Level of an area by its ONS code; councils grouped by type have none, and a letter for an area code."""
    if ons[:3] in LEVELS:
        return LEVELS[ons[:3]]
    if ons[:3] in COUNCIL_CODES:
        return "Council"
    return "Combined" if MARK.fullmatch(area) else "Council Type"


def _ons(code: str) -> str | None:
    return None if not code or MARK.fullmatch(code) else code


def _put(row: Row, statistic: str, cell: object) -> None:
    """Put a cell under its statistic; the second value of `51,230 (35,415)` stands in a column of its own."""
    text = THOUSANDS.sub("", clean(cell_text(cell)))
    match = TWO_VALUES.fullmatch(text)
    if match and statistic in IN_BRACKETS:
        row[statistic], row[f"{statistic}_bracketed"] = match[1].strip(), match[2].strip()
    else:
        row[statistic] = text or None


# the open data of one year


def _sheet_of(name: str, rows: Grid) -> Sheet:
    header, *records = [[cell_text(cell).strip() for cell in row] for row in rows]
    numbered = [(number, record) for number, record in enumerate(records, start=2) if any(record)]
    return Sheet(name, tuple(clean(cell) for cell in header), numbered)


def _parse_open_data(source: SourceFile, sheet: Sheet, layout: str) -> Parsed:
    entity = dataset_spec("ascof").entity("measures")
    if "ascof measure code" not in {heading.casefold() for heading in sheet.header}:
        raise NotOfThisDataset(f"{source.name}: there is no heading 'ASCOF Measure Code'; it has {list(sheet.header)}")
    positions = columns_of(sheet, entity)
    by_name = {heading.casefold(): at for at, heading in enumerate(sheet.header)}
    if missing := {"measure type", "measure value"} - set(by_name):
        raise FileRefused(f"{source.name}: columns {sorted(missing)} are missing; it has {list(sheet.header)}")
    year = _year_in_name(source)
    further = {name: by_name[name] for name in ("measure type", "measure value", *GROUPS) if name in by_name}
    table = _wide(sheet, positions, by_name, year)
    start, end = _bounds(year)
    return Parsed(
        layout=layout,
        tables={"measures": table},
        period_start=date.fromisoformat(start),
        period_end=date.fromisoformat(end),
        period_label=financial_year_label(year),
        release_status="revised" if is_reissue(source.name) else "final",
        notes=sheet.notes + unknown_headings(sheet, {**positions, **further}),
    )


def _wide(sheet: Sheet, positions: dict[str, int], by_name: dict[str, int], year: int) -> Table:
    """Rows that share area, measure and disaggregation as one; a statistic that stands twice with two values, or one
    that is not known, is malformed."""
    start, end = _bounds(year)
    group = by_name.get(GROUPS[0])
    kept: dict[tuple[str, ...], Row] = {}
    malformed: list[Malformed] = []
    folded = repeated = 0
    for number, record in sheet.rows:
        published = {name: record[at].strip() for name, at in positions.items()}
        code = record[group].strip() if group is not None and record[group].strip() else published["measure_code"]
        statistic = STATISTICS.get(record[by_name["measure type"]].strip().casefold())
        value = record[by_name["measure value"]]
        key = (published["area_code"], published["area_name"], code, published["disaggregation"])
        if statistic is None:
            kind = record[by_name["measure type"]]
            malformed.append(Malformed(number, "statistic_not_known", "measure_type", kind))
            continue
        row = kept.get(key)
        if row is None:
            row = {**published, "measure_code": code.upper(), "period_start": start, "period_end": end}
            row |= {
                "area_level": _level(published["ons_code"], published["area_code"]),
                "ons_code": _ons(published["ons_code"]),
                "framework": _framework(year),
                "source_row": str(number),
            }
            kept[key] = row
        elif statistic in row:
            same = row[statistic] == (THOUSANDS.sub("", clean(value)) or None)
            repeated += same
            if not same:
                malformed.append(Malformed(number, "two_values_of_one_statistic", statistic, value))
            continue
        else:
            folded += 1
        _put(row, statistic, value)
    ignored = {"folded_into_wide_row": folded, "exact_repeat": repeated}
    rows = list(kept.values())
    malformed += sheet.malformed
    used = {rule: count for rule, count in ignored.items() if count}
    return Table(_frame(rows), len(rows) + len(malformed) + sum(used.values()), used, tuple(malformed))


def _year_in_name(source: SourceFile) -> int:
    """The financial year that the name gives: `2024-25`, `2024-to-2025`, or `2021` for 2020-21; refuses none or two."""
    found = financial_years_in(source.name)
    if len(found) != 1:
        raise FileRefused(
            f"{source.name}: the year is in no column of this layout and the name gives {sorted(found) or 'none'}; "
            "keep the publisher's name (…-2021-open-data… for 2020-21, or …2024-25…) and load the file again"
        )
    return found.pop()


def _number(rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        row["source_row"] = str(number)


def _frame(rows: Sequence[Row]) -> "pd.DataFrame":
    import pandas as pd

    names = [column.name for column in dataset_spec("ascof").entity("measures").columns]
    frame = pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype="object") for name in names})
    frame["source_row"] = [int(row["source_row"] or 0) for row in rows]
    return frame
