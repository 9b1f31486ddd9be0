"""Read the table of organisation successions: old code, new code, date.

Belongs here: the three-column layout. Does not: chains, splits, "as now" (int_organisations__succeeded).
"""

import re
from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.reading import columns_of, read_csv, table_from
from orchestration.errors import NotOfThisDataset

HEADER = ("old_code", "new_code", "date")


def parse(source: SourceFile) -> Parsed:
    """One row per succession; dates YYYYMMDD become ISO, other text stays for validation to judge.

    Records in which a code follows itself (a change of type or address) are no successions and are ignored.
    """
    sheet = read_csv(source)
    if sheet.header != HEADER:
        raise NotOfThisDataset(f"{source.name}: headings {list(sheet.header)[:4]} are not {list(HEADER)}")
    positions = columns_of(sheet, dataset_spec("ods_successions").entity("successions"))
    old, new, at = (positions[name] for name in ("old_code", "new_code", "effective_on"))
    changes = [(number, row) for number, row in sheet.rows if row[old].strip() != row[new].strip()]
    rows = [(number, [*row[:at], _iso(row[at]), *row[at + 1 :]]) for number, row in changes]
    days = sorted(day for _, row in rows if (day := _day(row[at])))
    if not days:
        raise NotOfThisDataset(f"{source.name}: no record has a date as YYYYMMDD")
    return Parsed(
        layout="pairs",
        tables={
            "successions": table_from(
                rows, positions, malformed=sheet.malformed, ignored={"its_own_successor": len(sheet.rows) - len(rows)}
            )
        },
        period_start=days[0],
        period_end=days[-1],
        period_label="all successions",
        notes=sheet.notes,
    )


def _iso(text: str) -> str:
    return re.sub(r"^\s*(\d{4})(\d{2})(\d{2})\s*$", r"\1-\2-\3", text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
