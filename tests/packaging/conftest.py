"""A whole, current release of the simulated NHS for readers of every kind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.demo import demo_home
from orchestration.home import Home
from orchestration.publication.release import current_release, verify_files
from orchestration.refresh.build import build_is_needed

TAIL = 4000


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release: what `make demo` left when it is whole and of this very code, else a demo of our own."""
    home = demo_home()
    folder = current_release(home)
    if folder and not verify_files(folder) and not build_is_needed(home):
        return folder
    own = Home(tmp_path_factory.mktemp("home") / "demo")
    done = subprocess.run(
        [str(Path(sys.executable).parent / "evenhand"), "demo"],
        env={**os.environ, "EVENHAND_DEMO_HOME": str(own.root)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-TAIL:] + done.stderr[-TAIL:]
    made = current_release(own)
    assert made is not None
    return made
