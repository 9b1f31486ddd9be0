"""Column maps: how a register's columns and words stand for Evenhand's fields and vocabularies.

Belongs here: what a map is, which map fits a file, where its headings stand, a proposed map for a new file. Does not:
turning rows into records (importing.py).

A map is a small YAML document, shipped in ``maps/`` or kept in the home's ``maps/`` folder, which is asked first. Only
columns that a map names are ever loaded; a heading that it does not name refuses the file, so that nothing is skipped
in silence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from orchestration.catalogue.models import Column, Document, Entity, Identifier
from orchestration.catalogue.registry import dataset_spec, dataset_specs
from orchestration.datasets.reading import clean
from orchestration.datasets.records import column_letter, folded, headings, is_required, sheet_title, template_columns
from orchestration.errors import ConfigurationError, FileRefused, NotOfThisDataset
from orchestration.qi_logs.grids import Grid

SHIPPED = Path(__file__).parent / "maps"
WORDS = Path(__file__).parent / "words.yaml"
SIDE_SHEETS = (
    r"notes?|vocabulary|lists?|look ?ups?|read ?me|guidance|instructions?|how to.*|definitions?|summary|dashboard|"
    r"pivot.*|charts?|cover|contents|version.*|data validation|drop ?downs?|evenhand"
)
SAYS = "Evenhand says"  # heading of the messages in the annotated copy of a checked file
ROWS_SEARCHED = 20
MEASURE_TEXT = "measure_text"
SITES = "sites."
MEASURES = "measures."
Role = Literal["lead", "participant", "spread"]


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles), Field(max_length=400)]


class MapColumn(Document):
    """One column of a register: the field it fills and how its cells are to be read."""

    field: str = Field(
        description="A column of the entity; from a table of projects also sites.<column>, measures.<column> and "
        "measure_text (whether any measure is named; its text is not loaded)."
    )
    headings: tuple[str, ...] = Field(min_length=1, description="Headings under which it stands, whatever the case.")
    words: dict[str, str] = Field(default_factory=dict, description="The register's words and Evenhand's for them.")
    separator: Pattern | None = Field(default=None, description="Regular expression that parts values in a cell.")
    role: Role = Field(default="lead", description="For sites.organisation_as_written: the organisations' part.")


class MapTable(Document):
    """One table of the file."""

    entity: Identifier = "projects"
    sheets: Pattern = Field(default=".*", description="Regular expression over the whole sheet name, case aside.")
    from_spec: bool = Field(default=False, description="The columns are the template's own.")
    columns: tuple[MapColumn, ...] = ()
    constants: dict[str, str] = Field(default_factory=dict, description="Fields that hold for every row.")
    ref_from: tuple[str, ...] = Field(
        default=(), description="Fields of which a reference is made where the register gives none."
    )


class RegisterMap(Document):
    """How one shape of register is read."""

    name: Identifier = Field(alias="map")
    title: str
    description: str = ""
    dataset: Identifier = "qi_projects"
    register_name: str | None = Field(
        default=None, alias="register", description="The register's name; else it comes from the file's name."
    )
    heading_rows: Literal[1, 2] = Field(default=1, description="2: group headings stand above the headings.")
    date_order: Literal["day_first", "month_first"] | None = Field(
        default=None, description="How 03/04/2024 is meant; None: such dates are refused as ambiguous."
    )
    unplaced_words: Literal["unknown", "quarantine"] = "unknown"
    tables: tuple[MapTable, ...] = Field(min_length=1)
    personal: tuple[str, ...] = Field(
        default=(), description="Headings of columns about persons: dropped unread, never screened or loaded."
    )
    ignored: tuple[str, ...] = Field(default=(), description="Headings that are screened and not loaded.")
    ignored_sheets: Pattern = SIDE_SHEETS

    @model_validator(mode="after")
    def _fields_exist(self) -> "RegisterMap":
        spec = dataset_spec(self.dataset)
        for table in self.tables:
            entity = spec.entity(table.entity)
            for name in (*(column.field for column in table.columns), *table.constants, *table.ref_from):
                if name != MEASURE_TEXT and field_column(self.dataset, entity, name) is None:
                    raise ValueError(f"map {self.name}: {table.entity} has no field {name!r}")
            loaded = {folded(title) for column in table.columns for title in column.headings}
            if loaded & {folded(title) for title in (*self.personal, *self.ignored)}:
                raise ValueError(f"map {self.name}: a heading is loaded and also personal or ignored")
            for column in table.columns:
                target = field_column(self.dataset, entity, column.field)
                allowed = (target.values or target.words) if target else None
                if allowed and (strange := sorted(set(column.words.values()) - set(allowed))):
                    raise ValueError(f"map {self.name}: {column.field} has no word {', '.join(strange)}")
        return self


def field_column(dataset: str, entity: Entity, name: str) -> Column | None:
    """The spec's column for a map's field name, in its own entity or, as 'sites.role', in another; None when none."""
    other, dot, column_name = name.rpartition(".")
    owner = dataset_spec(dataset).entity(other) if dot and other in ("sites", "measures") else entity
    return next((column for column in owner.columns if column.name == column_name and not column.derived), None)


@dataclass(frozen=True)
class Placed:
    """A table found in a grid: the row of its headings (from 0) and what each column is."""

    grid: Grid
    table: MapTable
    heading_row: int
    headings: tuple[str, ...]
    columns: Mapping[int, MapColumn]
    personal: frozenset[int]
    ignored: frozenset[int]
    unknown: tuple[int, ...]

    @property
    def first_row(self) -> int:
        """Index of the first row below the headings."""
        return self.heading_row + 1


def load_maps(folder: Path | None = None) -> list[RegisterMap]:
    """The maps of ``folder`` (a home's own), then those shipped, then the templates of all user-supplied datasets.

    A map of the home takes the place of the shipped one of its name. ConfigurationError names an unreadable document.
    """
    own = [_read(path) for path in sorted(folder.glob("*.y*ml"))] if folder and folder.is_dir() else []
    names = {one.name for one in own}
    return [*own, *(one for one in _shipped() if one.name not in names)]


@cache
def _shipped() -> tuple[RegisterMap, ...]:
    records = [spec.name for spec in dataset_specs().values() if spec.kind == "record"]
    return (*(_read(path) for path in sorted(SHIPPED.glob("*.yaml"))), *map(_template, records))


def _template(dataset: str) -> RegisterMap:
    tables = [
        {"entity": entity.name, "sheets": re.escape(sheet_title(entity)), "from_spec": True}
        for entity in dataset_spec(dataset).entities
        if not entity.derived
    ]
    return RegisterMap.model_validate(
        {"map": dataset, "title": f"Evenhand's template of {dataset}", "dataset": dataset, "tables": tables,
         "unplaced_words": "quarantine"}
    )  # fmt: skip


def _read(path: Path) -> RegisterMap:
    try:
        return RegisterMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:  # pydantic's own text would repeat the document
        said = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise ConfigurationError(f"the column map {path.name} can't be used: {said}") from None
    except (yaml.YAMLError, ValueError, KeyError) as error:
        raise ConfigurationError(f"the column map {path.name} can't be used: {error}") from error


@cache
def shared_words() -> Mapping[str, Mapping[str, str]]:
    """Words that registers commonly use, by field: the register's word, folded, and Evenhand's."""
    document = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {field: {folded(theirs): ours for theirs, ours in words.items()} for field, words in document.items()}


def columns_of(table: MapTable, dataset: str) -> tuple[MapColumn, ...]:
    """The table's columns; those of the template where the map says so."""
    if not table.from_spec:
        return table.columns
    entity = dataset_spec(dataset).entity(table.entity)
    return (
        *table.columns,
        *(MapColumn(field=column.name, headings=headings(column)) for column in template_columns(entity)),
    )


def place_tables(chosen: RegisterMap, grids: Sequence[Grid], name: str) -> list[Placed]:
    """Every table of the file; FileRefused names the sheet or column that the map does not describe."""
    placed: list[Placed] = []
    for grid in grids:
        if not any(any(row) for row in grid.rows) or re.fullmatch(chosen.ignored_sheets, clean(grid.sheet), re.I):
            continue
        found = _best_table(chosen, grid)
        if found is None and grid.is_hidden:
            continue
        if found is None:
            raise FileRefused(
                f"{name}: {place_of(grid)} has no headings that the map {chosen.name} knows. Nothing of the file was "
                "loaded. Describe the sheet in the map, or name it under ignored_sheets."
            )
        if found.unknown:
            at = ", ".join(column_letter(index) for index in found.unknown)
            raise FileRefused(
                f"{name}: {place_of(grid)}, row {found.heading_row + 1}: the map {chosen.name} does not know the "
                f"headings in columns {at}. Nothing of the file was loaded. Rename or remove them, or name them in the "
                "map (`evenhand log map` proposes one)."
            )
        placed.append(found)
    if not placed:
        raise NotOfThisDataset(f"{name}: no sheet holds anything that the map {chosen.name} knows")
    _refuse_twice(placed, name)
    return placed


def choose_map(maps: Iterable[RegisterMap], grids: Sequence[Grid], dataset: str | None = None) -> RegisterMap | None:
    """The map under which most headings of the file are known and fewest are not; None when none fits."""
    best, top = None, 0.0
    for candidate in maps:
        if dataset is not None and candidate.dataset != dataset:
            continue
        score = _fit(candidate, grids)
        if score > top:
            best, top = candidate, score
    return best


def place_of(grid: Grid) -> str:
    """'sheet 2' or 'the file'; never the sheet's name, which may hold a person's."""
    return f"sheet {grid.position}" if grid.sheet else "the file"


def _fit(candidate: RegisterMap, grids: Sequence[Grid]) -> float:
    known = unknown = 0
    seen: set[str] = set()
    for grid in grids:
        if re.fullmatch(candidate.ignored_sheets, clean(grid.sheet), re.I):
            continue
        found = _best_table(candidate, grid)
        if found is not None:
            known += len(found.columns) + len(found.personal) + len(found.ignored)
            unknown += len(found.unknown)
            seen.add(found.table.entity)
    return known - 1.5 * unknown if seen else 0.0


def _best_table(chosen: RegisterMap, grid: Grid) -> Placed | None:
    """The table and heading row under which most headings of the grid are known, with all that the table needs."""
    best: Placed | None = None
    for table in chosen.tables:
        if grid.sheet and not re.fullmatch(table.sheets, clean(grid.sheet), re.I):
            continue
        for found in _placements(chosen, table, grid):
            if _has_what_it_needs(chosen, found) and (best is None or _score(found) > _score(best)):
                best = found
    return best


def _score(found: Placed) -> tuple[int, int]:
    return len(found.columns) - len(found.unknown), -found.heading_row


def _placements(chosen: RegisterMap, table: MapTable, grid: Grid) -> Iterator[Placed]:
    known = _known_headings(chosen, table)
    first = chosen.heading_rows - 1
    for index in range(first, min(len(grid.rows), ROWS_SEARCHED)):
        titles = headings_at(grid, index, chosen.heading_rows)
        columns: dict[int, MapColumn] = {}
        personal, ignored, unknown = set(), set(), []
        for at, title in enumerate(titles):
            what = known.get(folded(title)) if title else None
            if isinstance(what, MapColumn):
                columns[at] = what
            elif what == "personal":
                personal.add(at)
            elif what == "ignored":
                ignored.add(at)
            elif title:
                unknown.append(at)
        if columns:
            yield Placed(grid, table, index, titles, columns, frozenset(personal), frozenset(ignored), tuple(unknown))


def _known_headings(chosen: RegisterMap, table: MapTable) -> Mapping[str, "MapColumn | str"]:
    known: dict[str, MapColumn | str] = {}
    for title in (*chosen.ignored, SAYS):
        known[folded(title)] = "ignored"
    for title in chosen.personal:
        known[folded(title)] = "personal"
    for column in columns_of(table, chosen.dataset):
        for title in column.headings:
            known[folded(title)] = column
    return known


def headings_at(grid: Grid, index: int, heading_rows: int) -> tuple[str, ...]:
    """Headings of a row, no trailing blanks; with two heading rows 'group: heading', a merged group reaching right."""
    row = [clean(cell) for cell in grid.rows[index]]
    if heading_rows == 2:
        above = [clean(cell) for cell in grid.rows[index - 1]]
        above += [""] * (len(row) - len(above))
        group = ""
        for at, title in enumerate(row):
            group = above[at] or group
            row[at] = f"{group}: {title}" if group and title and title != SAYS else title or above[at]
    while row and not row[-1]:
        row.pop()
    return tuple(row)


def _has_what_it_needs(chosen: RegisterMap, found: Placed) -> bool:
    """Whether every field without which a row means nothing is a column, a constant, or can be made."""
    entity = dataset_spec(chosen.dataset).entity(found.table.entity)
    given = {column.field for column in found.columns.values()} | set(found.table.constants)
    if found.table.ref_from and given.issuperset(found.table.ref_from):
        given.add("project_ref")
    needed = {column.name for column in entity.columns if is_required(column)} - {"role"}
    return needed <= given and len(found.columns) > len(found.unknown)


def _refuse_twice(placed: Sequence[Placed], name: str) -> None:
    for found in placed:
        fields = [column.field for column in found.columns.values()]
        twice = {field for field in fields if fields.count(field) > 1 and "." not in field and field != MEASURE_TEXT}
        if twice:
            raise FileRefused(f"{name}: {place_of(found.grid)}: more than one column gives {', '.join(sorted(twice))}")
