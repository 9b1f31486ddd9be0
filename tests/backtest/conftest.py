"""One release made from real publications by the command line, and the table that every backtest adds to.

With EVENHAND_BACKTEST_HOME the release that this home serves is used instead; what only a first run can show is then
skipped by name.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support_figures import Figures

from orchestration.home import Home
from orchestration.publication.release import current_release

TABLE = pytest.StashKey[Figures]()
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


@pytest.fixture(scope="session")
def real_release(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RealRelease:
    """A release of everything in the folder of real publications."""
    served = os.environ.get("EVENHAND_BACKTEST_HOME")
    account = None
    if served:
        home = Home(Path(served).resolve())
    else:
        home = Home(tmp_path_factory.mktemp("real") / "home")
        done = evenhand(home, "refresh", "--from", str(real_data))
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        account = done.stdout
    folder = current_release(home)
    assert folder is not None, f"{home.root} serves no release"
    return RealRelease(home, folder, real_data, account)


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """The table; it is printed when the session ends."""
    request.config.stash[TABLE] = Figures()
    yield request.config.stash[TABLE]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of figures."""
    table = config.stash.get(TABLE, None)
    if table is not None and table.rows:
        terminalreporter.section("figures that publishers have published, rebuilt")
        for line in table.lines():
            terminalreporter.write_line(line)
