"""One release made from real publications by the command line, and the table that every backtest adds to.

With EVENHAND_BACKTEST_HOME the release that this home serves is used instead; what only a first run can show is then
skipped by name.
"""

import os
from pathlib import Path

import pytest
from support_figures import Figures
from support_release import RealRelease, evenhand

from orchestration.home import Home
from orchestration.publication.release import current_release

TABLE = pytest.StashKey[Figures]()


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
def figures(request: pytest.FixtureRequest) -> Figures:
    """The table; it is printed when the session ends."""
    request.config.stash[TABLE] = Figures()
    return request.config.stash[TABLE]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of figures."""
    table = config.stash.get(TABLE, None)
    if table is not None and table.rows:
        terminalreporter.section("figures that publishers have published, rebuilt")
        for line in table.lines():
            terminalreporter.write_line(line)
