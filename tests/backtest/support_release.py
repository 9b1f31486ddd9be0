"""A release of real publications as the backtests read it, and the command line as a user runs it.

Belongs here: queries over marts and lake. Does not: fixtures, figures, assertions.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.home import Home

LONGEST_RUN_SECONDS = 2400


@dataclass(frozen=True)
class RealRelease:
    """A published release of real data; ``account`` is what its first run printed, when it was made here."""

    home: Home
    folder: Path
    data: Path
    account: str | None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the published marts."""
        import duckdb

        with duckdb.connect(str(self.folder / "evenhand.duckdb"), read_only=True) as con:
            con.execute("set schema = 'marts'")
            return con.execute(query).fetchall()

    def lake(self, query: str, **tables: str) -> list[tuple[Any, ...]]:
        """Rows of a query in which ``{name}`` stands for the lake table ``dataset/entity`` of that keyword."""
        import duckdb

        sources = {name: f"read_parquet('{self.home.lake / table}/*.parquet')" for name, table in tables.items()}
        with duckdb.connect() as con:
            return con.execute(query.format(**sources)).fetchall()


def evenhand(home: Home, *arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the command line on a home, as a user would."""
    program = str(Path(sys.executable).parent / "evenhand")
    return subprocess.run(
        [sys.executable, *python, program, *arguments],
        env={**os.environ, "EVENHAND_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=LONGEST_RUN_SECONDS,
        check=False,
    )
