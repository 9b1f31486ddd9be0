"""Disclosure control of counts of people before anything is written for readers.

Belongs here: the rule (counts of people 1 to 7 hidden, the rest rounded to 5) as SQL, and the check that it was kept.
Does not: aggregates that publishers have already protected; they pass untouched.

Source of the rule: NHS England's disclosure control for secondary care data since September 2018; see
docs/disclosure.md.
"""

from typing import TYPE_CHECKING

from orchestration.publication.marts import Mart, MartColumn

if TYPE_CHECKING:
    import duckdb

LARGEST_HIDDEN = 7
ROUNDED_TO = 5
SIGNIFICANT_DIGITS = 12
SHARE_DECIMALS = 2


def protected_select(mart: Mart, source: str) -> str:
    """SQL that reads ``source`` in key order with counts of people protected and floats to 12 significant digits.

    A count of people from 1 to 7 becomes NULL and its ``<name>_status`` suppressed; others go to nearest 5. A 0 stays,
    unless the column says that nobody is hidden like few.
    """
    columns = ",\n    ".join(f"{_expression(mart, column)} as {column.name}" for column in mart.columns)
    return f"select\n    {columns}\nfrom {source} as unprotected\norder by {', '.join(mart.key)}"


def _expression(mart: Mart, column: MartColumn) -> str:
    name = f"unprotected.{column.name}"
    hiding = _hiding(mart, column.name)
    if column.counts_people:
        rounded = f"round({name} / {ROUNDED_TO}.0) * {ROUNDED_TO}"
        return f"cast(case when {_is_small(column, name)} then null else {rounded} end as {column.data_type})"
    if column.hidden_with:
        small = _is_small(mart.column(column.hidden_with), f"unprotected.{column.hidden_with}")
        return f"case when {small} then null else round({name}, {SHARE_DECIMALS}) end"
    if hiding:
        small = _is_small(mart.column(hiding), f"unprotected.{hiding}")
        return f"case when {small} then 'suppressed' else {name} end"
    if column.data_type.casefold() == "double":
        digits = f"cast({SIGNIFICANT_DIGITS - 1} - floor(log10(abs({name}))) as integer)"
        return f"case when {name} = 0 or not isfinite({name}) then {name} else round({name}, {digits}) end"
    return f"cast({name} as {column.data_type})"


def _hiding(mart: Mart, status: str) -> str | None:
    """The count of people that decides whether the column of this status is hidden; None when it is no such status."""
    for column in mart.columns:
        if status == f"{column.name}_status" and (column.counts_people or column.hidden_with):
            return column.hidden_with or column.name
    return None


def _is_small(column: MartColumn, name: str) -> str:
    """SQL of whether a count is hidden: NULL counts as neither."""
    return f"{name} {'>' if column.shows_zero else '>='} 0 and {name} <= {LARGEST_HIDDEN}"


def disclosures(con: "duckdb.DuckDBPyConnection", mart: Mart, source: str) -> list[str]:
    """What in ``source`` breaks the rule, in words without values; an empty list when nothing does."""
    found = []
    names = {column.name for column in mart.columns}
    for name in mart.people_columns:
        small_count = _is_small(mart.column(name), name)
        query = (
            f"select count(*) filter (where {small_count}), count(*) filter (where {name} % {ROUNDED_TO} <> 0) "
            f"from {source}"
        )
        small, unrounded = con.execute(query).fetchall()[0]
        if small or unrounded:
            found.append(f"{mart.name}.{name}: {small} cells of 1 to {LARGEST_HIDDEN}, {unrounded} not rounded")
        if f"{name}_status" not in names:
            found.append(f"{mart.name}.{name} has no {name}_status column to say what was hidden")
    return found + _shown_shares(con, mart, source)


def _shown_shares(con: "duckdb.DuckDBPyConnection", mart: Mart, source: str) -> list[str]:
    """Shares that stand beside a count that was hidden."""
    found = []
    names = {column.name for column in mart.columns}
    for column in mart.columns:
        status = f"{column.hidden_with}_status"
        if column.hidden_with and status in names:
            query = f"select count(*) from {source} where {status} = 'suppressed' and {column.name} is not null"
            if shown := con.execute(query).fetchall()[0][0]:
                found.append(f"{mart.name}.{column.name}: {shown} shares of a hidden {column.hidden_with}")
    return found
