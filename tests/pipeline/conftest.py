"""One published home of the simulated NHS, shared by every pipeline test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home import Home


def evenhand(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on a home, as a user would; never fails by itself."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "evenhand"), *arguments],
        env={**os.environ, "EVENHAND_HOME": str(home), "EVENHAND_DEMO_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home that `evenhand demo` leaves; tests must not change it (copy it first)."""
    root = tmp_path_factory.mktemp("home") / "demo"
    done = evenhand(root, "demo")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    (root / "demo.out").write_text(done.stdout, encoding="utf-8")
    return Home(root)
