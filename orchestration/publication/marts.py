"""What the published marts are: read from dbt's manifest, the one home of their columns, keys and owners.

Belongs here: the allow-list of what may be published, with types and disclosure marks. Does not: their rows.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MartColumn:
    """A column of a mart.

    ``counts_people`` marks a count of people that disclosure control must protect, and ``shows_zero`` says whether
    nobody is shown as 0 or hidden like 1 to 7; ``hidden_with`` names the count whose share the column is: hidden when
    the count is, and shown to whole percents, so that it does not give it away.
    """

    name: str
    data_type: str
    description: str
    counts_people: bool = False
    hidden_with: str | None = None
    shows_zero: bool = True


@dataclass(frozen=True)
class Mart:
    """A published table: its grain, key (which is also its order), columns and owner."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[MartColumn, ...]
    owner: str
    group: str
    may_be_empty: bool

    @property
    def people_columns(self) -> tuple[str, ...]:
        """Columns under disclosure control."""
        return tuple(column.name for column in self.columns if column.counts_people)

    def column(self, name: str) -> MartColumn:
        """The column of this name; StopIteration when there is none."""
        return next(column for column in self.columns if column.name == name)


def read_marts(manifest: Path) -> tuple[Mart, ...]:
    """Marts of the dbt project in order of name; ValueError when one lacks key or columns."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    found = [_mart(node) for node in nodes if node["resource_type"] == "model" and node["fqn"][1] == "marts"]
    return tuple(sorted(found, key=lambda mart: mart.name))


def _mart(node: dict[str, Any]) -> Mart:
    meta = node["config"].get("meta", {})
    columns = tuple(_column(column) for column in node["columns"].values())
    key = tuple(meta.get("key", ()))
    if not key or not columns or set(key) - {column.name for column in columns}:
        raise ValueError(f"mart {node['name']}: config.meta.key must name columns of its contract")
    return Mart(
        name=node["name"],
        description=" ".join(node["description"].split()),
        key=key,
        columns=columns,
        owner=meta.get("owner", "team:evenhand"),
        group=node["fqn"][2],
        may_be_empty=bool(meta.get("may_be_empty", False)),
    )


def _column(column: dict[str, Any]) -> MartColumn:
    meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
    zero = meta.get("zero", "shown")
    if zero not in ("shown", "hidden"):
        raise ValueError(f"column {column['name']}: meta zero is shown or hidden, not {zero}")
    return MartColumn(
        name=column["name"],
        data_type=column["data_type"],
        description=column["description"],
        counts_people=bool(meta.get("counts_people", False)),
        hidden_with=meta.get("hidden_with"),
        shows_zero=zero == "shown",
    )
