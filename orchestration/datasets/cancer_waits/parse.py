"""Read cancer waiting times by provider: the monthly workbooks (provisional, final) and the extracts of several months.

Belongs here: blocks stacked in sheets, labels that differ between layouts, notes on who did not submit, the row of all
English providers. Does not: judging values, totals over routes or cancers, rates (dbt).

A sheet's block is known by its headings, not by the sheet's name. Record numbers run on through the workbook.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import month_in_cell
from orchestration.datasets.protocol import Parsed, ReleaseStatus, SourceFile, Table
from orchestration.datasets.reading import clean, table_of
from orchestration.datasets.worksheets import cell_text, read_workbook, record_offsets
from orchestration.errors import FileRefused, NotOfThisDataset

EXTRACT = (
    "PERIOD", "YEAR", "MONTH", "STANDARD", "ORG CODE", "STAGE/ROUTE", "TREATMENT MODALITY", "CANCER TYPE",
    "TOTAL TREATED", "WITHIN STANDARD", "BREACHES",
)  # fmt: skip
CODE, NAME, TOTAL = "ODS CODE", "ACCOUNTABLE PROVIDER", "TOTAL"
DIMENSIONS = {
    "REFERRAL ROUTE": "stage_or_route",
    "TREATMENT STAGE": "stage_or_route",
    "TREATMENT MODALITY": "treatment_modality",
    "CANCER TYPE": "cancer_type",
    "SUSPECTED CANCER OR BREAST SYMPTOMATIC": "cancer_type",
    "SUSPECTED TYPE OF CANCER": "urgent_suspected_cancer",
    "REFERRAL REASON": "urgent_breast_symptoms",
}
STANDARDS = {28: "FDS", 31: "31D", 62: "62D"}
ALL_MODALITIES, ALL_CANCERS, ALL_PROVIDERS = "ALL MODALITIES", "ALL CANCERS", "ALL ENGLISH PROVIDERS"
LONGEST_PREAMBLE = 9
TOTAL_ROW = "all_english_providers"
NOTES_START, NOTES_END = "data quality", "contents"
NOT_SUBMITTED = re.compile(r"\bdid not (?:make a submission|submit)\b[^.]*?\bfor\b(?P<standards>[^.]*)", re.IGNORECASE)
STANDARDS_IN_WORDS = {
    "FDS": r"\bFDS\b|28[ -]day|four[ -]week|faster diagnosis",
    "31D": r"31[ -]?d(?:ay)?\b|one[ -]month",
    "62D": r"62[ -]?d(?:ay)?\b|two[ -]month",
}
CODE_IN_BRACKETS = re.compile(r"\(([A-Z0-9]{3,6})\)")
Book = Mapping[str, Sequence[Sequence[object]]]
Record = dict[str, str | int | None]


@dataclass(frozen=True)
class Block:
    """What the headings of one block say: standard (or kind of referral) and the columns' places."""

    kind: str
    positions: Mapping[str, int]

    @property
    def is_standard(self) -> bool:
        """True for a standard, False for first attendances."""
        return self.kind in STANDARDS.values()


def parse(source: SourceFile) -> Parsed:
    """One row per month, standard, provider, route or stage, kind of treatment and cancer type."""
    book = read_workbook(source.path, source.name)
    for sheet, rows in book.items():
        if rows and tuple(_heading(cell) for cell in rows[0])[: len(EXTRACT)] == EXTRACT:
            return _parse_extract(source.name, book, sheet)
    if any(_is_block_heading(row) for rows in book.values() for row in rows[: LONGEST_PREAMBLE + 1]):
        return _parse_workbook(source.name, book)
    raise NotOfThisDataset(
        f"{source.name}: no sheet has the headings of an extract {list(EXTRACT[3:6])} or of a workbook "
        f"{[CODE, NAME, TOTAL]}; sheets are {list(book)}. Workbooks of before October 2023 and the combined workbook "
        "from January 2026 have other layouts, which are not read"
    )


def _heading(cell: object) -> str:
    """A heading without its footnote number, in capitals."""
    return re.sub(r"\s*\(\d+\)$", "", clean(cell_text(cell))).upper()


@lru_cache(maxsize=100_000)
def _clean(text: str) -> str | None:
    return clean(text) or None


def _text(cell: object) -> str | None:
    """A cell's text, None when it is blank; labels repeat thousands of times and are cleaned once."""
    return _clean(cell) if isinstance(cell, str) else (cell_text(cell) or None)


# --- workbooks ------------------------------------------------------------------------------------------------------


def _parse_workbook(name: str, book: Book) -> Parsed:
    start, end = _workbook_month(name, book)
    constants = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    records: dict[bool, list[Record]] = {True: [], False: []}
    totals: dict[bool, int] = {True: 0, False: 0}
    without: list[str] = []
    for sheet, offset in record_offsets(book).items():
        found = list(_records(name, sheet, book[sheet], offset))
        if not found:
            without.append(sheet)
        _check_totals(name, sheet, found)
        for block, record in found:
            if _is_total(record):
                totals[block.is_standard] += 1
            else:
                records[block.is_standard].append({**record, **constants})
    spec = dataset_spec("cancer_waits")
    tables = {
        "waits": table_of(spec.entity("waits"), records[True], ignored={TOTAL_ROW: totals[True]}),
        "first_attendances": table_of(
            spec.entity("first_attendances"), records[False], ignored={TOTAL_ROW: totals[False]}
        ),
        "data_quality_notes": _notes(spec.entity("data_quality_notes"), book, constants),
    }
    notes = (f"sheets without a table of waits: {without}",) if without else ()
    status = _status(name, book)
    return Parsed("provider_workbook", tables, start, end, f"{start:%Y-%m}", release_status=status, notes=notes)


def _workbook_month(name: str, book: Book) -> tuple[date, date]:
    """The one month that stands above the tables and on the front page."""
    months = {}
    for sheet, rows in book.items():
        for row in rows[:LONGEST_PREAMBLE]:
            text = clean(cell_text(row[0])) if row else ""
            if len(text) <= len("September 2025 ") and (month := month_in_cell(text)):
                months[month] = sheet
    if len(months) != 1:
        raise FileRefused(f"{name}: the sheets name {len(months)} months {[f'{m[0]:%Y-%m}' for m in months]}, not one")
    return next(iter(months))


def _status(name: str, book: Book) -> ReleaseStatus:
    """Provisional, final or revised: by the front page's status line, else by the file's name."""
    lines = [clean(cell_text(row[0])) for rows in book.values() for row in rows[:LONGEST_PREAMBLE] if row]
    said = next((line for line in lines if line.casefold().startswith("status:")), name).casefold()
    statuses: tuple[ReleaseStatus, ...] = ("provisional", "revised", "final")
    for status in statuses:
        if status in said:
            return status
    raise FileRefused(f"{name}: neither the front page's status line nor the name says provisional, final or revised")


def _is_block_heading(row: Sequence[object]) -> bool:
    if not any(isinstance(cell, str) and CODE in cell.upper() for cell in row[:LONGEST_PREAMBLE]):
        return False
    return {CODE, NAME, TOTAL} <= {_heading(cell) for cell in row}


def _block(name: str, sheet: str, row: Sequence[object]) -> Block:
    """Places of the columns below a row of headings."""
    headings = [_heading(cell) for cell in row]
    total = headings.index(TOTAL)
    positions = {DIMENSIONS[h]: at for at, h in enumerate(headings[:total]) if h in DIMENSIONS}
    positions |= {"organisation_code": headings.index(CODE), "organisation_name": headings.index(NAME)}
    within = re.fullmatch(r"WITHIN (\d+) DAYS", headings[total + 1])
    if within and headings[total + 2] == f"AFTER {within[1]} DAYS" and int(within[1]) in STANDARDS:
        columns = {"treated": total, "within_standard": total + 1, "breaches": total + 2, "share_within": total + 3}
        bands = {_band(heading): at for at, heading in enumerate(headings) if at > total + 3 and heading}
        block = Block(STANDARDS[int(within[1])], {**positions, **columns, **bands})
        entity = dataset_spec("cancer_waits").entity("waits")
    else:
        kind = next((kind for kind in ("urgent_suspected_cancer", "urgent_breast_symptoms") if kind in positions), "")
        bands = {_band(heading): at for at, heading in enumerate(headings) if at > total and heading}
        positions["suspected_cancer"] = positions.pop(kind, -1)
        block = Block(kind, {**positions, "seen": total, **bands})
        entity = dataset_spec("cancer_waits").entity("first_attendances")
    known = {column.name for column in entity.columns}
    if not block.kind or set(block.positions) - known:
        raise FileRefused(f"{name}: sheet {sheet!r} has headings that no standard has: {[h for h in headings if h]}")
    return block


def _band(heading: str) -> str:
    """Column of a band of days: 'IN 15 TO 28 DAYS' is days_15_to_28."""
    return "_".join(re.sub(r"^IN (.*) DAYS$", r"DAYS \1", heading).casefold().split())


def _records(name: str, sheet: str, rows: Sequence[Sequence[object]], offset: int) -> Iterator[tuple[Block, Record]]:
    """Block and cells of every row below headings; the part's title and blank rows are no records."""
    block: Block | None = None
    for number, row in enumerate(rows, start=offset + 1):
        if _is_block_heading(row):
            block = _block(name, sheet, row)
            continue
        texts = [_text(cell) for cell in row]
        if block is None or sum(text is not None for text in texts) < 2:
            continue
        cells: Record = {column: texts[at] for column, at in block.positions.items()}
        if block.is_standard:
            defaults = {"treatment_modality": ALL_MODALITIES, "cancer_type": ALL_CANCERS}
            cells = {**defaults, **cells, "standard": block.kind}
        else:
            cells |= {"referral": block.kind}
        yield block, {**cells, "source_row": number}


def _is_total(record: Record) -> bool:
    return record["organisation_code"] is None and record["organisation_name"] == ALL_PROVIDERS


def _check_totals(name: str, sheet: str, found: Iterable[tuple[Block, Record]]) -> None:
    """Refuse the file when providers do not add up to their row of all English providers: rows are lost or doubled."""
    sums: dict[tuple[str | int | None, ...], float] = defaultdict(float)
    totals: dict[tuple[str | int | None, ...], float] = {}
    dimensions = ("stage_or_route", "treatment_modality", "cancer_type", "suspected_cancer")
    for block, record in found:
        for column in ("treated", "within_standard", "seen"):
            number = _number(record.get(column))
            key = (block.kind, column, *(record.get(dimension) for dimension in dimensions))
            if number is None:
                continue
            if _is_total(record):
                totals[key] = number
            else:
                sums[key] += number
    for key, total in totals.items():
        if abs(sums[key] - total) > 0.001:
            raise FileRefused(
                f"{name}: sheet {sheet!r}, {', '.join(str(part) for part in key if part)}: providers add up to "
                f"{sums[key]:g}, the row of all English providers says {total:g}; rows are missing or stand twice"
            )


def _number(cell: str | int | None) -> float | None:
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return None


def _notes(entity: Entity, book: Book, constants: Mapping[str, str]) -> Table:
    """Paragraphs under Data Quality on the front page."""
    records: list[Record] = []
    for sheet, offset in record_offsets(book).items():
        is_inside = False
        for number, row in enumerate(book[sheet], start=offset + 1):
            text = cell_text(row[0]).strip() if row else ""
            if clean(text).casefold() in (NOTES_START, NOTES_END):
                is_inside = clean(text).casefold() == NOTES_START
            elif is_inside and text:
                for paragraph in filter(None, (clean(part) for part in re.split(r"\n\s*\n", text))):
                    code = CODE_IN_BRACKETS.search(paragraph)
                    records.append(
                        {
                            **constants,
                            "note_number": str(len(records) + 1),
                            "organisation_code": code[1] if code else None,
                            "standards": _not_submitted(paragraph),
                            "note": paragraph,
                            "source_row": number * 100 + len(records),
                        }
                    )
    return table_of(entity, records)


def _not_submitted(paragraph: str) -> str | None:
    """Standards that the paragraph says were not submitted at all, separated by commas."""
    match = NOT_SUBMITTED.search(paragraph)
    if match is None:
        return None
    words = match["standards"]
    if re.search(r"\b(any|all)\b", words, re.IGNORECASE):
        return ",".join(STANDARDS_IN_WORDS)
    named = [name for name, pattern in STANDARDS_IN_WORDS.items() if re.search(pattern, words, re.IGNORECASE)]
    return ",".join(named) or None


# --- extracts -------------------------------------------------------------------------------------------------------


def _parse_extract(name: str, book: Book, sheet: str) -> Parsed:
    """Rows of one or several months; nothing in the file says whether they are final."""
    offset = record_offsets(book)[sheet]
    records: list[Record] = []
    months: set[tuple[date, date]] = set()
    for number, row in enumerate(book[sheet][1:], start=offset + 2):
        cells = [_text(cell) for cell in row[: len(EXTRACT)]]
        if not any(cells):
            continue
        month = _extract_month(cells[0] or "", cells[2] or "")
        if month is None:
            raise FileRefused(f"{name}: row {number}: PERIOD {cells[0]!r} and MONTH {cells[2]!r} name no one month")
        months.add(month)
        records.append(
            {
                "period_start": month[0].isoformat(),
                "period_end": month[1].isoformat(),
                "standard": _standard(cells[3] or ""),
                "organisation_code": cells[4],
                "stage_or_route": cells[5],
                "treatment_modality": cells[6] or ALL_MODALITIES,
                "cancer_type": cells[7] or ALL_CANCERS,
                "treated": cells[8],
                "within_standard": cells[9],
                "breaches": cells[10],
                "source_row": number,
            }
        )
    if not records:
        raise FileRefused(f"{name}: the extract holds no rows")
    first, last = min(months), max(months)
    label = f"{first[0]:%Y-%m}" if first == last else f"{first[0]:%Y-%m} to {last[0]:%Y-%m}"
    entity = dataset_spec("cancer_waits").entity("waits")
    return Parsed(
        layout="provider_extract",
        tables={"waits": table_of(entity, records)},
        period_start=first[0],
        period_end=last[1],
        period_label=label,
        release_status="provisional",
        notes=("the extract does not say whether its figures are final; they are taken as provisional",),
    )


@lru_cache
def _extract_month(period: str, month: str) -> tuple[date, date] | None:
    """Bounds of the month of PERIOD when MONTH ('APR') names the same one."""
    found = month_in_cell(period)
    return found if found and f"{found[0]:%b}".upper() == month.upper()[:3] else None


def _standard(label: str) -> str | None:
    """FDS, 31D or 62D for '28-day FDS', '31-day Combined', '62D' …; another label as it is."""
    if match := re.match(r"(28|31|62)", label):
        return STANDARDS[int(match[1])]
    return label.upper() or None
