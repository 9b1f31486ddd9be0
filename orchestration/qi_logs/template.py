"""Write the empty workbooks that people fill in: QI logs and the other records.

Belongs here: a workbook's sheets, made from the spec of the dataset. Does not: reading it back (importing.py).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.catalogue.models import Column, ColumnType, Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.records import is_required, sheet_title, template_columns

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

ROWS_WITH_HELP = 500
WIDTH = 22
NOTES = (
    "Leave a cell blank when you do not know: blank means unknown, never none. Publication is private when left blank.",
    "Write dates as YYYY-MM-DD, or as dates of the spreadsheet. 03/04/2024 as text is ambiguous and is refused.",
    "Put no names, NHS numbers, e-mail addresses or telephone numbers anywhere: a file with one is held, not loaded.",
    "Do not add or rename columns or sheets: a file with an unknown column is refused as a whole.",
)


def write_template(path: Path, dataset: str = "qi_projects") -> Path:
    """Write the dataset's template (a sheet per entity, Vocabulary, Notes) to ``path`` and return it."""
    from xlsxwriter import Workbook

    spec = dataset_spec(dataset)
    entities = [entity for entity in spec.entities if not entity.derived]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(str(path), options) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for entity in entities:
            _write_entity(workbook, entity, bold)
        _write_vocabulary(workbook, entities, bold)
        _write_notes(workbook, entities, bold)
    return path


def _write_entity(workbook: "Workbook", entity: Entity, bold: "Format") -> None:
    """Headings with their meaning as comments; lists, dates and numbers offered and checked by the spreadsheet."""
    sheet = workbook.add_worksheet(sheet_title(entity))
    sheet.freeze_panes(1, 1)
    iso = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for index, column in enumerate(template_columns(entity)):
        sheet.set_column(index, index, WIDTH, iso if column.type is ColumnType.DATE else None)
        sheet.write_string(0, index, column.source or column.name, bold)
        sheet.write_comment(0, index, _help(column), {"author": "Evenhand"})
        words = () if column.is_list else _words(column)
        if words and len(",".join(words)) <= 255:
            sheet.data_validation(1, index, ROWS_WITH_HELP, index, {"validate": "list", "source": list(words)})


def _write_vocabulary(workbook: "Workbook", entities: Sequence[Entity], bold: "Format") -> None:
    """Sheet, heading, whether it must be filled in, meaning and allowed words of every column."""
    sheet = workbook.add_worksheet("Vocabulary")
    sheet.freeze_panes(1, 0)
    for index, (heading, width) in enumerate(
        (("Sheet", 12), ("Column", 28), ("Must be filled in", 10), ("Meaning", 80), ("Allowed", 80))
    ):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, heading, bold)
    row = 0
    for entity in entities:
        for column in template_columns(entity):
            row += 1
            cells = (
                sheet_title(entity),
                column.source or column.name,
                "yes" if is_required(column) else "no",
                column.meaning,
                "; ".join(_words(column)) or column.type.value,
            )
            for index, text in enumerate(cells):
                sheet.write_string(row, index, text)


def _write_notes(workbook: "Workbook", entities: Sequence[Entity], bold: "Format") -> None:
    sheet = workbook.add_worksheet("Notes")
    sheet.set_column(0, 0, 120)
    sheet.write_string(0, 0, "How to fill in this workbook", bold)
    grains = [f"{sheet_title(entity)}: {entity.grain}." for entity in entities]
    for row, note in enumerate((*grains, *NOTES), start=1):
        sheet.write_string(row, 0, note)


def _words(column: Column) -> tuple[str, ...]:
    if column.type is ColumnType.BOOLEAN:
        return ("yes", "no")
    return column.values or column.words or ()


def _help(column: Column) -> str:
    need = "Must be filled in." if is_required(column) else "May be left blank."
    return f"{column.meaning} {need}"
