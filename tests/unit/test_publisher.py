"""The loopback publisher: pages, files, conditional requests and failures over real HTTP."""

import http.client
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
from support_acquisition import INDEX, a_spec

from orchestration.datasets.protocol import SyntheticFile
from orchestration.errors import UsageError
from orchestration.simulation.publisher import Publisher

YEAR_PAGE = "/statistics/ae/year-2024-25/"
CONTENT = b"code\r\nZA1\r\n"


def a_file(name: str = "SYNTHETIC-a.csv", page: str = YEAR_PAGE, content: bytes = CONTENT) -> SyntheticFile:
    return SyntheticFile(name, content, page, "A month", date(2024, 7, 11))


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    files = [(a_spec(), a_file()), (a_spec(), a_file("SYNTHETIC-b.csv", "/statistics/ae/year-2023-24/"))]
    with Publisher(files) as running:
        yield running


def ask(publisher: Publisher, url: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer to a publisher's ``url``; headers with _ for -."""
    host, _, port = urlsplit(publisher.root).netloc.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=1)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", url.replace("https://", "/"), headers=named)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_the_index_leads_to_year_pages_and_those_to_files(publisher: Publisher) -> None:
    answer, index = ask(publisher, INDEX)
    assert answer.status == 200
    assert b"year-2024-25/" in index
    assert b"year-2023-24/" in index
    assert b"SYNTHETIC-a.csv" not in index
    _, year = ask(publisher, f"https://www.example.nhs.uk{YEAR_PAGE}")
    assert b"SYNTHETIC-a.csv" in year
    assert b"SYNTHETIC-b.csv" not in year


def test_a_file_on_the_index_page_is_linked_there() -> None:
    with Publisher([(a_spec(), a_file(page=urlsplit(INDEX).path))]) as publisher:
        assert b"SYNTHETIC-a.csv" in ask(publisher, INDEX)[1]


def test_a_file_comes_with_its_bytes_and_says_that_it_is_synthetic(publisher: Publisher) -> None:
    answer, content = ask(publisher, publisher.address_of("SYNTHETIC-a.csv"))
    assert content == CONTENT
    assert answer.headers["X-Evenhand-Synthetic"] == "true"
    assert answer.headers["Last-Modified"] == "Thu, 11 Jul 2024 09:30:00 GMT"


def test_a_client_that_has_the_file_is_told_that_nothing_changed(publisher: Publisher) -> None:
    url = publisher.address_of("SYNTHETIC-a.csv")
    first, _ = ask(publisher, url)
    by_tag, body = ask(publisher, url, If_None_Match=first.headers["ETag"])
    assert (by_tag.status, body) == (304, b"")
    by_date, _ = ask(publisher, url, If_Modified_Since=first.headers["Last-Modified"])
    assert by_date.status == 304
    assert [request.is_conditional for request in publisher.requests] == [False, True, True]
    assert [request.status for request in publisher.requests] == [200, 304, 304]


def test_a_replaced_file_has_the_same_address_other_bytes_and_another_tag(publisher: Publisher) -> None:
    url = publisher.address_of("SYNTHETIC-a.csv")
    before, _ = ask(publisher, url)
    assert publisher.replace("SYNTHETIC-a.csv", b"code\r\nZA2\r\n") == url
    after, content = ask(
        publisher,
        url,
        If_None_Match=before.headers["ETag"],
        If_Modified_Since=before.headers["Last-Modified"],
    )
    assert after.status == 200
    assert content == b"code\r\nZA2\r\n"
    assert after.headers["ETag"] != before.headers["ETag"]
    assert ask(publisher, url, If_Modified_Since=before.headers["Last-Modified"])[0].status == 200


def test_a_published_file_appears_and_a_withdrawn_one_goes_with_its_link(publisher: Publisher) -> None:
    page = f"https://www.example.nhs.uk{YEAR_PAGE}"
    publisher.publish(a_spec(), a_file("SYNTHETIC-c.csv"))
    assert b"SYNTHETIC-c.csv" in ask(publisher, page)[1]
    gone = publisher.address_of("SYNTHETIC-a.csv")
    publisher.withdraw("SYNTHETIC-a.csv")
    assert ask(publisher, gone)[0].status == 404
    assert b"SYNTHETIC-a.csv" not in ask(publisher, page)[1]


def test_a_page_without_its_last_slash_is_a_redirect(publisher: Publisher) -> None:
    answer, _ = ask(publisher, INDEX.rstrip("/"))
    assert answer.status == 301
    assert answer.headers["Location"] == f"{publisher.root}/www.example.nhs.uk/statistics/ae/"


def test_an_unknown_address_is_not_found(publisher: Publisher) -> None:
    assert ask(publisher, "https://www.example.nhs.uk/statistics/wp-content/nothing.csv")[0].status == 404


@pytest.mark.parametrize(("mode", "status"), [("503", 503), ("429", 429), ("html", 200)])
def test_a_failure_strikes_as_often_as_asked_and_then_ends(publisher: Publisher, mode: str, status: int) -> None:
    url = publisher.address_of("SYNTHETIC-a.csv")
    publisher.fail(r"SYNTHETIC-a\.csv$", mode, times=1)  # type: ignore[arg-type]
    answer, body = ask(publisher, url)
    assert answer.status == status
    assert body != CONTENT
    assert ask(publisher, publisher.address_of("SYNTHETIC-b.csv"))[1] == CONTENT
    assert ask(publisher, url)[1] == CONTENT


def test_a_truncated_download_ends_before_the_announced_length(publisher: Publisher) -> None:
    publisher.fail("SYNTHETIC-a", "truncate")
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(publisher, publisher.address_of("SYNTHETIC-a.csv"))
    assert caught.value.partial == CONTENT[: len(CONTENT) // 2]
    publisher.heal()
    assert ask(publisher, publisher.address_of("SYNTHETIC-a.csv"))[1] == CONTENT


def test_a_stalled_download_times_out_and_does_not_hold_up_the_end(publisher: Publisher) -> None:
    publisher.fail("SYNTHETIC-a", "stall")
    with pytest.raises(TimeoutError):
        ask(publisher, publisher.address_of("SYNTHETIC-a.csv"))


def test_a_name_that_is_not_there_cannot_be_replaced(publisher: Publisher) -> None:
    with pytest.raises(UsageError, match="0 published files"):
        publisher.replace("SYNTHETIC-z.csv", b"")


def test_upload_folders_follow_the_date_on_nhs_england_and_a_hash_elsewhere() -> None:
    index = "https://www.england.nhs.uk/statistics/x/"
    spec = a_spec(discovery={"index": index, "links": r"\.csv$"})
    other = a_spec(discovery={"index": "https://digital.nhs.uk/x", "links": r"\.csv$"})
    publisher = Publisher()
    address = publisher.publish(spec, a_file("SYNTHETIC-April 2024.csv", "/statistics/x/"))
    assert address.endswith("/statistics/wp-content/uploads/sites/2/2024/07/SYNTHETIC-April%202024.csv")
    assert publisher.publish(other, a_file(page="/x")).startswith("https://files.digital.nhs.uk/")
