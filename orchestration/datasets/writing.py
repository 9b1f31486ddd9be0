"""Write small workbooks in a publisher's file format, for simulated files.

Belongs here: bytes of a format that several publishers use and no library at hand writes. Does not: any layout.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
WRITTEN_AT = (2026, 1, 1, 0, 0, 0)
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"

Cell = str | int | float | None


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
