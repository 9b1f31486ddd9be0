"""Read the tables of the Quality and Outcomes Framework: each alone, or a year's zip of them.

Belongs here: telling the tables apart by their headings, the year from names (no column has it), the network code that
means none. Does not: adding practices up, or choosing conditions (dbt).
"""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import financial_year_bounds, financial_year_label, financial_years_in
from orchestration.datasets.protocol import Parsed, SourceFile, Table
from orchestration.datasets.reading import (
    HEADING_BYTES,
    Opener,
    first_headings,
    is_reissue,
    is_zip,
    members_of,
    read_large,
)
from orchestration.errors import FileRefused, NotOfThisDataset

if TYPE_CHECKING:
    import pandas as pd

HEADINGS: Mapping[str, frozenset[str]] = {
    "prevalence": frozenset({"PRACTICE_CODE", "GROUP_CODE", "REGISTER"}),
    "geographies": frozenset({"PRACTICE_CODE", "PRACTICE_NAME", "REGION_ODS_CODE"}),
    "indicators": frozenset({"INDICATOR_CODE", "INDICATOR_POINT_VALUE"}),
    "adjustments": frozenset({"INDICATOR_CODE", "PCA_EXCL_NAME"}),
    "maximum_points": frozenset({"PRACTICE_CODE", "REVISED_MAXIMUM_POINTS"}),
    "validation_outcomes": frozenset({"PRACTICE_CODE", "VALIDATION_RULE"}),
    "achievement": frozenset({"PRACTICE_CODE", "INDICATOR_CODE", "MEASURE", "VALUE"}),
}
IN_PARTS = "achievement"
LEFT_ALONE = ("NAT_ONS_CODE", "NAT_CODE", "COUNTRY")
NO_NETWORK = "U"


def parse(source: SourceFile) -> Parsed:
    """The tables of one financial year that the file holds, one row as published each."""
    if not is_zip(source):
        found = _sorted_by_table(source.name, {source.name: lambda: source.path.open("rb")})
        return _parse_tables(source.name, found, "table_csv")
    with zipfile.ZipFile(source.path) as archive:
        members = members_of(archive, ".csv")
        found = _sorted_by_table(source.name, {name: partial(archive.open, name) for name in members})
        used = {part for parts in found.values() for part in parts}
        unused = sorted(name for name in members if name.rpartition("/")[2] not in used)
        parsed = _parse_tables(source.name, found, "yearly_zip")
    return replace(parsed, notes=(*parsed.notes, f"files of no known table: {unused}")) if unused else parsed


def _sorted_by_table(name: str, parts: Mapping[str, Opener]) -> dict[str, dict[str, Opener]]:
    """Openers of the files of each table; refuses files of which none is a table, and a table that stands twice."""
    found: dict[str, dict[str, Opener]] = {}
    seen: list[str] = []
    for part, opener in sorted(parts.items()):
        with opener() as stream:
            headings = first_headings(stream.read(HEADING_BYTES), part)
        seen += headings[:4]
        for entity, wanted in HEADINGS.items():
            if wanted <= set(headings):
                found.setdefault(entity, {})[part.rpartition("/")[2]] = opener
                break
    if not found:
        raise NotOfThisDataset(f"{name}: no table of the framework; the headings begin with {seen[:6]}")
    for entity, members in found.items():
        if len(members) > 1 and entity != IN_PARTS:
            raise FileRefused(f"{name}: {sorted(members)} are all the table {entity!r}; a year has one")
    return found


def _parse_tables(name: str, found: Mapping[str, Mapping[str, Opener]], layout: str) -> Parsed:
    names = [name, *(part for members in found.values() for part in members)]
    year = _year_of(name, names)
    start, end = financial_year_bounds(year)
    tables: dict[str, Table] = {}
    notes: tuple[str, ...] = ()
    for entity, members in found.items():
        spec = dataset_spec("qof").entity(entity)
        table, heard = read_large([*members.items()], spec, left_alone=LEFT_ALONE)
        tables[entity] = _with_year(table, year, has_end=any(column.name == "period_end" for column in spec.columns))
        notes += heard
    notes += _finish(tables)
    label = financial_year_label(year)
    if layout == "table_csv":
        (entity,) = tables
        label, layout = f"{label} {entity}", "achievement_csv" if entity == IN_PARTS else layout
    return Parsed(
        layout=layout,
        tables=tables,
        period_start=start,
        period_end=end,
        period_label=label,
        release_status="revised" if any(is_reissue(part) for part in names) else "final",
        notes=tuple(dict.fromkeys(notes)),
    )


def _with_year(table: Table, year: int, *, has_end: bool) -> Table:
    """The table with its year in every row."""
    start, end = (day.isoformat() for day in financial_year_bounds(year))
    days = {"period_start": start, "period_end": end} if has_end else {"period_start": start}
    return replace(table, frame=table.frame.assign(**days))


def _finish(tables: dict[str, Table]) -> tuple[str, ...]:
    """Empty the network of practices in none; say what is odd and kept as published."""
    notes = []
    if "geographies" in tables:
        frame = tables["geographies"].frame
        is_in_none = frame["pcn_code"] == NO_NETWORK
        frame.loc[is_in_none, ["pcn_code", "pcn_name"]] = None
        if is_in_none.any():
            notes.append(f"{is_in_none.sum()} practices are in no primary care network (published as U)")
    if "prevalence" in tables and (larger := _larger_than_list(tables["prevalence"].frame)):
        notes.append(f"{larger} registers are larger than the list they are counted against; kept as published")
    return tuple(notes)


def _larger_than_list(frame: "pd.DataFrame") -> int:
    import pandas as pd

    register, size = (pd.to_numeric(frame[name], errors="coerce") for name in ("register", "practice_list_size"))
    return int((register > size).sum())


def _year_of(name: str, names: Iterable[str]) -> int:
    """Start of the one financial year that the names give: `2020-21`, `2020_2021`, `2021` for 2020-21."""
    starts = {start for text in names for start in financial_years_in(text)}
    if len(starts) != 1:
        seen = ", ".join(map(financial_year_label, sorted(starts))) or "no financial year"
        raise FileRefused(
            f"{name}: the year is in no column and the name gives {seen}; keep the publisher's name "
            "(PREVALENCE_2021.csv, QOF 2022-23 ….zip) and load the file again"
        )
    return starts.pop()
