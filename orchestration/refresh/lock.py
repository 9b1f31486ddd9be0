"""One writer at a time: an operating-system lock that names its holder.

Belongs here: taking, holding and reporting the home's lock. Does not: what is done under it.

The lock is an flock: the system releases it when its holder dies, so a stale lock can't exist; the note beside it only
names the holder. Within one process it is re-entrant (the command line runs the Dagster job under its own lock).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orchestration.errors import LockedError
from orchestration.home import Home, now

_held: dict[Path, int] = {}


@contextmanager
def writer_lock(home: Home, owner: str) -> Iterator[None]:
    """Hold the home's writer lock; LockedError names who has it when another process does."""
    path = home.build / "writer.lock"
    if _held.get(path):
        _held[path] += 1
        try:
            yield
        finally:
            _held[path] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(f"{home.root} is being written by {_holder(stream)}; try again when it is done") from None
        _note(stream, owner)
        _held[path] = 1
        try:
            yield
        finally:
            del _held[path]
            stream.truncate(0)
            fcntl.flock(stream, fcntl.LOCK_UN)


def holder(home: Home) -> str | None:
    """Who holds the lock now, or None."""
    path = home.build / "writer.lock"
    if not path.exists() or path in _held:
        return None
    with path.open("r", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(stream)
        fcntl.flock(stream, fcntl.LOCK_UN)
    return None


def _note(stream: IO[str], owner: str) -> None:
    stream.seek(0)
    stream.truncate(0)
    json.dump({"owner": owner, "process": os.getpid(), "since": now().isoformat(timespec="seconds")}, stream)
    stream.flush()


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        note = json.load(stream)
    except json.JSONDecodeError:
        return "another process"
    return f"{note['owner']} (process {note['process']}, since {note['since']})"
