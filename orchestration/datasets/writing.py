"""Write small files in publishers' formats, for simulated files; the same content gives the same bytes.

Belongs here: bytes of CSV files, workbooks and zips, rounding as most publishers round. Does not: any layout, which
counts a publisher hides.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
WRITTEN_AT = (2026, 1, 1, 0, 0, 0)
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"

Cell = str | int | float | None


def csv_bytes(
    rows: Iterable[Sequence[object]], *, encoding: str = "utf-8", newline: str = "\r\n", is_quoted: bool = False
) -> bytes:
    """A comma-separated file of ``rows``, the heading among them; ``is_quoted`` quotes every cell."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=newline, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL).writerows(rows)
    return text.getvalue().encode(encoding)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of ``members`` (name to bytes), all of one fixed time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name, WRITTEN_AT), member, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def round_to_5(count: int) -> int:
    """The multiple of 5 nearest to a count."""
    return (count + 2) // 5 * 5


def xlsx(
    sheets: Mapping[str, Iterable[Sequence[object]]], *, hidden: Iterable[str] = (), day_format: str = "dd/mm/yyyy"
) -> bytes:
    """An Excel workbook of ``sheets`` (name to rows); '' and None are empty cells, text is never a formula or link.

    Days (``datetime``) are shown in ``day_format``; sheets named ``hidden`` are hidden.
    """
    import xlsxwriter

    content = io.BytesIO()
    as_given = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": day_format}
    with xlsxwriter.Workbook(content, {"in_memory": True, **as_given}) as book:
        book.set_properties({"title": "Simulated (SYNTHETIC)", "created": datetime(*WRITTEN_AT)})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if name in hidden:
                sheet.hide()
    return content.getvalue()


def ods(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """An OpenDocument spreadsheet of ``sheets`` (name to rows); numbers are numbers, None is an empty cell.

    The same sheets give the same bytes.
    """
    tables = "".join(_table(name, rows) for name, rows in sheets.items())
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content xmlns:office="{_NAMESPACE}:office:1.0" xmlns:table="{_NAMESPACE}:table:1.0" '
        f'xmlns:text="{_NAMESPACE}:text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<manifest:manifest xmlns:manifest="{_NAMESPACE}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", WRITTEN_AT), MIME_TYPE)
        for name, text in (("content.xml", document), ("META-INF/manifest.xml", manifest)):
            archive.writestr(zipfile.ZipInfo(name, WRITTEN_AT), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _table(name: str, rows: Iterable[Sequence[Cell]]) -> str:
    body = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    return f'<table:table table:name="{escape(name, {chr(34): "&quot;"})}">{body}</table:table>'


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
    number = f'office:value-type="float" office:value="{cell!r}"'
    return f"<table:table-cell {number}><text:p>{cell}</text:p></table:table-cell>"
