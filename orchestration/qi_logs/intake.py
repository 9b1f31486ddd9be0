"""What happens to a QI log at the door: it is held, or its loaded columns go to the archive in canonical form.

Belongs here: the message of a held file, the canonical bytes. Does not: finding personal data (privacy.py), writing
to the archive (acquisition) or moving files (refresh).
"""

import csv
import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orchestration.catalogue.models import Column, ColumnType
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.qi_projects.parse import CANONICAL_LEAD, DATASET, iso_date, parse
from orchestration.errors import FileHeld
from orchestration.qi_logs.privacy import Hit, rules_hit, screen_file

NOT_ARCHIVED = "[not archived]"
SHOWN = 20


def admit(source: SourceFile) -> bytes:
    """Screen the log and return what the archive may keep; FileHeld when it holds personal data."""
    hits = screen_file(source.path, source.name)
    if hits:
        raise held(source.name, hits)
    return canonical(source)


def held(name: str, hits: Sequence[Hit]) -> FileHeld:
    """The error that names file, rule, sheet, row and column of each hit (the first twenty), and never a value."""
    shown = "a file whose name is withheld" if list(rules_hit(name)) else name
    places = "; ".join(_place(hit) for hit in hits[:SHOWN])
    more = f"; and {len(hits) - SHOWN} more" if len(hits) > SHOWN else ""
    return FileHeld(
        f"{shown} is held, it seems to hold personal data: {places}{more}. Nothing of it was loaded or "
        "archived; the file stays where it is. Remove the personal data, then hand in the corrected file."
    )


def canonical(source: SourceFile) -> bytes:
    """The log's loaded columns as one UTF-8 CSV, the same bytes for the same content; parse.py reads it back.

    Columns: entity, source_row (row in the original), malformed_rule, malformed_column, then the columns of all
    entities. A cell that is no word, date or number of the template's becomes ``[not archived]``, so that its row is
    quarantined but its text is not kept. Raises what ``parse`` raises, and FileHeld should the result still hold
    personal data.
    """
    content = _canonical_csv(source).encode("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "canonical.csv"
        path.write_bytes(content)
        hits = screen_file(path, "canonical form")
    if hits:
        raise held(source.name, hits)
    return content


def _canonical_csv(source: SourceFile) -> str:
    spec = dataset_spec(DATASET)
    names = list(dict.fromkeys(column.name for entity in spec.entities for column in entity.columns))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*CANONICAL_LEAD, *names])
    for entity_name, table in parse(source).tables.items():
        columns = {column.name: column for column in spec.entity(entity_name).columns}
        lines: list[tuple[int, list[str]]] = [
            (bad.source_row, [entity_name, str(bad.source_row), bad.rule, bad.column, *[""] * len(names)])
            for bad in table.malformed
        ]
        for row in table.frame.to_dict("records"):
            cells = [_kept(columns[name], row[name]) if name in columns else "" for name in names]
            lines.append((row["source_row"], [entity_name, str(row["source_row"]), "", "", *cells]))
        if not lines:
            lines.append((0, [entity_name, "0", "", "", *[""] * len(names)]))
        writer.writerows(line for _, line in sorted(lines))
    return stream.getvalue()


def _kept(column: Column, text: str | None) -> str:
    """The cell's text when it is of the column's kind, a mark when it is not, '' when there is none."""
    if not text:
        return ""
    return text if _fits(column, text) else NOT_ARCHIVED


def _fits(column: Column, text: str) -> bool:
    if column.type is ColumnType.DATE:
        return iso_date(text) is not None
    if column.type is ColumnType.BOOLEAN:
        return text in ("true", "false")
    if column.type in (ColumnType.INTEGER, ColumnType.NUMBER):
        return re.fullmatch(r"-?\d{1,9}(\.\d{1,17})?([eE][+-]?\d{1,2})?", text) is not None
    if column.values is not None:
        return text in column.values
    return column.pattern is not None and re.fullmatch(column.pattern, text) is not None


def _place(hit: Hit) -> str:
    """'NHS number in sheet Projects, row 4, column B'."""
    what = {"nhs_number": "NHS number", "email_address": "e-mail address", "uk_phone_number": "telephone number"}
    sheet = f"sheet {hit.sheet.removeprefix('sheet ')}, " if hit.sheet else ""
    if hit.row == 0:
        return f"{what[hit.rule]} in the name of " + (sheet.rstrip(", ") if sheet else "the file")
    return f"{what[hit.rule]} in {sheet}row {hit.row}, column {hit.column}"
