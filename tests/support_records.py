"""What tests of users' records share: a filled template as the archive keeps it, read and judged.

Belongs here: templates made into the canonical form without the door. Does not: the privacy screen or column maps
(qi_logs), which have tests of their own.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile, SyntheticFile, parser_of
from orchestration.datasets.records import CANONICAL_LEAD, normalised, sheet_title, template_cells, template_columns
from orchestration.validation.validate import Validated, validate

Row = Mapping[str, object]
Cells = Sequence[Sequence[Any]]


def canonical_bytes(dataset: str, sheets: Mapping[str, Cells]) -> bytes:
    """The canonical form of filled sheets, by entity: headings of the template, then rows of text."""
    entities = dataset_spec(dataset).entities
    names = list(dict.fromkeys(column.name for entity in entities for column in entity.columns))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*CANONICAL_LEAD, *names])
    for entity in entities:
        if entity.name in sheets:
            writer.writerows(_lines(entity, names, sheets[entity.name]))
    return stream.getvalue().encode("utf-8")


def _lines(entity: Entity, names: Sequence[str], cells: Cells) -> Iterable[list[str]]:
    by_heading = {column.source or column.name: column for column in template_columns(entity)}
    header, *rows = cells
    columns = [by_heading[str(heading)] for heading in header]
    if not rows:
        yield [entity.name, "0", "", "", "", *[""] * len(names)]
    for number, row in enumerate(rows, start=2):
        filled = {column.name: normalised(column, str(cell)) for column, cell in zip(columns, row, strict=True)}
        yield [entity.name, str(number), f"row {number}", "", "", *[filled.get(name, "") for name in names]]


def filled(dataset: str, rows: Mapping[str, Iterable[Row]]) -> dict[str, list[list[str]]]:
    """Sheets by entity, as a person would fill in the template; a column that a row lacks is blank."""
    spec = dataset_spec(dataset)
    return {name: template_cells(spec.entity(name), given) for name, given in rows.items()}


def workbook_sheets(dataset: str, file: SyntheticFile, folder: Path) -> dict[str, Cells]:
    """Sheets by entity of a workbook in the template's form."""
    from python_calamine import CalamineWorkbook

    path = folder / file.name
    path.write_bytes(file.content)
    book = CalamineWorkbook.from_path(str(path))
    return {
        entity.name: book.get_sheet_by_name(sheet_title(entity)).to_python()
        for entity in dataset_spec(dataset).entities
    }


def parsed(dataset: str, content: bytes, folder: Path) -> Parsed:
    """What the dataset's parser reads of a canonical file."""
    path = folder / "canonical.csv"
    path.write_bytes(content)
    return parser_of(dataset)(SourceFile(path, "canonical.csv"))


def judged(
    dataset: str, rows: Mapping[str, Iterable[Row]], folder: Path, organisations: Iterable[str] = ()
) -> dict[str, Validated]:
    """Typed rows and quarantine of filled templates, by entity, given the codes that the registers know."""
    said = parsed(dataset, canonical_bytes(dataset, filled(dataset, rows)), folder)
    return judged_tables(dataset, said, organisations)


def judged_tables(dataset: str, said: Parsed, organisations: Iterable[str]) -> dict[str, Validated]:
    """Typed rows and quarantine of parsed tables, by entity."""
    known = {"organisations": frozenset(organisations)}
    spec = dataset_spec(dataset)
    return {name: validate(spec.entity(name), table, known) for name, table in said.tables.items()}


def rules(validated: Validated) -> list[tuple[int, str, str]]:
    """Row, rule and column of what went to quarantine."""
    return sorted((fault.source_row, fault.rule, fault.column) for fault in validated.quarantined)
