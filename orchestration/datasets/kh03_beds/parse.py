"""Read a quarter of beds available and occupied overnight (KH03).

Belongs here: the workbook's sheets with two rows of headings, the list of estimates, the row of England. Does not:
judging values, occupancy (dbt).

Record numbers run on through the workbook; a record by specialty is one cell of its sheet (row × 1,000 + column).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_bounds, month_number
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.reading import Sheet, clean, columns_of, table_of, unknown_headings
from orchestration.datasets.worksheets import cell_text, labelled_cells, read_workbook, record_offsets, table_below
from orchestration.errors import FileRefused, NotOfThisDataset

TRUSTS, REGIONS, SPECIALTIES, QUALITY = (
    "NHS Trust by Sector",
    "Region by Sector",
    "Occupied by Specialty",
    "Data Quality",
)
GROUPS = ("Available", "Occupied", "% Occupied")
PERIOD_END = "Period End"
ENGLAND, BLANK_CODES = "England", ("", "-")
LARGEST_DIFFERENCE = 0.001
Book = Mapping[str, Sequence[Sequence[object]]]
Record = dict[str, str | int | None]


def parse(source: SourceFile) -> Parsed:
    """One row per trust, region and England of the quarter, and one per trust and specialty."""
    name = source.name
    book = {clean(sheet): rows for sheet, rows in read_workbook(source.path, name).items()}
    if TRUSTS not in book:
        raise NotOfThisDataset(f"{name}: sheet {TRUSTS!r} is missing; it has {list(book)}")
    offsets = record_offsets(book)
    about = [labelled_cells(book[sheet]) for sheet in (TRUSTS, REGIONS, SPECIALTIES) if sheet in book]
    start, end = _quarter(name, about[0].get("period", ""))
    constants = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    trusts = _sheet(name, book, TRUSTS, offsets, ("Org Code", PERIOD_END))
    _check_period_end(trusts, end)
    estimated = _estimates(book.get(QUALITY, ()))
    records = _beds(trusts, "Trust", "Org Code", "Org Name", estimated)
    _check_england(name, records)
    repeated = 0
    notes = unknown_headings(_named(trusts), {})
    if REGIONS in book:
        regions = _beds(
            _sheet(name, book, REGIONS, offsets, ("AT Name", PERIOD_END)), "Region", "Region Code", "AT Name", {}
        )
        repeated = sum(record["organisation_type"] == ENGLAND for record in regions)
        records += [record for record in regions if record["organisation_type"] != ENGLAND]
    unmatched = sorted(set(estimated) - {str(record["organisation_code"]) for record in records})
    if unmatched:
        notes += (f"estimates are listed for trusts without a row: {', '.join(unmatched)}",)
    spec = dataset_spec("kh03_beds")
    tables = {
        "beds": table_of(spec.entity("beds"), records, ignored={"england_stands_twice": repeated}, constants=constants)
    }
    if SPECIALTIES in book:
        sheet = _sheet(name, book, SPECIALTIES, offsets, ("Org Code", PERIOD_END))
        tables["specialty_beds"] = table_of(spec.entity("specialty_beds"), _by_specialty(sheet), constants=constants)
    revised = [day for labels in about if (day := day_of(labels.get("revised", "")))]
    return Parsed(
        layout="sector_workbook",
        tables=tables,
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m} to {end:%Y-%m}",
        published_on=max(revised) if revised else day_of(about[0].get("published", "")),
        release_status="revised" if revised else "final",
        notes=notes,
    )


def _quarter(name: str, text: str) -> tuple[date, date]:
    """First and last day of 'July to September 2024' (three months); refuses anything else."""
    match = re.fullmatch(r"([A-Za-z]+)\s*(?:20\d\d)?\s*(?:to|-|–)\s*([A-Za-z]+)\s+(20\d\d)", clean(text))
    months = [month_number(match[1]), month_number(match[2])] if match else []
    if match is None or None in months or months[1] != (months[0] or 0) + 2:
        raise FileRefused(
            f"{name}: the cell beside 'Period:' says {text!r}, not a quarter like 'July to September 2024'"
        )
    first, last = (month_bounds(int(match[3]), month or 1) for month in months)
    return first[0], last[1]


def _sheet(name: str, book: Book, sheet: str, offsets: Mapping[str, int], headings: Sequence[str]) -> Sheet:
    """The sheet's table, with the group (Available …) put before the headings that stand below it."""
    found = table_below(name, sheet, book[sheet], headings, offset=offsets[sheet])
    group, header = "", []
    above = _groups(book[sheet], len(found.header))
    for heading, text in zip(found.header, above, strict=True):
        group = text or group
        header.append(f"{group} {heading}" if group and heading else heading)
    return Sheet(found.name, tuple(header), found.rows)


def _groups(rows: Sequence[Sequence[object]], width: int) -> list[str]:
    """The row of group names, blank where there is none."""
    for row in rows:
        texts = [clean(cell_text(cell)) for cell in row]
        if set(GROUPS) <= set(texts):
            return texts
    return [""] * width


def _named(sheet: Sheet) -> Sheet:
    """The sheet's headings that stand for nothing in the spec."""
    entity = dataset_spec("kh03_beds").entity("beds")
    known = {clean(column.source or "") for column in entity.columns}
    known |= {"", "Year", PERIOD_END, "Region Code", "Org Code", "Org Name"}
    return Sheet(sheet.name, tuple(heading for heading in sheet.header if heading not in known), [])


def _check_period_end(sheet: Sheet, end: date) -> None:
    """Refuse rows that speak of another quarter than the cell above them."""
    at = sheet.header.index(PERIOD_END)
    others = {row[at] for _, row in sheet.rows if month_number(row[at].strip()) != end.month}
    if others:
        raise FileRefused(f"{sheet.name}: {PERIOD_END} says {sorted(others)[:3]}, the quarter ends in {end:%B %Y}")


def _estimates(rows: Sequence[Sequence[object]]) -> dict[str, str]:
    """Heading under which the sheet Data Quality lists a trust, by the trust's code."""
    listed: dict[str, str] = {}
    heading = ""
    for row in rows:
        cells = [clean(cell_text(cell)) for cell in row]
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            heading = filled[0]
        elif len(filled) > 1 and re.fullmatch(r"[A-Z0-9]{3,6}", filled[0]):
            listed[filled[0]] = heading
    return listed


def _beds(sheet: Sheet, kind: str, code: str, label: str, estimated: Mapping[str, str]) -> list[Record]:
    """Rows of trusts or regions and the row of England, whose code is blank or a dash."""
    entity = dataset_spec("kh03_beds").entity("beds")
    positions = columns_of(sheet, entity)
    if missing := [heading for heading in (code, label, "Region Code") if heading not in sheet.header]:
        raise FileRefused(f"{sheet.name}: column {missing[0]!r} is missing; the sheet has {list(sheet.header[:8])}")
    at_code, at_name, at_region = (sheet.header.index(heading) for heading in (code, label, "Region Code"))
    records: list[Record] = []
    for number, row in sheet.rows:
        cells: Record = {column: row[at].strip() or None for column, at in positions.items()}
        is_england = row[at_code].strip() in BLANK_CODES and clean(row[at_name]).casefold() == ENGLAND.casefold()
        own = "ENG" if is_england else row[at_code].strip()
        records.append(
            {
                **cells,
                "organisation_type": ENGLAND if is_england else kind,
                "organisation_code": own or None,
                "organisation_name": clean(row[at_name]) or None,
                "region_code": None if is_england else row[at_region].strip() or None,
                "is_estimated": "true" if own in estimated else "false",
                "estimate_note": estimated.get(own),
                "source_row": number,
            }
        )
    return records


def _check_england(name: str, records: Sequence[Record]) -> None:
    """Refuse the file when trusts do not add up to England: rows are lost or stand twice."""
    england = [record for record in records if record["organisation_type"] == ENGLAND]
    trusts = [record for record in records if record["organisation_type"] != ENGLAND]
    for column in dataset_spec("kh03_beds").entity("beds").columns:
        if column.unit != "beds":
            continue
        for total in england:
            try:
                ours = sum(float(str(record[column.name])) for record in trusts)
                difference = abs(ours - float(str(total[column.name])))
            except ValueError:
                continue
            if difference > LARGEST_DIFFERENCE:
                raise FileRefused(
                    f"{name}: {column.name} of the trusts adds up to {ours:.3f}, England's row says "
                    f"{total[column.name]}; rows are missing or stand twice"
                )


def _by_specialty(sheet: Sheet) -> list[Record]:
    """One record per trust and specialty; a specialty's heading starts with its code."""
    at_code, at_name = sheet.header.index("Org Code"), sheet.header.index("Org Name")
    specialties = [(at, heading) for at, heading in enumerate(sheet.header) if at > at_name and heading]
    records: list[Record] = []
    for number, row in sheet.rows:
        is_england = row[at_code].strip() in BLANK_CODES and clean(row[at_name]).casefold() == ENGLAND.casefold()
        records += [
            {
                "organisation_type": ENGLAND if is_england else "Trust",
                "organisation_code": "ENG" if is_england else row[at_code].strip() or None,
                "organisation_name": clean(row[at_name]) or None,
                "specialty": heading,
                "occupied": row[at].strip() or None,
                "source_row": number * 1000 + at,
            }
            for at, heading in specialties
        ]
    return records
