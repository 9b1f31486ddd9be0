"""Stand-in for dbt's ``adapter``: dispatch gives a macro that names a table."""

from collections.abc import Callable


def dispatch(name: str, package: str) -> Callable[..., str]:
    """A macro that renders as a table of the macro's arguments."""
    return lambda *arguments: "_".join((package, name, *map(str, arguments)))
