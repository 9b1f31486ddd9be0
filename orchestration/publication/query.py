"""Query the published marts safely.

Belongs here: a read-only connection with nothing else in reach. Does not: formatting.
"""

from typing import Any

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.publication.release import current_release
from orchestration.publication.stage import DATABASE


def run_query(home: Home, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of ``query`` on the current release; UsageError with DuckDB's message when it is refused.

    The database is read-only, external access is off and the configuration is locked.
    """
    import duckdb

    if not query.strip():
        raise UsageError("the query is empty; try: select measure_id, count(*) from outcome_trends group by all")
    folder = current_release(home)
    if folder is None:
        raise UsageError("nothing is published yet; run `evenhand refresh` or `evenhand demo`")
    try:
        with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
            con.execute("set enable_external_access = false")
            con.execute("set autoload_known_extensions = false")
            con.execute("set schema = 'marts'")
            con.execute("set lock_configuration = true")
            result = con.execute(query)
            return [column[0] for column in result.description or ()], result.fetchall()
    except duckdb.Error as error:
        raise UsageError(str(error)) from error
