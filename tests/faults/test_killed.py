"""Fault catalogue, processes: a refresh that is killed at its worst moments, and the one after it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support_home import EXECUTABLE, copied, evenhand, home_environment, released, staged_again

from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.publication.release import current_release, read_manifest, releases, verify_files
from orchestration.refresh.lock import holder

PATIENCE = 600
PAUSE = 0.02
SWAP = """
import os, signal, sys
from pathlib import Path
from orchestration.home import Home
from orchestration.publication import release as steps

real = Path.replace

def dies(self, target):
    if Path(target).name == "current":
        if sys.argv[3] == "after":
            real(self, target)
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)

Path.replace = dies
home, folder = Home(Path(sys.argv[1])), Path(sys.argv[2])
steps.verify_staging(home, folder, fingerprint=sys.argv[4], run_id="killed")
steps.release(home, folder)
"""


@pytest.fixture(scope="module")
def unbuilt(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo's archive, lake and inbox in a home that has built and published nothing."""
    home = copied(demo, tmp_path_factory.mktemp("unbuilt") / "home")
    home.current.unlink()
    shutil.rmtree(home.releases)
    home.releases.mkdir()
    home.candidate.unlink()
    shutil.rmtree(home.build / "dbt" / "run")
    return home


@pytest.fixture
def home(unbuilt: Home, tmp_path: Path) -> Home:
    return copied(unbuilt, tmp_path / "home")


def killed_when(home: Home, has_come: Callable[[Home], bool]) -> None:
    """Start a refresh and kill its whole process group at the moment."""
    process = subprocess.Popen(
        [str(EXECUTABLE), "refresh", "--offline"],
        env=home_environment(home.root),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + PATIENCE
        while not has_come(home):
            assert process.poll() is None, "the refresh ended before the moment came"
            assert time.monotonic() < end, "the moment did not come"
            time.sleep(PAUSE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_in_dbt_build(home: Home) -> bool:
    """dbt writes tables into the candidate: its file or its log has grown beyond an empty database."""
    paths = (home.candidate, home.candidate.with_suffix(".duckdb.wal"))
    return sum(path.stat().st_size for path in paths if path.exists()) > 200_000


def is_in_export(home: Home) -> bool:
    """Some marts are staged, the published database is not finished."""
    staged = list(home.releases.glob(".staging-*/marts/*.parquet"))
    return len(staged) >= 3 and not list(home.releases.glob(".staging-*/receipts/*.json"))


def is_before_release(home: Home) -> bool:
    """All is judged; only the swap is left."""
    return bool(list(home.releases.glob(".staging-*/data_docs/index.html")))


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(is_in_dbt_build, id="dbt-build"),
        pytest.param(is_in_export, id="export"),
        pytest.param(is_before_release, id="before-release"),
    ],
)
def test_p01_a_refresh_after_a_kill_gives_the_release_of_an_undisturbed_run(
    home: Home, demo: Home, moment: Callable[[Home], bool]
) -> None:
    killed_when(home, moment)
    assert current_release(home) is None
    assert holder(home) is None
    done = evenhand(home.root, "refresh", "--offline")
    assert done.returncode == ExitCode.OK, done.stdout[-3000:] + done.stderr[-3000:]
    assert read_manifest(released(home))["identity"] == read_manifest(released(demo))["identity"]
    assert verify_files(released(home)) == []
    assert list(home.releases.glob(".staging-*")) == []
    again = evenhand(home.root, "refresh", "--offline")
    assert "nothing is new" in again.stdout


@pytest.fixture
def served(demo: Home, tmp_path: Path) -> tuple[Home, Path]:
    """A home that serves a release and has the same content staged again."""
    home = copied(demo, tmp_path / "home")
    return home, staged_again(home)


@pytest.mark.parametrize("when", ["before", "after"])
def test_p06_a_kill_around_the_swap_leaves_a_whole_release_served(served: tuple[Home, Path], when: str) -> None:
    home, folder = served
    old = released(home)
    known = read_manifest(old)
    arguments = [str(home.root), str(folder), when, known["fingerprint"]]
    done = subprocess.run([sys.executable, "-c", SWAP, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (released(home) == old) is (when == "before")
    assert read_manifest(released(home))["identity"] == known["identity"]
    assert verify_files(released(home)) == []
    again = evenhand(home.root, "refresh", "--offline")
    assert again.returncode == ExitCode.OK, again.stdout + again.stderr
    assert "nothing is new" in again.stdout
    assert read_manifest(released(home))["identity"] == known["identity"]
    assert {verify == [] for verify in map(verify_files, releases(home))} == {True}
