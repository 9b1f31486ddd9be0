"""Turn published text into typed rows by the spec, and send what does not fit to quarantine.

Belongs here: casting, null marks, the pandera schema made from a spec, duplicate keys. Does not: reading files, judging
a file as a whole, or any check that needs another dataset (dbt) or the published tables (expectations).
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pandera.pandas as pa

from orchestration.catalogue.models import Column, ColumnType, Entity, ValueStatus
from orchestration.datasets.protocol import Table

PANDAS_TYPES: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "object",
    ColumnType.INTEGER: "Int64",
    ColumnType.NUMBER: "float64",
    ColumnType.DATE: "datetime64[s]",
    ColumnType.BOOLEAN: "boolean",
}
INTEGER = r"[+-]?\d+(?:\.0+)?"
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]00:00:00)?"
BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True)
class Quarantined:
    """A row that was not loaded: where it stood, which rule it broke; the value only as a hash."""

    source_row: int
    rule: str
    column: str = ""
    value_hash: str = ""


@dataclass(frozen=True)
class Validated:
    """Typed rows and an account of the others: ``read = rows + quarantined_rows + sum(ignored)``."""

    frame: pd.DataFrame
    read: int
    quarantined: tuple[Quarantined, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)
    suppressed_cells: int = 0

    @property
    def quarantined_rows(self) -> int:
        """Number of distinct rows in quarantine (a row may break several rules)."""
        return len({row.source_row for row in self.quarantined})


def validate(entity: Entity, table: Table, references: Mapping[str, Set[str]] | None = None) -> Validated:
    """Typed rows of ``table`` that keep every rule of ``entity``; the rest is quarantined with rule and row.

    ``references`` maps a register's name to the codes it knows, for columns that must refer to it.
    """
    typed, faults = _cast(entity, table.frame)
    faults += [Quarantined(m.source_row, m.rule, m.column, _hash(m.value)) for m in table.malformed]
    faults += _schema_faults(entity, typed, references or {})
    typed = typed[~typed["source_row"].isin({fault.source_row for fault in faults})]
    typed, collapsed, conflicts = _resolve_duplicates(entity, typed)
    ignored = {**table.ignored, **({"exact_duplicate": collapsed} if collapsed else {})}
    suppressed = sum(
        int((typed[f"{c.name}_status"] == ValueStatus.SUPPRESSED).sum()) for c in entity.columns if c.marks
    )
    return Validated(typed.reset_index(drop=True), table.read, tuple(faults + conflicts), ignored, suppressed)


def _cast(entity: Entity, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Quarantined]]:
    """Columns of the entity in their types; a cell that is no such thing is a fault of its row."""
    data: dict[str, Any] = {}
    faults: list[Quarantined] = []
    rows = frame["source_row"].astype("int64")
    for column in entity.columns:
        text = frame[column.name].astype("object").where(frame[column.name].notna(), None)
        if column.marks:
            text, data_status = _read_marks(column, text)
        values, bad = _cast_column(column, text)
        faults += [
            Quarantined(int(row), f"type:{column.type}", column.name, _hash(str(value)))
            for row, value in zip(rows[bad], text[bad], strict=True)
        ]
        data[column.name] = values
        if column.marks:
            data[f"{column.name}_status"] = data_status
    return pd.DataFrame({**data, "source_row": rows}), faults


def _read_marks(column: Column, text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Cells without their null marks, and the status of each: a mark never becomes a zero."""
    status = text.map(lambda cell: column.marks.get(cell) if isinstance(cell, str) else None)
    blank = column.marks.get("", ValueStatus.MISSING_AT_SOURCE)
    marked = status.notna()
    filled = status.where(marked, np.where(text.isna(), str(blank), str(ValueStatus.VALUE)))
    return text.where(~marked, None), filled.map(str).astype("object")


def _cast_column(column: Column, text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Values in the column's type, and a mask of cells that could not be cast."""
    present = text.notna()
    if column.type is ColumnType.TEXT:
        return text.astype("object"), pd.Series(False, index=text.index)
    words = text.where(present, "").astype(str).str.strip()
    if column.type is ColumnType.BOOLEAN:
        mapped = words.str.casefold().map(BOOLEANS)
        return mapped.astype("boolean"), present & mapped.isna()
    if column.type is ColumnType.DATE:
        good = present & words.str.fullmatch(ISO_DATE)
        dates = pd.to_datetime(words.where(good).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        return dates.astype("datetime64[s]"), present & dates.isna()
    good = present & words.str.fullmatch(INTEGER if column.type is ColumnType.INTEGER else NUMBER)
    numbers = pd.to_numeric(words.where(good), errors="coerce").astype("float64")
    if column.type is ColumnType.INTEGER:
        return numbers.astype("Int64"), present & ~good
    return numbers, present & (~good | ~np.isfinite(numbers))


def schema_of(entity: Entity, references: Mapping[str, Set[str]]) -> pa.DataFrameSchema:
    """The pandera schema that the spec's entity stands for: types, bounds, patterns, lists, references, rules."""
    columns = {column.name: _column_schema(column, references) for column in entity.columns}
    checks = [pa.Check(_rule_check(rule.sql), error=f"rule:{rule.name}") for rule in entity.rules]
    return pa.DataFrameSchema(columns, checks=checks, strict=False, coerce=False, name=entity.name)


def _column_schema(column: Column, references: Mapping[str, Set[str]]) -> pa.Column:
    checks = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error="minimum"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error="maximum"))
    if column.pattern is not None:
        checks.append(pa.Check(_fullmatch(column.pattern), error="pattern"))
    if column.values is not None:
        checks.append(pa.Check.isin(column.values, error="values"))
    if column.words is not None:
        one = "(" + "|".join(column.words) + ")"
        checks.append(pa.Check(_fullmatch(f"{one}(;{one})*"), error="values"))
    if column.references is not None:
        known = references.get(column.references, frozenset())
        checks.append(pa.Check.isin(sorted(known), error=f"unknown_{column.references.removesuffix('s')}"))
    nullable = column.nullable or bool(column.marks)
    return pa.Column(PANDAS_TYPES[column.type], checks=checks, nullable=nullable, name=column.name)


def _fullmatch(pattern: str) -> Any:
    return lambda series: series.astype(str).str.fullmatch(pattern)


def _rule_check(sql: str) -> Any:
    """A row-wise check of a SQL boolean over the frame; NULL keeps the row (absence is judged per column)."""

    def check(frame: pd.DataFrame) -> pd.Series:
        with _database().cursor() as con:
            con.register("entity_rows", frame.assign(row_position=np.arange(len(frame))))
            query = f"select coalesce(({sql}), true) as is_kept from entity_rows order by row_position"
            kept = con.execute(query).fetchnumpy()["is_kept"]
        return pd.Series(kept, index=frame.index, dtype=bool)

    return check


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One empty database for all rules: to open one costs more than to judge a small file by it."""
    return duckdb.connect()


def _schema_faults(entity: Entity, typed: pd.DataFrame, references: Mapping[str, Set[str]]) -> list[Quarantined]:
    """Failure cases of the lazy pandera validation, one per row and rule."""
    if typed.empty:
        return []
    try:
        schema_of(entity, references).validate(typed, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return _faults_from(errors.failure_cases, typed)
    return []


def _faults_from(cases: pd.DataFrame, typed: pd.DataFrame) -> list[Quarantined]:
    broken = cases[cases["index"].isna()]
    if len(broken):
        raise TypeError(f"the schema itself failed: {broken.iloc[0].to_dict()}")
    faults: dict[tuple[int, str, str], Quarantined] = {}
    numbers = typed["source_row"].to_dict()  # one look-up in a frame costs more than a thousand in a dictionary
    for case in cases.itertuples():
        row = int(numbers[case.index])
        whole_row = str(case.check).startswith("rule:")
        column = "" if whole_row else str(case.column)
        rule = "missing" if case.check == "not_nullable" else str(case.check).removeprefix("rule:")
        value = "" if whole_row or rule == "missing" else _hash(str(case.failure_case))
        faults[row, rule, column] = Quarantined(row, rule, column, value)
    return list(faults.values())


def _resolve_duplicates(entity: Entity, typed: pd.DataFrame) -> tuple[pd.DataFrame, int, list[Quarantined]]:
    """Exact repeats collapse to their first row; rows that share a key and differ all go to quarantine (D03)."""
    key = list(entity.key)
    if not typed.duplicated(key).any():
        return typed, 0, []
    distinct = typed.drop_duplicates([name for name in typed.columns if name != "source_row"])
    conflicting = distinct.duplicated(key, keep=False)
    lost = typed.merge(distinct.loc[conflicting, key].drop_duplicates(), on=key)
    faults = [Quarantined(int(row), "duplicate_key", ",".join(key)) for row in lost["source_row"]]
    kept = distinct[~conflicting]
    return kept, len(typed) - len(kept) - len(faults), faults


def _hash(value: str) -> str:
    """First 16 hex digits of the value's sha256; empty for an empty value."""
    return sha256(value.encode()).hexdigest()[:16] if value else ""
