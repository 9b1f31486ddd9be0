"""Fault catalogue, network: real servers on 127.0.0.1 that misbehave, and what is kept."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from support_acquisition import INDEX, QUICK, a_spec, a_zip, head, page_with, raw_server, sends
from werkzeug import Request, Response

from orchestration.acquisition.archive import Archive
from orchestration.acquisition.collect import CollectResult, from_publisher
from orchestration.acquisition.fetch import Client, Limits, SourceGone
from orchestration.acquisition.sniff import check_content
from orchestration.errors import ExitCode, FileRefused, SourceUnavailable

HOST = "www.example.nhs.uk"
URL = f"https://{HOST}/april.csv"
CSV = b"code,value\nRXH,1\n"


def client_of(server: HTTPServer, limits: Limits = QUICK) -> Client:
    return Client(server.url_for("").rstrip("/"), pause=0, limits=limits)


def refused_download(root: str, into: Path, limits: Limits = QUICK, url: str = URL) -> str:
    """Why ``url`` is unavailable; nothing may be left in ``into``."""
    with Client(root, pause=0, limits=limits) as client, pytest.raises(SourceUnavailable) as caught:
        client.download(url, into)
    assert caught.value.exit_code == ExitCode.SOURCE_UNAVAILABLE
    assert list(into.iterdir()) == []
    return str(caught.value)


def visit(server: HTTPServer, archive: Archive, into: Path, limits: Limits = QUICK) -> CollectResult:
    """One visit to the landing page of the test's dataset, with everything new archived."""
    spec = a_spec()
    with client_of(server, limits) as client:
        result = from_publisher(client, archive, spec, into)
    for new in result.arrivals:
        archive.add(
            new.path,
            dataset=new.dataset,
            name=new.name,
            origin=new.origin,
            licence=spec.licence,
            url=new.url,
            etag=new.etag,
            last_modified=new.last_modified,
        )
    return result


def serves_page(server: HTTPServer, *links: tuple[str, str]) -> None:
    server.expect_request(f"/{HOST}/statistics/ae/").respond_with_data(page_with(*links), content_type="text/html")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def test_a_whole_file_arrives_with_its_facts(httpserver: HTTPServer, into: Path) -> None:
    facts = {"ETag": '"1"', "Last-Modified": "Mon, 01 Sep 2025 00:00:00 GMT", "X-Evenhand-Synthetic": "1"}
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(CSV, headers=facts)
    with client_of(httpserver) as client:
        fetched = client.download(URL, into)
    assert fetched.path is not None
    assert fetched.path.read_bytes() == CSV
    assert (fetched.etag, fetched.last_modified, fetched.synthetic) == ('"1"', facts["Last-Modified"], True)
    assert (fetched.url, fetched.final_url) == (URL, URL)
    request = httpserver.log[0][0]
    assert request.headers["User-Agent"].startswith("evenhand/")
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers


def test_n01_connect_timeout_is_retried_within_the_deadline(into: Path) -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(4)]
    try:
        for held in waiting:  # fill the queue of a server that never accepts
            held.setblocking(False)
            held.connect_ex(full.getsockname())
        started = time.monotonic()
        limits = replace(QUICK, connect_timeout=0.2)
        message = refused_download(f"http://127.0.0.1:{full.getsockname()[1]}", into, limits)
        assert "ConnectTimeout" in message
        assert "The last good release stays in use" in message
        assert 0.5 < time.monotonic() - started < 3
    finally:
        for held in (*waiting, full):
            held.close()


def test_n01_a_server_that_comes_back_is_served_by_a_retry(into: Path) -> None:
    answers = iter([b"", head("200 OK", Content_Length=len(CSV)) + CSV])
    with raw_server(lambda connection: connection.sendall(next(answers))) as server:
        with Client(server.root, pause=0, limits=QUICK) as client:
            fetched = client.download(URL, into)
        assert len(server.requests) == 2
    assert fetched.path is not None
    assert fetched.path.read_bytes() == CSV


def test_n02_a_stalled_read_is_cut_off_and_leaves_nothing(into: Path) -> None:
    stalls = sends(head("200 OK", Content_Length=100) + b"code", b"never", pause=0.8)
    with raw_server(stalls) as server:
        assert "ReadTimeout" in refused_download(server.root, into, replace(QUICK, attempts=2, read_timeout=0.2))


def test_n02_a_byte_at_a_time_falls_below_the_minimum_rate(into: Path) -> None:
    drips = sends(head("200 OK", Content_Length=100), *[b"x"] * 20, pause=0.05)
    with raw_server(drips) as server:
        limits = replace(QUICK, attempts=1, minimum_rate=1000)
        assert "slower than 1000" in refused_download(server.root, into, limits)


def test_n02_headers_that_drip_are_cut_off_at_the_total_deadline(into: Path) -> None:
    drips = sends(*[bytes([byte]) for byte in head("200 OK", X=60 * "x")], pause=0.05)
    with raw_server(drips) as server:
        started = time.monotonic()
        message = refused_download(server.root, into, replace(QUICK, deadline=0.5))
        assert "total time" in message or "ReadTimeout" in message
        assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "told",
    [
        {"Retry_After": "1"},
        {"Retry_After": "Mon, 05 Jan 2026 09:00:01 GMT", "Date": "Mon, 05 Jan 2026 09:00:00 GMT"},
    ],
    ids=["seconds", "date"],
)
def test_n03_a_wait_that_is_asked_for_is_kept(into: Path, told: dict[str, str]) -> None:
    answers = iter([head("429 Busy", Content_Length=0, **told), head("200 OK", Content_Length=len(CSV)) + CSV])
    started = time.monotonic()
    with (
        raw_server(lambda connection: connection.sendall(next(answers))) as server,
        Client(server.root, pause=0, limits=QUICK) as client,
    ):
        fetched = client.download(URL, into)
    assert fetched.path is not None
    assert 0.9 < time.monotonic() - started < 3


def test_n03_a_date_without_the_servers_clock_is_counted_from_ours(httpserver: HTTPServer, into: Path) -> None:
    tomorrow = format_datetime(datetime.now(tz=UTC) + timedelta(days=1), usegmt=True)
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(status=429, headers={"Retry-After": tomorrow})
    assert "come back in 86" in refused_download(httpserver.url_for(""), into)
    assert len(httpserver.log) == 1


def test_n03_an_absurd_wait_ends_the_visit_and_the_host_is_left_alone(httpserver: HTTPServer, into: Path) -> None:
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(status=429, headers={"Retry-After": "86400"})
    with client_of(httpserver) as client:
        with pytest.raises(SourceUnavailable, match="come back in 86400 seconds"):
            client.download(URL, into)
        with pytest.raises(SourceUnavailable, match="asked not to be visited"):
            client.download(f"https://{HOST}/may.csv", into)
        httpserver.expect_request("/other.nhs.uk/a.csv").respond_with_data(CSV)
        assert client.download("https://other.nhs.uk/a.csv", into).path is not None
    assert [request.path for request, _ in httpserver.log] == [f"/{HOST}/april.csv", "/other.nhs.uk/a.csv"]


@pytest.mark.parametrize("told", [{}, {"Retry-After": "0"}])
def test_n04_a_busy_server_is_asked_a_bounded_number_of_times(
    httpserver: HTTPServer, into: Path, told: dict[str, str]
) -> None:
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(status=503, headers=told)
    assert "HTTP 503" in refused_download(httpserver.url_for(""), into)
    assert len(httpserver.log) == QUICK.attempts


@pytest.mark.parametrize(
    "cut",
    [
        head("200 OK", Content_Length=100) + CSV,
        head("200 OK", Transfer_Encoding="chunked") + b"11\r\n" + CSV + b"\r\n",
        head("200 OK", Transfer_Encoding="chunked") + b"ff\r\n" + CSV,
        head("200 OK", Content_Encoding="gzip") + gzip.compress(CSV)[:-6],
    ],
    ids=["content-length", "chunks-without-end", "half-a-chunk", "half-a-gzip"],
)
def test_n05_a_cut_body_is_retried_and_never_handed_on(into: Path, cut: bytes) -> None:
    with raw_server(sends(cut)) as server:
        refused_download(server.root, into)
        assert len(server.requests) == QUICK.attempts


def test_n05_a_cut_body_never_enters_the_archive(archive: Archive, into: Path) -> None:
    page = page_with(("april.csv", "April")).encode()

    def answer(connection: socket.socket) -> None:
        is_page = b"/ae/ HTTP" in server.requests[-1]
        body = head("200 OK", Content_Length=len(page)) + page
        connection.sendall(body if is_page else head("200 OK", Content_Length=100) + CSV)

    with (
        raw_server(answer) as server,
        Client(server.root, pause=0, limits=QUICK) as client,
        pytest.raises(SourceUnavailable, match="nothing could be fetched"),
    ):
        from_publisher(client, archive, a_spec(), into)
    assert archive.files("ae_test") == []
    assert list(into.iterdir()) == []


def test_n06_html_error_page_with_status_200(httpserver: HTTPServer, archive: Archive, into: Path) -> None:
    serves_page(httpserver, ("april.csv", "April"))
    error = page_with(title="Just a moment...")
    httpserver.expect_request(f"/{HOST}/statistics/ae/april.csv").respond_with_data(error, content_type="text/csv")
    (arrival,) = visit(httpserver, archive, into).arrivals
    with pytest.raises(FileRefused, match=r"april\.csv: this is a web page.*'Just a moment\.\.\.'"):
        check_content(arrival.path, arrival.name, a_spec())


def test_n06_the_real_web_page_saved_as_zip_is_refused_with_its_title(real_data: Path) -> None:
    path = real_data / "_faulty" / "nhs_trusts_latest.zip"
    with pytest.raises(FileRefused, match=r"nhs_trusts_latest\.zip: this is a web page.*'Just a moment\.\.\.'"):
        check_content(path, path.name, a_spec(kinds=("zip", "csv")))


@pytest.mark.parametrize("status", [404, 410])
def test_n07_a_file_that_is_gone_is_told_apart_and_not_retried(httpserver: HTTPServer, into: Path, status: int) -> None:
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data("gone", status=status)
    with client_of(httpserver) as client, pytest.raises(SourceGone, match=f"nothing at this address.*HTTP {status}"):
        client.download(URL, into)
    assert len(httpserver.log) == 1


def test_n07_a_link_that_changed_is_found_again_on_the_landing_page(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    pages = iter([page_with(("april.csv", "April")), page_with(("april-revised.csv", "April"))])
    landing = f"/{HOST}/statistics/ae/"
    httpserver.expect_request(landing).respond_with_handler(lambda _: Response(next(pages), mimetype="text/html"))
    httpserver.expect_request(f"{landing}april.csv").respond_with_data("gone", status=404)
    httpserver.expect_request(f"{landing}april-revised.csv").respond_with_data(CSV, content_type="text/csv")
    result = visit(httpserver, archive, into)
    assert [arrival.name for arrival in result.arrivals] == ["april-revised.csv"]
    assert len(result.unavailable) == 1


def test_n07_one_file_gone_does_not_keep_the_others_away(httpserver: HTTPServer, archive: Archive, into: Path) -> None:
    serves_page(httpserver, ("april.csv", "April"), ("may.csv", "May"))
    httpserver.expect_request(f"/{HOST}/statistics/ae/april.csv").respond_with_data("gone", status=404)
    httpserver.expect_request(f"/{HOST}/statistics/ae/may.csv").respond_with_data(CSV)
    result = visit(httpserver, archive, into)
    assert [arrival.name for arrival in result.arrivals] == ["may.csv"]
    assert "april.csv" in result.unavailable[0]
    assert result.unavailable[0] in result.warnings


def test_n08_a_landing_page_without_a_match_names_the_page_and_the_nearest_links(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    serves_page(httpserver, ("april.xlsx", "April 2025"), ("/about", "About us"))
    with pytest.raises(SourceUnavailable) as caught:
        visit(httpserver, archive, into)
    assert INDEX in str(caught.value)
    assert "'April 2025' https://www.example.nhs.uk/statistics/ae/april.xlsx" in str(caught.value)
    assert "About us" not in str(caught.value)


def test_n08_several_matches_are_all_fetched_in_page_order(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    serves_page(httpserver, ("april-revised.csv", "April"), ("april.csv", "April"))
    for position, name in enumerate(("april-revised.csv", "april.csv")):
        body = CSV + str(position).encode()
        httpserver.expect_request(f"/{HOST}/statistics/ae/{name}").respond_with_data(body)
    visit(httpserver, archive, into)
    assert [row.name for row in archive.files("ae_test")] == ["april-revised.csv", "april.csv"]


def test_n09_a_redirect_within_the_publisher_is_followed(httpserver: HTTPServer, into: Path) -> None:
    target = "https://files.example.nhs.uk/moved.csv"
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(status=302, headers={"Location": target})
    httpserver.expect_request("/files.example.nhs.uk/moved.csv").respond_with_data(CSV)
    with client_of(httpserver) as client:
        assert client.download(URL, into).final_url == target


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/april.csv", "loop"),
        ("https://elsewhere.example.com/april.csv", "another owner's host"),
        ("https://www.another-trust.nhs.uk/april.csv", "another owner's host"),
        (f"http://{HOST}/plain.csv", "from https to http"),
        ("https://169.254.169.254/latest/meta-data", "private address"),
        ("https://[::1]/x", "private address"),
        ("file:///etc/passwd", "a redirect to file"),
    ],
)
def test_n09_a_redirect_that_leads_away_is_refused_with_its_chain(
    httpserver: HTTPServer, into: Path, location: str, reason: str
) -> None:
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(status=301, headers={"Location": location})
    message = refused_download(httpserver.url_for(""), into)
    assert reason in message
    assert f"{URL} → " in message
    assert len(httpserver.log) == 1


def test_n09_more_than_five_redirects_are_refused(httpserver: HTTPServer, into: Path) -> None:
    def onward(request: Request) -> Response:
        return Response(status=302, headers={"Location": f"/hop{len(httpserver.log)}.csv"})

    httpserver.expect_request(Anything()).respond_with_handler(onward)
    assert "more than 5 redirects" in refused_download(httpserver.url_for(""), into)
    assert len(httpserver.log) == 6


class Anything(str):
    """Equal to every path."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def test_n09_a_private_address_is_refused_without_a_connection(into: Path) -> None:
    with raw_server(sends(b"")) as server:
        with Client(pause=0, limits=QUICK) as client:
            for url in (f"{server.root}/a.csv", server.root.replace("127.0.0.1", "localhost") + "/a.csv"):
                with pytest.raises(SourceUnavailable, match="private address"):
                    client.download(url, into)
        assert server.requests == []


def test_n09_a_name_that_leads_to_a_private_address_is_refused(into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(sends(b"")) as server:
        port = int(server.root.rpartition(":")[2])
        resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: resolved)
        with Client(pause=0, limits=QUICK) as client, pytest.raises(SourceUnavailable, match="private address"):
            client.download(f"http://rebound.nhs.uk:{port}/a.csv", into)
        assert server.requests == []


def test_n10_csv_declared_as_bytes_is_accepted_without_a_word(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    serves_page(httpserver, ("april.csv", "April"))
    path = f"/{HOST}/statistics/ae/april.csv"
    httpserver.expect_request(path).respond_with_data(CSV, content_type="application/octet-stream")
    result = visit(httpserver, archive, into)
    assert result.warnings == ()
    assert check_content(result.arrivals[0].path, "april.csv", a_spec()) == "csv"


def test_n10_a_wrong_type_is_a_warning_and_the_content_decides(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    serves_page(httpserver, ("april.csv", "April"), ("may.csv", "May"))
    pages = {"april": (CSV, "image/png"), "may": (a_zip({"may.csv": CSV}), "text/csv")}
    for name, (body, declared) in pages.items():
        path = f"/{HOST}/statistics/ae/{name}.csv"
        httpserver.expect_request(path).respond_with_data(body, content_type=declared)
    result = visit(httpserver, archive, into)
    assert [warning.partition(": ")[2] for warning in result.warnings] == [
        "declared as image/png, the content is csv; the content decides",
        "declared as text/csv, the content is zip; the content decides",
    ]
    assert check_content(result.arrivals[0].path, "april.csv", a_spec()) == "csv"


def test_n10_a_picture_in_place_of_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    with pytest.raises(FileRefused, match="not a table in any known format"):
        check_content(path, path.name, a_spec(kinds=("xlsx",)))


class Authority:
    """A certificate authority of the test's own, as PEM files."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._certificate("Test authority", self.key.public_key(), None, days=1))

    def _certificate(self, subject, public_key, host, days):  # type: ignore[no-untyped-def]
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.x509.oid import NameOID

        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        end = datetime.now(tz=UTC) + timedelta(days=days)
        built = (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named("Test authority"))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=2))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def context(self, host: str, days: int) -> ssl.SSLContext:
        """A server's context with a certificate for ``host`` that ends in ``days``."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        chain = self.folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(private + self._certificate(host, key.public_key(), host, days))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


class Quiet(BaseHTTPRequestHandler):
    """Answers every request with the same CSV, and logs nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CSV)))
        self.end_headers()
        self.wfile.write(CSV)

    def log_message(self, *args: object) -> None:
        return


class TolerantServer(ThreadingHTTPServer):
    """A server to which a refused handshake is no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return


@contextmanager
def tls_server(context: ssl.SSLContext) -> Iterator[str]:
    server = TolerantServer(("127.0.0.1", 0), Quiet)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("host", "days", "is_trusted", "reason"),
    [
        ("localhost", -1, True, "certificate has expired"),
        ("www.example.nhs.uk", 1, True, "not valid for"),
        ("localhost", 1, False, "unable to get local issuer certificate"),
    ],
    ids=["expired", "wrong-host", "unknown-authority"],
)
def test_n11_a_certificate_that_cannot_be_trusted_ends_the_visit_at_once(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch, host: str, days: int, is_trusted: bool, reason: str
) -> None:
    authority = Authority(tmp_path)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with tls_server(authority.context(host, days)) as root:
        message = refused_download(root, into)
    assert "certificate can't be trusted" in message
    assert reason in message


def test_n11_a_certificate_of_a_trusted_authority_is_accepted(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with tls_server(authority.context("localhost", 1)) as root, Client(root, pause=0, limits=QUICK) as client:
        assert client.download(URL, into).path is not None


def test_n12_a_name_that_does_not_resolve_is_retried_then_unavailable(
    into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def nowhere(host: str, *args: object, **kwargs: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with Client(pause=0, limits=QUICK) as client, pytest.raises(SourceUnavailable, match="could not be resolved"):
        client.download(URL, into)
    assert asked == [HOST] * QUICK.attempts


def test_n12_a_server_that_is_down_ends_the_visit_after_a_few_files(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    serves_page(httpserver, *((f"{month}.csv", "CSV") for month in range(10)))
    httpserver.expect_request(f"/{HOST}/statistics/ae/0.csv").respond_with_data(CSV)
    result = visit(httpserver, archive, into, replace(QUICK, attempts=1))
    assert len(result.arrivals) == 1
    assert result.unavailable[-1] == "ae_test: 3 failures in a row; 6 files were not asked for"


def offers_conditionally(server: HTTPServer) -> list[int]:
    """Serve april.csv with an ETag, 304 when asked with it; the list of statuses grows as it is asked."""
    statuses = []

    def answer(request: Request) -> Response:
        statuses.append(304 if request.headers.get("If-None-Match") == '"1"' else 200)
        return Response(CSV if statuses[-1] == 200 else b"", status=statuses[-1], headers={"ETag": '"1"'})

    serves_page(server, ("april.csv", "April"))
    server.expect_request(f"/{HOST}/statistics/ae/april.csv").respond_with_handler(answer)
    return statuses


def test_n13_a_second_visit_fetches_nothing(httpserver: HTTPServer, archive: Archive, into: Path) -> None:
    statuses = offers_conditionally(httpserver)
    assert visit(httpserver, archive, into).unchanged == 0
    second = visit(httpserver, archive, into)
    assert (second.arrivals, second.unchanged, statuses) == ((), 1, [200, 304])


def test_n13_lost_bytes_are_fetched_again_unconditionally(httpserver: HTTPServer, archive: Archive, into: Path) -> None:
    statuses = offers_conditionally(httpserver)
    visit(httpserver, archive, into)
    (row,) = archive.files("ae_test")
    archive.open(row.sha256).unlink()
    assert visit(httpserver, archive, into).unchanged == 1
    assert statuses == [200, 200]
    assert archive.open(row.sha256).read_bytes() == CSV


def test_n13_an_unchanged_answer_that_nobody_asked_for_is_refused(httpserver: HTTPServer, into: Path) -> None:
    httpserver.expect_request(f"/{HOST}/april.csv").respond_with_data(status=304)
    assert "HTTP 304" in refused_download(httpserver.url_for(""), into)


def test_n14_new_bytes_at_the_same_address_are_a_new_release_and_the_old_one_stays(
    httpserver: HTTPServer, archive: Archive, into: Path
) -> None:
    serves_page(httpserver, ("april.csv", "April"))
    bodies = iter([CSV, CSV.replace(b"1", b"2"), CSV.replace(b"1", b"2")])
    path = f"/{HOST}/statistics/ae/april.csv"
    httpserver.expect_request(path).respond_with_handler(lambda request: Response(next(bodies)))
    visit(httpserver, archive, into)
    visit(httpserver, archive, into)
    third = visit(httpserver, archive, into)
    rows = archive.files("ae_test")
    assert [(row.sequence, row.name) for row in rows] == [(1, "april.csv"), (2, "april.csv")]
    assert archive.open(rows[0].sha256).read_bytes() == CSV
    assert (third.arrivals, third.unchanged) == ((), 1)


def test_n15_a_compressed_body_is_unpacked(into: Path) -> None:
    packed = gzip.compress(CSV)
    answer = sends(head("200 OK", Content_Length=len(packed), Content_Encoding="gzip") + packed)
    with raw_server(answer) as server, Client(server.root, limits=QUICK) as client:
        fetched = client.download(URL, into)
    assert fetched.path is not None
    assert fetched.path.read_bytes() == CSV


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_n15_a_body_that_is_not_encoded_as_it_says_is_refused(into: Path, encoding: str) -> None:
    with raw_server(sends(head("200 OK", Content_Length=len(CSV), Content_Encoding=encoding) + CSV)) as server:
        refused_download(server.root, into)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(replace(QUICK, max_file_bytes=1_000_000), "more than 1,000,000 bytes"), (QUICK, "more than 250 times its size")],
    ids=["bytes", "ratio"],
)
def test_n15_a_compression_bomb_is_refused_and_leaves_nothing(into: Path, limits: Limits, reason: str) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    answer = sends(head("200 OK", Content_Length=len(bomb), Content_Encoding="gzip") + bomb)
    with (
        raw_server(answer) as server,
        Client(server.root, limits=limits) as client,
        pytest.raises(FileRefused, match=reason),
    ):
        client.download(URL, into)
    assert list(into.iterdir()) == []


def test_n15_a_file_announced_as_too_big_is_not_begun(into: Path) -> None:
    with (
        raw_server(sends(head("200 OK", Content_Length=10**12) + b"x")) as server,
        Client(server.root) as client,
        pytest.raises(FileRefused, match="are announced"),
    ):
        client.download(URL, into)
    assert list(into.iterdir()) == []
