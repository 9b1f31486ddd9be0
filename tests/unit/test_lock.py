"""One writer at a time, and whoever must wait is told for whom."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.errors import ExitCode, LockedError
from orchestration.home import Home
from orchestration.refresh.lock import holder, writer_lock

HOLD = """
import sys
from pathlib import Path
from orchestration.home import Home
from orchestration.refresh.lock import writer_lock
with writer_lock(Home(Path(sys.argv[1])), "evenhand refresh"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(home: Home) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until the block ends."""
    command = [sys.executable, "-c", HOLD, str(home.root)]
    environment = {"SOURCE_DATE_EPOCH": "1750000000"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).create()


def test_the_lock_is_re_entrant_within_one_process_and_free_after_the_outermost_block(home: Home) -> None:
    with writer_lock(home, "evenhand refresh"):
        with writer_lock(home, "refresh job"):
            pass
        assert is_taken(home)
    assert not is_taken(home)


def is_taken(home: Home) -> bool:
    """Whether another process is refused the lock."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom orchestration.home import Home\n"
        "from orchestration.refresh.lock import holder\nsys.exit(holder(Home(Path(sys.argv[1]))) is not None)"
    )
    return bool(subprocess.run([sys.executable, "-c", code, str(home.root)], check=False).returncode)


def test_a_second_process_is_refused_and_told_who_holds_the_lock(home: Home) -> None:
    with another_process(home) as process:
        words = rf"evenhand refresh \(process {process.pid}, since 2025-06-15T15:06:40\+00:00\)"
        with pytest.raises(LockedError, match=words) as refused, writer_lock(home, "late"):
            pass
        assert refused.value.exit_code is ExitCode.LOCKED
        assert str(home.root) in str(refused.value)
        assert holder(home) == f"evenhand refresh (process {process.pid}, since 2025-06-15T15:06:40+00:00)"


def test_the_lock_of_a_killed_process_is_free_at_once(home: Home) -> None:
    with another_process(home) as process:
        process.kill()
        process.wait()
        assert holder(home) is None
        with writer_lock(home, "next"):
            pass


def test_a_holder_that_left_no_readable_note_is_another_process(home: Home) -> None:
    with another_process(home):
        (home.build / "writer.lock").write_text("{")
        assert holder(home) == "another process"


def test_an_error_under_the_lock_lets_it_go(home: Home) -> None:
    with pytest.raises(ValueError, match="stop"), writer_lock(home, "first"):
        raise ValueError("stop")
    assert not is_taken(home)
    with writer_lock(home, "second"):
        assert is_taken(home)


def test_two_homes_do_not_wait_for_each_other(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").create()
    with another_process(home), writer_lock(other, "second"):
        assert is_taken(other)


def test_nobody_holds_a_home_that_nobody_has_written(tmp_path: Path) -> None:
    assert holder(Home(tmp_path / "nowhere")) is None
