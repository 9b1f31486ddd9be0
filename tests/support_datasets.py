"""What the tests of parsers share: a workbook with cells changed, and whether every record of a file is accounted for.

Belongs here: builders without assertions. Does not: tests, or what a publisher's layout looks like.
"""

from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from orchestration.datasets.protocol import Parsed, SourceFile

Cells = list[list[object]]
Book = dict[str, Cells]


def changed(folder: Path, book: Path, change: Callable[[Book], None], name: str = "any name.xlsx") -> SourceFile:
    """The workbook with cells changed, under another name; days stay days."""
    workbook = CalamineWorkbook.from_path(str(book))
    sheets: Book = {
        sheet: [list(row) for row in workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)]
        for sheet in workbook.sheet_names
    }
    change(sheets)
    with xlsxwriter.Workbook(folder / "changed.xlsx", {"default_date_format": "yyyy-mm-dd"}) as written:
        for sheet, rows in sheets.items():
            page = written.add_worksheet(sheet)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return SourceFile(folder / "changed.xlsx", name)


def reconciles(parsed: Parsed) -> bool:
    """Whether every record read is a row, malformed or ignored, in each table of the file."""
    return all(
        table.read == len(table.frame) + len(table.malformed) + sum(table.ignored.values())
        for table in parsed.tables.values()
    )
