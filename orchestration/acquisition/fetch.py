"""Ask publishers politely for pages and files, and never hand on a body that is not whole.

Belongs here: requests, retries, redirects, limits of time, rate and size. Does not: choosing links (discover.py),
judging content (sniff.py), keeping bytes (archive.py).

A body is whole when as many bytes came as were announced, and, when compressed, when the stream reached its end.
Nothing is ever resumed: a part of an older file can't meet a part of a newer one.
"""

import hashlib
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO, TYPE_CHECKING
from urllib.parse import urljoin

from orchestration.acquisition.addresses import (
    PublisherRoot,
    checked,
    host_of,
    redirect_fault,
    shown,
)
from orchestration.errors import FileRefused, SourceUnavailable

if TYPE_CHECKING:  # the HTTP stack is imported when a client is made
    import httpx2

REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
BUSY = 429
GONE = (404, 410)
SYNTHETIC_HEADER = "X-Evenhand-Synthetic"
RATIO_COUNTS_FROM_BYTES = 1024**2
CHUNK_BYTES = 64 * 1024


class SourceGone(SourceUnavailable):
    """The publisher answers that there is nothing at this address (404, 410): moved, or not published yet."""


class _Transient(Exception):
    """Worth another try; ``wait`` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class Limits:
    """What one request may take. Times in seconds, sizes in bytes, rate in bytes per second."""

    attempts: int = 4
    connect_timeout: float = 15.0
    read_timeout: float = 30.0
    deadline: float = 900.0
    minimum_rate: float = 1024.0
    rate_grace: float = 15.0
    retry_after_cap: float = 120.0
    wait_initial: float = 0.5
    wait_max: float = 15.0
    wait_jitter: float = 1.0
    max_page_bytes: int = 10 * 1024**2
    max_file_bytes: int = 2 * 1024**3
    max_ratio: int = 250


@dataclass(frozen=True)
class Page:
    """An HTML page as text, and the address it was finally found at (the publisher's, never the root's)."""

    url: str
    text: str


@dataclass(frozen=True)
class Fetched:
    """A download. ``path`` and ``sha256`` are None when the server said that nothing has changed (304)."""

    path: Path | None
    url: str
    final_url: str
    etag: str | None
    last_modified: str | None
    sha256: str | None
    synthetic: bool
    content_type: str | None = None


@dataclass(frozen=True)
class _Answer:
    """Status and headers at the end of a chain of redirects."""

    response: "httpx2.Response"
    final_url: str


class Client:
    """One polite visitor: a pause between requests to one host, bounded retries, no cookies, no proxy, no telemetry.

    ``publisher_root`` sends every request to a stand-in (addresses.PublisherRoot); private addresses are refused
    unless it is a loopback address. Not for use by several threads.
    """

    def __init__(
        self, publisher_root: str | None = None, pause: float = 0.2, *, limits: Limits | None = None
    ) -> None:
        from orchestration.acquisition.transport import Deadline, GuardedTransport

        import httpx2

        self.limits = limits or Limits()
        self.pause = pause
        self._root = PublisherRoot(publisher_root)
        self._deadline = Deadline()
        self._last_asked: dict[str, float] = {}
        self._closed_until: dict[str, float] = {}
        self._http = httpx2.Client(
            transport=GuardedTransport(self._deadline, allow_private=self._root.is_loopback),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(self.limits.read_timeout, connect=self.limits.connect_timeout),
            headers={"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "gzip"},
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get_page(self, url: str) -> Page:
        """The page at ``url``; SourceUnavailable, or SourceGone for 404 and 410."""
        import io

        for attempt in self._attempts(url):
            with attempt:
                sink = io.BytesIO()
                with self._ask(url, {}) as answer:
                    self._receive(answer, sink, self.limits.max_page_bytes)
                    encoding = answer.response.charset_encoding or "utf-8"
                return Page(answer.final_url, _decoded(sink.getvalue(), encoding))
        raise AssertionError("a retry context ends with a result or an exception")

    def download(
        self, url: str, into: Path, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Fetch ``url`` into a new file in the folder ``into``; with ``etag`` or ``last_modified``, only if changed.

        Raises SourceUnavailable (SourceGone for 404 and 410) and FileRefused (too big, or a compression bomb); no
        file is left behind then.
        """
        into.mkdir(parents=True, exist_ok=True)
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        for attempt in self._attempts(url):
            with attempt, self._ask(url, headers) as answer:
                fetched = _described(url, answer)
                if answer.response.status_code == 304:
                    return replace(fetched, etag=fetched.etag or etag, last_modified=fetched.last_modified or last_modified)
                with _kept_when_whole(into) as sink:
                    sha256 = self._receive(answer, sink, self.limits.max_file_bytes)
                return replace(fetched, path=Path(sink.name), sha256=sha256)
        raise AssertionError("a retry context ends with a result or an exception")

    def _attempts(self, url: str) -> "Iterator[_Attempt]":
        """Bounded retries on transient faults, all under one deadline; what is left at the end is SourceUnavailable."""
        import stamina

        limits = self.limits
        self._deadline.start(limits.deadline)
        try:
            for attempt in stamina.retry_context(
                on=self._again,
                attempts=limits.attempts,
                timeout=None,
                wait_initial=limits.wait_initial,
                wait_max=limits.wait_max,
                wait_jitter=limits.wait_jitter,
            ):
                yield attempt
        except _Transient as fault:
            raise SourceUnavailable(f"{shown(url)}: {fault}") from fault

    def _again(self, fault: Exception) -> bool | float:
        """Whether, or after how many seconds, to try again."""
        if not isinstance(fault, _Transient) or self._deadline.remaining() <= (fault.wait or 0):
            return False
        return True if fault.wait is None else fault.wait
