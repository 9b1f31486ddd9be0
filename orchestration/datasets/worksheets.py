"""Read worksheets: cells as text, tables below a preamble, labels beside values.

Belongs here: opening workbooks, finding a table in a sheet, numbering records through a workbook. Does not: what a
dataset's sheets mean, CSV files (reading.py).

A workbook is read as lists of cells by sheet. What can't be read is refused with the file's name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO

from orchestration.datasets.reading import Sheet, clean
from orchestration.errors import FileRefused

Rows = Sequence[Sequence[object]]


def read_workbook(path: Path | IO[bytes], name: str) -> dict[str, Rows]:
    """Visible sheets of an xlsx, xls, xlsb or ods workbook as lists of cells; refuses what calamine can't open.

    ``path`` is a file, or the open bytes of a workbook that a zip holds.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_object(path)
        visible = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
        return {sheet: workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in visible}
    except PasswordError as error:
        raise FileRefused(f"{name}: the workbook is password protected") from error
    except (CalamineError, OSError) as error:
        raise FileRefused(f"{name}: not a readable workbook ({error})") from error


def cell_text(cell: object) -> str:
    """A workbook cell as text: whole floats without '.0', dates as ISO, None as ''."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def record_offsets(book: Mapping[str, Rows]) -> dict[str, int]:
    """Rows that stand before each sheet, so that record numbers run on through a workbook and none stands twice."""
    offsets: dict[str, int] = {}
    before = 0
    for sheet, rows in book.items():
        offsets[sheet] = before
        before += len(rows)
    return offsets


def sheet_below(name: str, rows: Rows, headings: Iterable[str], *, offset: int = 0) -> Sheet | None:
    """Records of a worksheet below the first row in which all ``headings`` stand; None when there is no such row.

    Blank rows are left out. ``offset`` is added to the record numbers (``record_offsets``).
    """
    wanted = {clean(heading).casefold() for heading in headings}
    for at, row in enumerate(rows):
        header = tuple(clean(cell_text(cell)) for cell in row)
        if wanted <= {cell.casefold() for cell in header}:
            below = [
                (offset + number, [cell_text(cell) for cell in cells])
                for number, cells in enumerate(rows[at + 1 :], start=at + 2)
            ]
            return Sheet(name, header, [record for record in below if any(cell.strip() for cell in record[1])])
    return None


def table_below(name: str, sheet: str, rows: Rows, headings: Sequence[str], *, offset: int = 0) -> Sheet:
    """``sheet_below`` of the sheet ``sheet`` of the file ``name``; refuses a sheet without the headings."""
    found = sheet_below(f"{name}, sheet {sheet}", rows, headings, offset=offset)
    if found is None:
        raise FileRefused(f"{name}: sheet {sheet!r} has no row with the headings {list(headings)}")
    return found


def labelled_cells(rows: Rows) -> dict[str, str]:
    """What stands beside the labels ('Period:', 'Published:') above a worksheet's table, by label without its colon."""
    found: dict[str, str] = {}
    for row in rows:
        cells = [text for text in (clean(cell_text(cell)) for cell in row) if text]
        if cells and cells[0].endswith(":"):
            found.setdefault(cells[0].rstrip(": ").casefold(), cells[1] if len(cells) > 1 else "")
    return found
