"""What the tests of acquisition share: a small spec, quick limits, a server that answers with exact bytes.

Belongs here: builders without assertions. Does not: tests, or fixtures of other rooms.
"""

import io
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from orchestration.acquisition.fetch import Limits
from orchestration.catalogue.models import DatasetSpec

QUICK = Limits(
    attempts=3,
    connect_timeout=1.0,
    read_timeout=0.5,
    deadline=5.0,
    minimum_rate=0.0,
    rate_grace=0.1,
    retry_after_cap=1.5,
    wait_initial=0.01,
    wait_max=0.02,
    wait_jitter=0.01,
)
INDEX = "https://www.example.nhs.uk/statistics/ae/"


def a_spec(name: str = "ae_test", kinds: Sequence[str] = ("csv",), **changes: Any) -> DatasetSpec:
    """A valid spec with one layout of the given kinds and a discovery rule for .csv links on INDEX."""
    document: dict[str, Any] = {
        "name": name,
        "title": "A test",
        "description": "A test.",
        "publisher": "Nobody",
        "licence": "OGL-UK-3.0",
        "attribution": "Nobody",
        "landing_page": INDEX,
        "kind": "outcomes",
        "discovery": {"index": INDEX, "links": r"\.csv$"},
        "cadence": "monthly",
        "publication_lag": "P45D",
        "grace": "P10D",
        "revision_policy": "none",
        "official_statistics": "official",
        "layouts": [{"name": "only", "description": "-", "met": "documentation_only", "file_kinds": list(kinds)}],
        "entities": [
            {
                "name": "rows",
                "grain": "one row per code",
                "key": ["code"],
                "columns": [{"name": "code", "type": "text", "meaning": "a code"}],
            }
        ],
        "rounding": {"rule": "none", "evidence": "-"},
    }
    return DatasetSpec.model_validate({**document, **changes})


def a_zip(members: Mapping[str, bytes]) -> bytes:
    """A deflated zip of the given members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def a_workbook() -> bytes:
    """The members by which an xlsx is known."""
    return a_zip({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})


def an_ods() -> bytes:
    """The members by which an ods is known."""
    return a_zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<office/>"})


def page_with(*links: tuple[str, str], title: str = "Statistics") -> str:
    """An HTML page with (href, text) links."""
    anchors = "".join(f'<p><a href="{href}">{text}</a></p>' for href, text in links)
    return f"<!doctype html><html><head><title>{title}</title></head><body>{anchors}</body></html>"


class RawServer:
    """Answers each connection with what ``answer`` writes, byte for byte; counts the connections."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.requests: list[bytes] = []

    @property
    def root(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(2)
                try:
                    self.requests.append(connection.recv(65536))
                    self._answer(connection)
                except OSError:
                    continue  # the client hung up, as some tests want it to

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until ended."""
        self._stopped.set()
        self._thread.join(timeout=5)
        self._listener.close()


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[RawServer]:
    """A RawServer for the length of the block."""
    server = RawServer(answer)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def sends(*parts: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """An answer that writes ``parts``, with a pause before each but the first, and closes."""

    def answer(connection: socket.socket) -> None:
        for position, part in enumerate(parts):
            if position:
                time.sleep(pause)
            connection.sendall(part)

    return answer


def head(status: str, **headers: object) -> bytes:
    """The status line and headers of an answer; Content_Length becomes Content-Length."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
