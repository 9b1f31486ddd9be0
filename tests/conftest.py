"""Fixtures that every kind of test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real publications; the test is skipped by name where it is not at hand."""
    folder = Path(os.environ.get("EVENHAND_REAL_DATA", ROOT.parent / "shared" / "data" / "published"))
    if not (folder / "PROVENANCE.tsv").is_file():
        pytest.skip("real publications are not at hand (set EVENHAND_REAL_DATA)")
    return folder
