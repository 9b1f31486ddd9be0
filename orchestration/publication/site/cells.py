"""What a table of the site is.

Belongs here: the shape that sections and summaries fill and the templates print. Does not: rows or words of any table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A table cell: its text and a quieter second line (an interval)."""

    text: str
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """A table column."""

    label: str
    is_numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its heading.

    ``summary`` is what a closed fold shows in place of the caption.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    summary: str = ""
