"""Open any spreadsheet or delimited file as grids of text cells.

Belongs here: workbooks with all their sheets, delimiters, encodings, the workbook's date system. Does not: finding
headings (columnmaps.py) or judging cells.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orchestration.datasets.reading import MAX_FIELD_CHARACTERS, decode
from orchestration.datasets.worksheets import cell_text
from orchestration.errors import FileRefused

DELIMITERS = (",", "|", ";", "\t")
RECORDS_TRIED = 40
DATE_1904 = re.compile(rb"<workbookPr[^>]*\bdate1904=\"(?:1|true)\"")


@dataclass(frozen=True)
class Grid:
    """One sheet as text, row by row from the first; ``sheet`` is '' and ``position`` 1 for a delimited file."""

    sheet: str
    position: int
    rows: Sequence[Sequence[str]]
    is_hidden: bool = False
    is_1904: bool = False


def is_workbook(path: Path) -> bool:
    """Whether the bytes are a workbook's (a zip or an OLE container), whatever the name says."""
    with path.open("rb") as stream:
        start = stream.read(4)
    return start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_grids(path: Path, name: str) -> list[Grid]:
    """Every sheet of a workbook, hidden ones too, or the one grid of a delimited file.

    ``name`` stands in messages. FileRefused when the file is neither text nor a readable workbook.
    """
    if is_workbook(path):
        return _workbook(path, name)
    text, _ = decode(path.read_bytes(), name)
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)))
    except csv.Error:
        rows = [[line] for line in text.splitlines()]
    return [Grid("", 1, [[cell.strip() for cell in row] for row in rows])]


def delimiter_of(text: str) -> str:
    """The mark that parts the fields of most of the first records the same number of times; a comma when none does."""
    best, width = ",", 0.0
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row in islice(reader, RECORDS_TRIED) if row]
        except csv.Error:
            continue
        if not widths:
            continue
        fields, records = Counter(widths).most_common(1)[0]
        score = fields * records / len(widths) if fields > 1 else 0.0
        if score > width:
            best, width = delimiter, score
    return best


def _workbook(path: Path, name: str) -> list[Grid]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        metas = [meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        is_1904 = _is_1904(path)
        return [
            Grid(
                meta.name,
                position,
                [
                    [cell_text(cell).strip() for cell in row]
                    for row in workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                ],
                meta.visible != SheetVisibleEnum.Visible,
                is_1904,
            )
            for position, meta in enumerate(metas, start=1)
        ]
    except PasswordError:
        raise FileRefused(f"{name}: the workbook is password protected") from None
    except (CalamineError, OSError):
        raise FileRefused(f"{name}: the workbook cannot be opened; is it damaged?") from None


def _is_1904(path: Path) -> bool:
    """Whether an xlsx workbook counts its days from 1904."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist() and bool(DATE_1904.search(archive.read("xl/workbook.xml")))
