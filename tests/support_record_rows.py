"""What the tests of record datasets share: the canonical form of rows, written by hand, and what becomes of it.

Belongs here: builders without assertions. Does not: tests, or reading templates.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile, SyntheticFile, parser_of
from orchestration.datasets.reading import read_csv
from orchestration.datasets.records import (
    CANONICAL_LEAD,
    headings,
    normalised,
    sheet_title,
    silence,
    template_columns,
)
from orchestration.datasets.writing import csv_bytes
from orchestration.validation.validate import Validated, validate

Row = Mapping[str, object]
ORGANISATIONS = {"ZT001", "ZT002"}


def canonical(dataset: str, rows: Mapping[str, Iterable[Row]]) -> bytes:
    """The archive's form of ``rows`` by entity; what a row leaves out is silent."""
    spec = dataset_spec(dataset)
    names = list(dict.fromkeys(column.name for entity in spec.entities for column in entity.columns))
    records: list[list[object]] = [[*CANONICAL_LEAD, *names]]
    for entity in spec.entities:
        known = {column.name: column for column in entity.columns}
        for number, row in enumerate(rows.get(entity.name, ()), start=2):
            assert not set(row) - set(known)
            silent = {name: silence(column) or "" for name, column in known.items()}
            cells = {**silent, **{name: "" if value is None else value for name, value in row.items()}}
            records.append([entity.name, number, "", "", "", *[cells.get(name, "") for name in names]])
    return csv_bytes(records)


def parsed(folder: Path, dataset: str, rows: Mapping[str, Iterable[Row]]) -> Parsed:
    """What the dataset's parser reads from the canonical form of ``rows``."""
    path = folder / "canonical.csv"
    path.write_bytes(canonical(dataset, rows))
    return parser_of(dataset)(SourceFile(path, path.name))


def judged(folder: Path, dataset: str, entity: str, *rows: Row) -> Validated:
    """What validation makes of ``rows`` of one entity; known organisations are ZT001 and ZT002."""
    table = parsed(folder, dataset, {entity: rows}).tables[entity]
    return validate(dataset_spec(dataset).entity(entity), table, {"organisations": ORGANISATIONS})


def rules_by_row(folder: Path, dataset: str, entity: str, *rows: Row) -> list[set[str]]:
    """The rules that each of ``rows`` broke, judged together."""
    faults = judged(folder, dataset, entity, *rows).quarantined
    return [{fault.rule for fault in faults if fault.source_row == number} for number in range(2, len(rows) + 2)]


def rules(validated: Validated) -> set[str]:
    """Names of the rules that rows in quarantine broke."""
    return {fault.rule for fault in validated.quarantined}


def template_rows(folder: Path, dataset: str, file: SyntheticFile) -> dict[str, list[dict[str, str]]]:
    """Rows by entity of a simulated template file, in the spec's spelling, as the door would pass them on."""
    entities = dataset_spec(dataset).entities
    tables = _sheets(folder, file)
    found = {}
    for entity in entities:
        head, *records = tables[sheet_title(entity)] if len(tables) > 1 else next(iter(tables.values()))
        columns = {heading: column for column in template_columns(entity) for heading in headings(column)}
        at = [columns[heading.casefold()] for heading in head]
        found[entity.name] = [
            {column.name: normalised(column, cell) for column, cell in zip(at, record, strict=True)}
            for record in records
        ]
    return found


def _sheets(folder: Path, file: SyntheticFile) -> dict[str, list[list[str]]]:
    path = folder / file.name
    path.write_bytes(file.content)
    if path.suffix == ".csv":
        sheet = read_csv(SourceFile(path, file.name))
        return {"": [list(sheet.header), *[cells for _, cells in sheet.rows]]}
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {
        name: [[_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
