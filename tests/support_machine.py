"""What a test does where the machine lacks something: skip by name, or fail where it must be there."""

import os
from typing import NoReturn

import pytest


def unavailable(what: str) -> NoReturn:
    """Skip by name; fail where CI=true, for there `.ci/run` provides everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
