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
CELLS_READ = 30_000_000
SHEET_BYTES = 500_000_000
ROW = re.compile(rb'<row [^>]*?\br="(\d{1,9})"')
COLUMN = re.compile(rb'<c [^>]*?\br="([A-Z]{1,7})\d')
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
    delimiter = delimiter_of(text)
    _refuse_open_quote(text, delimiter, name)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        rows = [[line] for line in text.splitlines()]
    return [Grid("", 1, [[cell.strip() for cell in row] for row in rows])]


def _refuse_open_quote(text: str, delimiter: str, name: str) -> None:
    """A quotation mark that is never closed swallows all records after it: such a file is refused whole."""
    records = 0
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            records += 1
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise FileRefused(
                f"{name}: a quotation mark in or after record {records + 1} is never closed, so that all that follows "
                "would be one cell. Nothing of the file was loaded. Close or remove it."
            ) from None


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
        _refuse_far_cells(path, name)
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
    except BaseException as error:  # a panic of the reader is none of Python's exceptions
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused(f"{name}: the workbook cannot be opened; it names cells that can't be") from None


def _refuse_far_cells(path: Path, name: str) -> None:
    """A cell far from the others would be read with all the empty ones before it: more than memory holds."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
                continue
            if archive.getinfo(part).file_size > SHEET_BYTES:
                raise FileRefused(f"{name}: a sheet of more than {SHEET_BYTES:,} bytes is not read")
            content = archive.read(part)
            rows = max((int(row) for row in ROW.findall(content)), default=0)
            letters = max((len(letter), letter) for letter in (*COLUMN.findall(content), b"A"))[1]
            width = 0
            for letter in letters:
                width = width * 26 + letter - 64
            if rows * width > CELLS_READ:
                raise FileRefused(
                    f"{name}: a sheet reaches to row {rows} and column {letters.decode()}, more than is read. "
                    "Delete the stray cell far below or to the right"
                )


def _is_1904(path: Path) -> bool:
    """Whether an xlsx workbook counts its days from 1904."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist() and bool(DATE_1904.search(archive.read("xl/workbook.xml")))
