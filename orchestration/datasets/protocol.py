"""What a dataset's folder must offer, and the values that pass between its parser and the rest.

Belongs here: the parser's contract. Does not: reading bytes (reading.py, worksheets.py) or judging rows (validation).

A folder ``datasets/<name>/`` holds ``dataset.yaml`` (the spec), ``parse.py`` with ``parse(source) -> Parsed`` and
``synthesise.py`` with ``synthesise(world) -> Iterable[SyntheticFile]``. Where the publisher has an API whose lists say
what there is to ask for, it also holds ``discover.py`` with ``addresses(rule, read) -> Iterable[str]``, and
``synthesise.py`` offers ``synthesise_lists(world)``, the simulated lists.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # pandas is heavy: parsers import it, the contract does not
    import pandas as pd

    from orchestration.catalogue.models import Discovery
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
    ``read = rows of frame + malformed + sum(ignored)``. ``places`` says where a row stood ('sheet 2, row 7') when its
    number does not.
    """

    frame: "pd.DataFrame"
    read: int
    ignored: Mapping[str, int] = field(default_factory=dict)
    malformed: tuple[Malformed, ...] = ()
    places: Mapping[int, str] = field(default_factory=dict)


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
    the page says, ``published_on`` when the link appears. ``address`` is set when no page links to it: the full
    address, query and all, at which the publisher's API answers with it.
    """

    name: str
    content: bytes
    page: str
    link_text: str
    published_on: date
    address: str | None = None


Parser = Callable[[SourceFile], Parsed]
JsonReader = Callable[[str], object]  # address of an API's list -> what json.loads makes of it; SourceUnavailable
Lister = Callable[["Discovery", JsonReader], Iterable[str]]


def parser_of(dataset: str) -> Parser:
    """The ``parse`` function of a dataset's folder."""
    parse: Parser = import_module(f"orchestration.datasets.{dataset}.parse").parse
    return parse


def synthesiser_of(dataset: str) -> "Callable[[World], Iterable[SyntheticFile]]":
    """The ``synthesise`` function of a dataset's folder."""
    synthesise: Callable[[World], Iterable[SyntheticFile]]
    synthesise = import_module(f"orchestration.datasets.{dataset}.synthesise").synthesise
    return synthesise


def lister_of(dataset: str) -> Lister | None:
    """The ``addresses`` function of a dataset's folder, when its publisher has an API whose lists it reads."""
    name = f"orchestration.datasets.{dataset}.discover"
    if find_spec(name) is None:
        return None
    addresses: Lister = import_module(name).addresses
    return addresses


def synthetic_lists_of(dataset: str, world: "World") -> "Iterable[SyntheticFile]":
    """The simulated lists that the dataset's ``discover.py`` reads; nothing for a dataset without one."""
    module = import_module(f"orchestration.datasets.{dataset}.synthesise")
    lists: Iterable[SyntheticFile] = module.synthesise_lists(world) if hasattr(module, "synthesise_lists") else ()
    return lists
