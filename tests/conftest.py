"""Fixtures that every kind of test may use."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from support_home import evenhand
from xdist.scheduler import LoadFileScheduling

from orchestration.home import Home
from orchestration.refresh.build import CANDIDATE_NOTE, code_fingerprint

ROOT = Path(__file__).resolve().parent.parent
NO_REAL_DATA = "real publications are not at hand"
NO_REFERENCES = "reference tables are not at hand"
REFERENCES = ROOT.parent / "shared" / "data" / "golden"
BACKTESTS = "tests/backtest/"


class ByFile(LoadFileScheduling):
    """Tests of a file run in one process, in their order; so do all backtests, which share one release."""

    def _split_scope(self, nodeid: str) -> str:
        return BACKTESTS if nodeid.startswith(BACKTESTS) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How tests are dealt out to processes."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real publications; the test is skipped by name where it is not at hand."""
    folder = Path(os.environ.get("EVENHAND_REAL_DATA", ROOT.parent / "shared" / "data" / "published"))
    if not (folder / "PROVENANCE.tsv").is_file():
        pytest.skip(f"{NO_REAL_DATA} (set EVENHAND_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def references() -> Path:
    """The folder of golden tables beside the project; the test is skipped by name where it is not at hand."""
    if not REFERENCES.is_dir():
        pytest.skip(f"{NO_REFERENCES} (../shared/data/golden)")
    return REFERENCES


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home that `evenhand demo` leaves, with what it printed in demo.out; tests copy it before they change it.

    Where EVENHAND_FINISHED_DEMO names such a home, made by the code under test, it is copied instead of made anew.
    Processes of one test run make one and copy it.
    """
    root = tmp_path_factory.mktemp("home") / "demo"
    if finished := os.environ.get("EVENHAND_FINISHED_DEMO"):
        return moved_demo(Path(finished), root)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return made_demo(root)
    shared = tmp_path_factory.getbasetemp().parent / "demo"
    with FileLock(f"{shared}.lock"):
        if not (shared / "demo.out").exists():
            made_demo(shared)
    return moved_demo(shared, root)


def made_demo(root: Path) -> Home:
    """A new demo at ``root``; AssertionError with what it printed when it fails."""
    done = evenhand(root, "demo")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    (root / "demo.out").write_text(done.stdout, encoding="utf-8")
    return Home(root)


def moved_demo(finished: Path, root: Path) -> Home:
    """A finished demo at ``root``, as if it had been made there; AssertionError when other code has made it."""
    home = Home(root)
    shutil.copytree(finished, root, symlinks=True)
    made_by = json.loads((home.build / CANDIDATE_NOTE).read_text(encoding="utf-8"))["code"]
    assert made_by == code_fingerprint(), f"{finished} was made by other code; run `evenhand demo` again"
    printed = (root / "demo.out").read_text(encoding="utf-8")
    (root / "demo.out").write_text(printed.replace(str(finished), str(root)), encoding="utf-8")
    return home


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With EVENHAND_NO_SKIPS=1 a test that was skipped for want of anything but other people's data fails the run."""
    if unexpected_skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skipped tests that fail the run."""
    for report in unexpected_skips(terminalreporter.config):
        terminalreporter.write_line(f"EVENHAND_NO_SKIPS: {report.nodeid} must run here, but was skipped", red=True)


def unexpected_skips(config: pytest.Config) -> list[pytest.TestReport]:
    """Reports of skipped tests that EVENHAND_NO_SKIPS=1 does not allow; none when it is not set."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("EVENHAND_NO_SKIPS") != "1" or reporter is None:
        return []
    allowed = (NO_REAL_DATA, NO_REFERENCES)
    skipped = reporter.stats.get("skipped", [])
    return [report for report in skipped if not any(reason in str(report.longrepr) for reason in allowed)]
