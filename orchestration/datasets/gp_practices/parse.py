"""Read the mapping of general practices to networks, sub-ICB locations, boards and regions.

Belongs here: both headings (CCG and STP, sub-ICB location and ICB), three spellings of the extract date, the network
code that means none. Does not: history between extracts, pooling practices.
"""

import re
from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile
from orchestration.datasets.reading import MONTHS, columns_of, month_bounds, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

NO_NETWORK = "U"
KNOWN_EXTRAS = ("PUBLICATION", "SUPPLIER_NAME")


def parse(source: SourceFile) -> Parsed:
    """One row per practice of one extract; a practice in no network ('U') has no network code."""
    entity = dataset_spec("gp_practices").entity("practices")
    sheet = read_csv(source)
    if "PRACTICE_CODE" not in sheet.header or "PCN_CODE" not in sheet.header:
        raise NotOfThisDataset(
            f"{source.name}: headings {list(sheet.header)[:6]} are not those of the practice mapping"
        )
    positions = columns_of(sheet, entity)
    extract, code, network = positions["extract_on"], positions["pcn_code"], positions["pcn_name"]
    rows, malformed, unallocated = [], list(sheet.malformed), 0
    for number, row in sheet.rows:
        day = extract_date(row[extract])
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
        raise FileRefused(f"{source.name}: the extract dates are {sorted(days)[:4]}, not one day")
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


def extract_date(text: str) -> date | None:
    """The day in '01Jan2022', '01-Sep-20' or '01SEP2017'; None when it is none of them."""
    match = re.fullmatch(r"\s*(\d{1,2})-?([A-Za-z]{3})-?(\d{2}|\d{4})\s*", text)
    if match is None:
        return None
    months = [month[:3] for month in MONTHS]
    name = match[2].casefold()
    year = int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3])
    try:
        return date(year, months.index(name) + 1, int(match[1]))
    except ValueError:
        return None
