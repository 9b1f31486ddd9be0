"""Stand in for every publisher at once: a real HTTP server on the loopback address.

Belongs here: pages that link to files, upload folders, answers of APIs, conditional requests, and failures on demand.
Does not: what is in a file (datasets/<name>/synthesise.py) or finding and fetching it (acquisition).

``https://host/path?query`` of a publisher is served at ``{root}/host/path?query``. Folders of files can't be predicted;
only a link on a page leads there, and an API's answer stands at its own address. Everything says that it is synthetic:
in a header, in each page's title and heading.
"""

import hashlib
import html
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Protocol
from urllib.parse import quote, urlsplit

from orchestration.catalogue.models import DatasetSpec
from orchestration.errors import UsageError

Failure = Literal["503", "429", "truncate", "html", "stall"]
SYNTHETIC_HEADER = "X-Evenhand-Synthetic"
CONTENT_TYPES = {
    "csv": "text/csv",
    "zip": "application/zip",
    "gz": "application/gzip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "parquet": "application/octet-stream",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "json": "application/json",
}
NAVIGATION = (
    "/",
    "/news/",
    "/about-us/",
    "/statistics/",
    "/contact-us/?subject=data",
    "#content",
    "mailto:data@example.invalid",
)
OTHER_FILES = (
    ("Technical guidance (PDF, 310KB)", "Technical-Guidance-v1.3.pdf"),
    ("Statistical commentary (DOCX, 88KB)", "Statistical-Commentary.docx"),
    ("Pre-release access list (PDF, 41KB)", "Pre-release-list.pdf"),
)
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser.</body></html>"
)


class PublishableFile(Protocol):
    """What the publisher needs of a synthetic file (orchestration.datasets.protocol.SyntheticFile has it)."""

    @property
    def name(self) -> str:
        """File name."""

    @property
    def content(self) -> bytes:
        """The bytes to serve."""

    @property
    def page(self) -> str:
        """Path on the index page's host, or full https address, of the page that links to the file."""

    @property
    def link_text(self) -> str:
        """What the page says of it."""

    @property
    def published_on(self) -> date:
        """When it was put there."""

    @property
    def address(self) -> str | None:
        """Full address, with its query, of an API's answer; None when a page links to the file."""


@dataclass(frozen=True)
class Request:
    """One request as it was answered; ``path`` is /host/path, with ?query when there is one."""

    method: str
    path: str
    status: int
    is_conditional: bool


@dataclass(frozen=True)
class _Served:
    """A file at its address."""

    name: str
    url: str
    page_url: str
    index_url: str
    heading: str
    link_text: str
    content: bytes
    modified: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


@dataclass
class _Fault:
    """A failure that is waiting for requests; ``left`` is None when it lasts."""

    pattern: re.Pattern[str]
    mode: Failure
    left: int | None


class Publisher:
    """Serve ``files`` of the datasets from ``with`` until its end; ``root`` is http://127.0.0.1:PORT.

    A file whose page is not its dataset's index page is linked from its page, and the index page links to that.
    """

    def __init__(self, files: Iterable[tuple[DatasetSpec, PublishableFile]] = ()) -> None:
        self.requests: list[Request] = []
        self._files: dict[str, _Served] = {}
        self._indexes: dict[str, str] = {}
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        for spec, file in files:
            self.publish(spec, file)

    def __enter__(self) -> "Publisher":
        publisher = self

        class Handler(_Handler):
            """Answers for this publisher."""

            owner = publisher

        self._closing.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def root(self) -> str:
        """Address of the server; UsageError outside ``with``."""
        if self._server is None:
            raise UsageError("the publisher serves inside a with block only")
        return f"http://127.0.0.1:{self._server.server_port}"

    def publish(self, spec: DatasetSpec, file: PublishableFile) -> str:
        """Put a file on its page and return its publisher's address; a file at the same address is replaced."""
        if spec.discovery is None:
            raise UsageError(f"{spec.name} has no discovery rule, so no page can link to {file.name}")
        index = spec.discovery.index
        page = (
            file.page
            if file.page.startswith("https://")
            else f"https://{urlsplit(index).netloc}/{file.page.lstrip('/')}"
        )
        url = file.address or _upload_address(page, file.name, file.published_on)
        modified = datetime.combine(file.published_on, time(9, 30), UTC)
        served = _Served(
            file.name, url, "" if file.address else page, index, spec.title, file.link_text, file.content, modified
        )
        with self._lock:
            self._indexes |= dict.fromkeys((index, *spec.discovery.further), spec.title)
            self._files[url] = served
        return url

    def replace(self, name: str, content: bytes) -> str:
        """Serve other bytes at the address of the file called ``name``, a day younger; returns the address."""
        with self._lock:
            served = self._only(name)
            self._files[served.url] = replace(served, content=content, modified=served.modified + timedelta(days=1))
        return served.url

    def withdraw(self, name: str) -> None:
        """Take a file and its link away."""
        with self._lock:
            del self._files[self._only(name).url]

    def fail(self, path_pattern: str, mode: Failure, times: int | None = None) -> None:
        """Answer requests in whose /host/path?query the regular expression is found with a failure.

        It strikes ``times`` times, or for ever.

        503: Service Unavailable. 429: Too Many Requests, to come back in a second. truncate: half of the announced
        bytes. html: a page that says 200. stall: headers, then nothing.
        """
        with self._lock:
            self._faults.append(_Fault(re.compile(path_pattern), mode, times))

    def heal(self) -> None:
        """Forget all failures."""
        with self._lock:
            self._faults.clear()

    def address_of(self, name: str) -> str:
        """The publisher's address of the file called ``name``."""
        with self._lock:
            return self._only(name).url

    def _only(self, name: str) -> _Served:
        found = [served for served in self._files.values() if served.name == name]
        if len(found) != 1:
            raise UsageError(f"{len(found)} published files are called {name!r}, expected one")
        return found[0]

    def _fault_for(self, path: str) -> Failure | None:
        """The failure that this request meets, which uses it up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.left != 0 and fault.pattern.search(path):
                    fault.left = None if fault.left is None else fault.left - 1
                    return fault.mode
        return None

    def _file_at(self, url: str) -> _Served | None:
        with self._lock:
            return self._files.get(url)

    def _page_at(self, url: str) -> bytes | None:
        """HTML of the page at ``url``: the files on it and, for an index, the pages that it leads to."""
        with self._lock:
            files = list(self._files.values())
            indexes = dict(self._indexes)
        own = [served for served in files if served.page_url == url]
        if not own and url not in indexes:
            return None
        title = indexes.get(url) or own[0].heading
        below = {
            served.page_url: None for served in files if served.index_url == url and served.page_url not in ("", url)
        }
        above = {served.index_url: None for served in own if served.index_url != url}
        return _page(url, title, own, list(below), list(above)).encode()

    def _log(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with persistent connections."""

    owner: Publisher
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean; ``Publisher.requests`` is the log."""

    def do_GET(self) -> None:
        """Answer with a failure, a file, a page, a redirect or 404."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answer as GET without a body."""
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        url = "https://" + path.removeprefix("/")
        asked = "https://" + self.path.removeprefix("/")
        served = self.owner._file_at(asked) or self.owner._file_at(url)
        page = None if served else self.owner._page_at(asked) or self.owner._page_at(url)
        if mode := self.owner._fault_for(self.path):
            self._fail(mode, served.content if served else page or b"")
        elif served:
            self._file(served)
        elif page is not None:
            self._send(HTTPStatus.OK, page, {"Content-Type": "text/html; charset=UTF-8"})
        elif self.owner._page_at(f"{url}/") is not None:
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": f"{self.owner.root}{path}/"})
        else:
            self._send(HTTPStatus.NOT_FOUND, b"<h1>Page not found</h1>", {"Content-Type": "text/html; charset=UTF-8"})

    def _file(self, served: _Served) -> None:
        """The file, or 304 when the client has it."""
        kind = served.name.rpartition(".")[2].casefold()
        headers = {
            "ETag": served.etag,
            "Last-Modified": format_datetime(served.modified, usegmt=True),
            "Content-Type": CONTENT_TYPES.get(kind, "application/octet-stream"),
        }
        if self._is_unchanged(served):
            self._send(HTTPStatus.NOT_MODIFIED, None, headers)
        else:
            self._send(HTTPStatus.OK, served.content, headers)

    def _is_unchanged(self, served: _Served) -> bool:
        """Whether the client's copy is current; an entity tag, when sent, decides alone (RFC 9110 section 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or served.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return served.modified <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False

    def _fail(self, mode: Failure, content: bytes) -> None:
        """One of the failures of ``Publisher.fail``."""
        if mode == "503":
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, b"", {})
        elif mode == "429":
            self._send(HTTPStatus.TOO_MANY_REQUESTS, b"", {"Retry-After": "1"})
        elif mode == "html":
            self._send(HTTPStatus.OK, CHALLENGE, {"Content-Type": "text/html; charset=UTF-8"})
        else:
            self.close_connection = True
            self._send(HTTPStatus.OK, content[: len(content) // 2 if mode == "truncate" else 0], {}, len(content) or 1)
            if mode == "stall":
                self.owner._closing.wait()

    def _send(self, status: HTTPStatus, body: bytes | None, headers: dict[str, str], length: int | None = None) -> None:
        """Status, headers and body; ``length`` is announced instead of the body's own. A 304 has no body."""
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        self.owner._log(Request(self.command, self.path, int(status), conditional))
        self.send_response(status)
        self.send_header(SYNTHETIC_HEADER, "true")
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)


def _upload_address(page: str, name: str, published_on: date) -> str:
    """Where a publisher with such a page would put the file: a dated upload folder, or one named by a hash."""
    host = urlsplit(page).netloc
    mark = hashlib.sha256(f"{page} {name} {published_on}".encode()).hexdigest()
    file = quote(name)
    if host == "www.england.nhs.uk":
        return f"https://{host}/statistics/wp-content/uploads/sites/2/{published_on:%Y/%m}/{file}"
    if host == "digital.nhs.uk":
        return f"https://files.digital.nhs.uk/{mark[:2].upper()}/{mark[2:8].upper()}/{file}"
    if host == "www.gov.uk":
        return f"https://assets.publishing.service.gov.uk/media/{mark[:24]}/{file}"
    return f"https://{host}/downloads/{mark[:10]}/{file}"


def _page(url: str, title: str, files: list[_Served], below: list[str], above: list[str]) -> str:
    """A page as a content management system makes it: navigation, headings, links to pages and to files."""
    shown = html.escape(f"{title} (SYNTHETIC)")
    main = "".join(_sections(url, files, below))
    crumbs = "".join(f'<a href="{html.escape(address)}">Up</a>' for address in above)
    navigation = "".join(f'<li><a href="{html.escape(to)}">{html.escape(to)}</a></li>' for to in NAVIGATION)
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{shown}</title></head>\n'
        f'<body class="wp-page"><header><nav><ul>{navigation}</ul></nav></header>\n'
        f'<div class="breadcrumbs">{crumbs}</div>\n<article id="content"><h1>{shown}</h1>\n{main}</article>\n'
        '<footer><a href="/privacy-policy/">Privacy and cookies</a> <a>No address</a></footer></body></html>\n'
    )


def _sections(url: str, files: list[_Served], below: list[str]) -> Iterator[str]:
    """Headed lists of the page's links, newest files first, beside files that are none of the dataset's."""
    if below:
        yield "<h2>Publications by year</h2>\n"
        for at, address in enumerate(sorted(below, reverse=True)):
            text = address.rstrip("/").rpartition("/")[2].replace("-", " ")
            yield f"<p><a href='{html.escape(_href(address, url, at))}'>{html.escape(text)}</a></p>\n"
    if files:
        yield "<h2>Data</h2>\n<ul>\n"
        for at, served in enumerate(sorted(files, key=lambda file: (file.modified, file.name), reverse=True)):
            kind, size = served.name.rpartition(".")[2].upper(), max(1, len(served.content) // 1024)
            text = html.escape(f"{served.link_text} ({kind}, {size}KB)")
            yield f'<li>  <a\n   href="{html.escape(_href(served.url, url, at))}" >{text}</a></li>\n'
        yield "</ul>\n"
    yield "<h3>Supporting information</h3>\n"
    for text, name in OTHER_FILES:
        yield f'<p><a href="/wp-content/uploads/{name}">{text}</a></p>\n'


def _href(address: str, page: str, position: int) -> str:
    """Every other link to the page's own host is relative to its root."""
    own = f"https://{urlsplit(page).netloc}"
    return address.removeprefix(own) if position % 2 and address.startswith(f"{own}/") else address
