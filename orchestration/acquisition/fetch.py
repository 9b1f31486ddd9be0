"""Ask publishers politely for pages and files, and never hand on a body that is not whole.

Belongs here: requests, retries, redirects, limits of time, rate and size. Does not: choosing links (discover.py),
judging content (sniff.py), keeping bytes (archive.py).

A body is whole when as many bytes came as were announced, and, when compressed, when the stream reached its end.
Nothing is ever resumed: a part of an older file can't meet a part of a newer one.
"""

import hashlib
import io
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO, TYPE_CHECKING, TypeVar
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
OK = 200
NOT_MODIFIED = 304
GONE = (404, 410)
BUSY = (408, 425, 429)
SYNTHETIC_HEADER = "X-Evenhand-Synthetic"
RATIO_COUNTS_FROM_BYTES = 1024**2
CHUNK_BYTES = 64 * 1024

Answered = TypeVar("Answered")


class SourceGone(SourceUnavailable):
    """The publisher answers that there is nothing at this address (404, 410): moved, or not published yet."""


class _TransientError(Exception):
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

    def __init__(self, publisher_root: str | None = None, pause: float = 0.2, *, limits: Limits | None = None) -> None:
        import httpx2

        from orchestration.acquisition.transport import Deadline, GuardedTransport

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

        def once() -> Page:
            with self._ask(url, {}) as answer:
                sink = io.BytesIO()
                self._receive(answer, sink, self.limits.max_page_bytes)
                return Page(answer.final_url, _decoded(sink.getvalue(), answer.response.charset_encoding))

        return self._retrying(url, once)

    def download(self, url: str, into: Path, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch ``url`` into a new file in the folder ``into``; with ``etag`` or ``last_modified``, only if changed.

        Raises SourceUnavailable (SourceGone for 404 and 410) and FileRefused (too big, or a compression bomb); no
        file is left behind then.
        """
        into.mkdir(parents=True, exist_ok=True)
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}

        def once() -> Fetched:
            with self._ask(url, headers) as answer:
                if answer.response.status_code == NOT_MODIFIED:
                    return _described(url, answer, None, None)
                with _kept_when_whole(into) as sink:
                    sha256 = self._receive(answer, sink, self.limits.max_file_bytes)
                return _described(url, answer, Path(sink.name), sha256)

        return self._retrying(url, once)

    def _retrying(self, url: str, once: Callable[[], Answered]) -> Answered:
        """Bounded retries on transient faults, all under one deadline; what is left at the end is SourceUnavailable."""
        import stamina

        limits = self.limits
        self._deadline.start(limits.deadline)
        caller = stamina.RetryingCaller(
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.wait_initial,
            wait_max=limits.wait_max,
            wait_jitter=limits.wait_jitter,
        )
        try:
            return caller(self._again, once)
        except _TransientError as fault:
            raise SourceUnavailable(
                f"{shown(url)}: {fault}; gave up after at most {limits.attempts} attempts. "
                "The last good release stays in use; try again later, or pass files with --from."
            ) from fault

    def _again(self, fault: Exception) -> bool | float:
        """Whether, or after how many seconds, to try again."""
        if not isinstance(fault, _TransientError) or self._deadline.remaining() <= (fault.wait or 0):
            return False
        return True if fault.wait is None else fault.wait

    @contextmanager
    def _ask(self, url: str, headers: dict[str, str]) -> Iterator[_Answer]:
        """Follow redirects to an answer that can be used (200, or 304 when asked conditionally), body unread."""
        chain = [checked(url)]
        with _faults_of_the_network(chain):
            response = self._send(chain[-1], headers)
            try:
                while response.status_code in REDIRECTS:
                    location = response.headers.get("Location")
                    response.close()
                    chain.append(self._next_hop(chain, location))
                    response = self._send(chain[-1], headers)
                self._judge(response, chain[-1], conditional=bool(headers))
                yield _Answer(response, chain[-1])
            finally:
                response.close()
                self._http.cookies.clear()

    def _send(self, url: str, headers: dict[str, str]) -> "httpx2.Response":
        """One request, when the host's turn has come."""
        host = host_of(url)
        if (closed := self._closed_until.get(host, 0.0) - time.monotonic()) > 0:
            raise SourceUnavailable(f"{shown(url)}: {host} asked not to be visited for another {closed:.0f} seconds")
        if (early := self._last_asked.get(host, 0.0) + self.pause - time.monotonic()) > 0:
            time.sleep(early)
        try:
            return self._http.send(self._http.build_request("GET", self._root.real(url), headers=headers), stream=True)
        finally:
            self._last_asked[host] = time.monotonic()

    def _next_hop(self, chain: list[str], location: str | None) -> str:
        """Where a redirect leads; SourceUnavailable names the chain when it is not followed."""
        target = self._root.published(urljoin(chain[-1], location)) if location else ""
        hops = " → ".join(shown(hop) for hop in (*chain, target))
        if not target:
            raise SourceUnavailable(f"a redirect without an address is not followed: {hops}")
        if target in chain:
            raise SourceUnavailable(f"the redirects go round in a loop: {hops}")
        if len(chain) > MAX_REDIRECTS:
            raise SourceUnavailable(f"more than {MAX_REDIRECTS} redirects: {hops}")
        if fault := redirect_fault(chain[-1], target):
            raise SourceUnavailable(f"{fault}: {hops}")
        return checked(target)

    def _judge(self, response: "httpx2.Response", url: str, *, conditional: bool) -> None:
        """Pass a usable answer; raise for every other status."""
        status = response.status_code
        if status == OK or (status == NOT_MODIFIED and conditional):
            return
        if status in GONE:
            raise SourceGone(f"{shown(url)}: the publisher has nothing at this address (HTTP {status})")
        if status in BUSY or status >= 500:
            wait = _retry_after(response)
            if wait is not None and wait > self.limits.retry_after_cap:
                self._closed_until[host_of(url)] = time.monotonic() + wait
                raise SourceUnavailable(
                    f"{shown(url)}: HTTP {status}, and the publisher asks to come back in {wait:.0f} seconds; "
                    f"waits of more than {self.limits.retry_after_cap:.0f} seconds are left to the next refresh"
                )
            raise _TransientError(f"HTTP {status}", wait)
        raise SourceUnavailable(f"{shown(url)}: HTTP {status} is not an answer that can be used")

    def _receive(self, answer: _Answer, sink: IO[bytes], cap: int) -> str:
        """Write the decoded body to ``sink`` and return its sha256; raises unless it is whole and within limits."""
        response, url = answer.response, shown(answer.final_url)
        announced = _announced_bytes(response)
        if announced is not None and announced > cap:
            raise FileRefused(f"{url}: {announced:,} bytes are announced; more than {cap:,} are not fetched")
        decoder = _decoder(response, url)
        digest = hashlib.sha256()
        written = 0
        for part in self._parts(response):
            for piece in decoder.feed(part):
                written += len(piece)
                self._check_size(written, response.num_bytes_downloaded, cap, url)
                digest.update(piece)
                sink.write(piece)
        if announced is not None and announced != response.num_bytes_downloaded:
            raise _TransientError(f"{response.num_bytes_downloaded:,} bytes came of {announced:,} announced")
        if not decoder.is_complete:
            raise _TransientError("the compressed body ended early")
        return digest.hexdigest()

    def _parts(self, response: "httpx2.Response") -> Iterator[bytes]:
        """Bytes as they come; transient fault when they come too slowly."""
        started = time.monotonic()
        for part in response.iter_raw():
            elapsed = time.monotonic() - started
            rate = response.num_bytes_downloaded / elapsed if elapsed else float("inf")
            if elapsed > self.limits.rate_grace and rate < self.limits.minimum_rate:
                raise _TransientError(f"{rate:.0f} bytes a second is slower than {self.limits.minimum_rate:.0f}")
            yield part

    def _check_size(self, written: int, received: int, cap: int, url: str) -> None:
        """Refuse a body that unpacks to too much."""
        if written > cap:
            raise FileRefused(f"{url}: more than {cap:,} bytes are not fetched")
        if written > RATIO_COUNTS_FROM_BYTES and written > self.limits.max_ratio * received:
            raise FileRefused(f"{url}: the body unpacks to more than {self.limits.max_ratio} times its size")


class _Plain:
    """A body as it is."""

    is_complete = True

    def feed(self, part: bytes) -> Iterator[bytes]:
        yield part


class _Gzip:
    """A body compressed with gzip, unpacked in bounded pieces."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def is_complete(self) -> bool:
        """Whether the stream has reached its end."""
        return self._inner.eof

    def feed(self, part: bytes) -> Iterator[bytes]:
        """Pieces of at most 64 KB that ``part`` unpacks to."""
        pending = part
        while True:
            if self._inner.eof:
                if not pending:
                    return
                self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                piece = self._inner.decompress(pending, CHUNK_BYTES)
            except zlib.error as error:
                raise SourceUnavailable(f"{self._url}: the body is not the gzip it says it is ({error})") from error
            pending = self._inner.unconsumed_tail or self._inner.unused_data
            if piece:
                yield piece
            elif not pending:
                return


def user_agent() -> str:
    """Who is asking."""
    try:
        release = version("evenhand")
    except PackageNotFoundError:
        release = "0"
    return f"evenhand/{release} (+open source; NHS equity of quality improvement)"


@contextmanager
def _faults_of_the_network(chain: list[str]) -> Iterator[None]:
    """Turn faults of the HTTP stack into transient ones or SourceUnavailable; ``chain`` ends with the address asked."""
    import httpcore2
    import httpx2

    from orchestration.acquisition.transport import PrivateAddressError

    try:
        yield
    except PrivateAddressError as error:
        hops = " → ".join(shown(hop) for hop in chain)
        raise SourceUnavailable(f"{hops}: {error}; only public addresses are asked") from error
    except httpx2.InvalidURL as error:
        raise SourceUnavailable(f"{shown(chain[-1])}: not an address that can be asked ({error})") from error
    except (httpx2.TransportError, httpcore2.TimeoutException, httpcore2.NetworkError) as error:
        if certificate := _certificate_fault(error):
            raise SourceUnavailable(
                f"{shown(chain[-1])}: the publisher's certificate can't be trusted ({certificate}). Nothing was "
                "fetched; if a proxy of your network signs certificates, name its authority in SSL_CERT_FILE."
            ) from error
        raise _TransientError(f"{type(error).__name__}: {error}") from error


def _certificate_fault(error: BaseException | None) -> str | None:
    """What is wrong with a certificate, when that is the cause of ``error``."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


@contextmanager
def _kept_when_whole(into: Path) -> Iterator[IO[bytes]]:
    """A new file in ``into`` that is removed when anything goes wrong."""
    with NamedTemporaryFile(dir=into, prefix="fetched-", delete=False) as sink:
        try:
            yield sink
        except BaseException:
            Path(sink.name).unlink(missing_ok=True)
            raise


def _described(url: str, answer: _Answer, path: Path | None, sha256: str | None) -> Fetched:
    headers = answer.response.headers
    return Fetched(
        path=path,
        url=url,
        final_url=answer.final_url,
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
        sha256=sha256,
        synthetic=headers.get(SYNTHETIC_HEADER, "").strip().lower() not in ("", "0", "false", "no"),
        content_type=headers.get("Content-Type"),
    )


def _announced_bytes(response: "httpx2.Response") -> int | None:
    """Content-Length as a number, when there is one."""
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() and "Transfer-Encoding" not in response.headers else None


def _decoder(response: "httpx2.Response", url: str) -> _Plain | _Gzip:
    """The decoder of a body's Content-Encoding; SourceUnavailable for one that was not asked for."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in ("gzip", "x-gzip"):
        return _Gzip(url)
    raise SourceUnavailable(f"{url}: the body is encoded as {encoding!r}, which was not asked for")


def _retry_after(response: "httpx2.Response") -> float | None:
    """Seconds that Retry-After asks to wait: a number, or a date counted from the server's own clock if it tells it."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    until = _moment(text)
    if until is None:
        return None
    return max(0.0, until - (_moment(response.headers.get("Date", "")) or time.time()))


def _moment(text: str) -> float | None:
    """An HTTP date in seconds since 1970, or None."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _decoded(content: bytes, encoding: str | None) -> str:
    """Text of a page; bytes that don't fit its encoding are replaced."""
    try:
        return content.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
