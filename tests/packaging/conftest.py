"""A whole, current release of the simulated NHS for readers of every kind."""

from pathlib import Path

import pytest

from orchestration.demo import demo_home
from orchestration.home import Home
from orchestration.publication.release import current_release, verify_files
from orchestration.refresh.build import build_is_needed


@pytest.fixture(scope="session")
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of a release: what `make demo` left when it is whole and of this very code, else a demo of our own."""
    left = demo_home()
    folder = current_release(left)
    if folder and not verify_files(folder) and not build_is_needed(left):
        return folder
    own: Home = request.getfixturevalue("demo")
    made = current_release(own)
    assert made is not None
    return made
