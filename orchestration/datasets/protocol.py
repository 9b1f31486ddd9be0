"""What a dataset's folder must offer, and the values that pass between its parser and the rest.

Belongs here: the parser's contract. Does not: reading bytes (reading.py) or judging rows (validation).

A folder ``datasets/<name>/`` holds ``dataset.yaml`` (the spec), ``parse.py`` with ``parse(source) -> Parsed`` and
``synthesise.py`` with ``synthesise(world) -> Iterable[SyntheticFile]``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # pandas is heavy: parsers import it, the contract does not
    import pandas as pd

    from orchestration.simulation.world import World

ReleaseStatus = Literal["provisional", "final", "revised"]


@dataclass(frozen=True)
class SourceFile:
    """Bytes on disk and the name under which the publisher issued them."""

    path: Path
    name: str


@dataclass(frozen=True)
class Malformed:
    """A record that cannot become a row of the table; it is quarantined as it is."""

    source_row: int
    rule: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of one entity as published: text cells under the spec's column names, None for an empty cell.

    ``frame`` has one text column per spec column and an integer ``source_row`` (record number in the file or sheet,
    the header counted). ``read`` counts all records of the file that concern this entity, so that
    ``read = rows of frame + malformed + sum(ignored)``.
    """

    frame: "pd.DataFrame"
    read: int
    ignored: Mapping[str, int] = field(default_factory=dict)
    malformed: tuple[Malformed, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """What one file says: its layout, the period it covers and a table per entity it holds."""

    layout: str
    tables: Mapping[str, Table]
    period_start: date
    period_end: date
    period_label: str
    published_on: date | None = None
    release_status: ReleaseStatus = "final"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SyntheticFile:
    """A generated file in a publisher's layout; ``name`` starts with SYNTHETIC.

    ``page`` is the path of the landing page that links to it (the publisher groups links by page), ``link_text`` what
    the page says, ``published_on`` when the link appears.
    """

    name: str
    content: bytes
    page: str
    link_text: str
    published_on: date


Parser = Callable[[SourceFile], Parsed]


def parser_of(dataset: str) -> Parser:
    """The ``parse`` function of a dataset's folder."""
    parse: Parser = import_module(f"orchestration.datasets.{dataset}.parse").parse
    return parse


def synthesiser_of(dataset: str) -> "Callable[[World], Iterable[SyntheticFile]]":
    """The ``synthesise`` function of a dataset's folder."""
    synthesise: Callable[[World], Iterable[SyntheticFile]]
    synthesise = import_module(f"orchestration.datasets.{dataset}.synthesise").synthesise
    return synthesise
