"""What has arrived, for which dataset, and where it comes from."""

import gzip
from pathlib import Path

import pytest
from support_acquisition import INDEX, a_spec, a_zip, page_with

from orchestration.acquisition.addresses import checked, redirect_fault, registrable, shown
from orchestration.acquisition.collect import Arrival, Ignored, from_folder, origin_of, unknown_folders
from orchestration.acquisition.discover import candidates
from orchestration.acquisition.fetch import Page
from orchestration.acquisition.policy import check_origin
from orchestration.errors import FileRefused, SourceUnavailable, UsageError


class Pages:
    """A reader of given pages, in place of a client."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages

    def get_page(self, url: str) -> Page:
        return Page(url, self.pages[url])


def test_files_are_offered_by_dataset_and_name(tmp_path: Path) -> None:
    for name in (
        "ae_test/b.csv",
        "ae_test/a.csv",
        "ae_test/.DS_Store",
        "ae_test/deeper/c.csv",
        "_notes/d.csv",
        "e.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a,b\n")
    offered = from_folder(tmp_path, {"ae_test": a_spec()})
    assert [(file.dataset, file.name) for file in offered] == [("ae_test", "a.csv"), ("ae_test", "b.csv")]
    first = offered[0]
    assert isinstance(first, Arrival)
    assert (first.url, first.origin, first.path) == (None, "publisher", tmp_path / "ae_test" / "a.csv")


def test_a_folder_of_no_known_dataset_is_reported_and_not_read(tmp_path: Path) -> None:
    for name in ("ae_test", "weather", "_links", ".git"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_bytes(b"a,b\n")
    specs = {"ae_test": a_spec()}
    assert unknown_folders(tmp_path, specs) == ["weather"]
    assert {file.dataset for file in from_folder(tmp_path, specs)} == {"ae_test"}


def test_a_file_that_the_spec_ignores_is_returned_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "ae_test").mkdir()
    (tmp_path / "ae_test" / "annex.ods").write_bytes(b"x")
    spec = a_spec(ignores=[{"pattern": "^annex", "why": "definitions, no data"}])
    assert from_folder(tmp_path, {"ae_test": spec}) == [Ignored("ae_test", "annex.ods", "definitions, no data")]


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        from_folder(tmp_path / "nowhere", {})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("SYNTHETIC-april.csv", b"a,b\n"),
        ("synthetic-april.csv", b"a,b\n"),
        ("april.csv", b"code,name\nZZ1,Elm Trust (SYNTHETIC)\n"),
        ("april.csv", "code,name\nZZ1,Elm Trust (SYNTHETIC)\n".encode("utf-16")),
        ("april.csv.gz", gzip.compress(b"code,name\nZZ1,Elm Trust (SYNTHETIC)\n", mtime=0)),
        ("april.zip", a_zip({"april.csv": b"code,name\nZZ1,Elm Trust (SYNTHETIC)\n"})),
    ],
)
def test_a_file_that_says_it_is_synthetic_is_synthetic(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "arrived"
    path.write_bytes(content)
    assert origin_of(path, name, a_spec()) == "synthetic"
    assert origin_of(path, name, a_spec(kind="qi_log")) == "synthetic"


def test_other_files_are_the_publishers_and_logs_are_the_users(tmp_path: Path) -> None:
    path = tmp_path / "arrived"
    path.write_bytes(b"a,b\n")
    assert origin_of(path, "april.csv", a_spec()) == "publisher"
    assert origin_of(path, "log.csv", a_spec(kind="qi_log")) == "user"
    assert origin_of(path, "april.csv", a_spec(), declared_synthetic=True) == "synthetic"


@pytest.mark.parametrize(
    ("origin", "synthetic_home", "passes"),
    [
        ("publisher", False, True),
        ("user", False, True),
        ("synthetic", False, False),
        ("publisher", True, False),
        ("user", True, False),
        ("synthetic", True, True),
    ],
)
def test_synthetic_and_real_files_never_share_a_home(
    tmp_path: Path, origin: str, synthetic_home: bool, passes: bool
) -> None:
    arrival = Arrival("ae_test", tmp_path / "a.csv", "a.csv", None, origin)  # type: ignore[arg-type]
    if passes:
        check_origin(arrival, synthetic_home)
    else:
        with pytest.raises(FileRefused, match=r"ae_test/a\.csv"):
            check_origin(arrival, synthetic_home)


def test_links_are_resolved_and_kept_once_in_page_order() -> None:
    page = page_with(
        ("/uploads/2025/may.csv", "May <b>2025</b>\n CSV"),
        ("april.csv#top", "April 2025"),
        ("https://files.example.nhs.uk/march.csv", "March 2025"),
        ("/uploads/2025/may.csv", "May again"),
        ("mailto:team@example.nhs.uk?x=.csv", "write to us"),
        ("javascript:load('x.csv')", "script"),
        ("notes.pdf", "Notes"),
    )
    found = candidates(Pages({INDEX: page}), a_spec())
    assert [(link.url, link.text) for link in found] == [
        ("https://www.example.nhs.uk/uploads/2025/may.csv", "May 2025 CSV"),
        ("https://www.example.nhs.uk/statistics/ae/april.csv", "April 2025"),
        ("https://files.example.nhs.uk/march.csv", "March 2025"),
    ]
    assert {link.page for link in found} == {INDEX}


def test_pages_that_the_landing_page_leads_to_are_read_as_far_as_the_rule_says() -> None:
    years = [f"{INDEX}ae-{year}/" for year in (2025, 2024, 2023)]
    pages = {year: page_with((f"{year[-5:-1]}.csv", "CSV")) for year in years}
    pages[INDEX] = page_with(*((year, "Year") for year in years), ("about/", "About"))
    spec = a_spec(discovery={"index": INDEX, "follow": r"/ae-\d{4}/$", "links": r"\.csv$", "max_pages": 2})
    assert [link.url for link in candidates(Pages(pages), spec)] == [f"{years[0]}2025.csv", f"{years[1]}2024.csv"]


def test_further_landing_pages_are_read_beside_the_index() -> None:
    other = "https://example.org/registers/"
    spec = a_spec(discovery={"index": INDEX, "further": [other], "links": r"\.csv$"})
    pages = {INDEX: page_with(("map.csv", "Map")), other: page_with(("register.csv", "Register"))}
    assert [link.url for link in candidates(Pages(pages), spec)] == [f"{INDEX}map.csv", f"{other}register.csv"]


def test_the_text_of_a_link_can_decide() -> None:
    page = page_with(("a.csv", "April 2025 (CSV, 30KB)"), ("b.csv", "Quarterly time series"))
    spec = a_spec(discovery={"index": INDEX, "links": r"\.csv$", "link_text": r"^[A-Z][a-z]+ \d{4} \(CSV"})
    assert [link.text for link in candidates(Pages({INDEX: page}), spec)] == ["April 2025 (CSV, 30KB)"]


def test_spaces_in_an_address_match_a_rule_written_with_spaces() -> None:
    spec = a_spec(discovery={"index": INDEX, "links": r"Monthly AE \w+\.csv$"})
    found = candidates(Pages({INDEX: page_with(("Monthly%20AE%20May.csv", "x"), ("Monthly AE June.csv", "y"))}), spec)
    assert [link.url[-20:] for link in found] == ["onthly%20AE%20May.csv"[-20:], "nthly%20AE%20June.csv"[-20:]]


def test_a_base_element_moves_relative_links() -> None:
    page = '<html><head><base href="/files/"></head><body><a href="a.csv">A</a></body></html>'
    assert candidates(Pages({INDEX: page}), a_spec())[0].url == "https://www.example.nhs.uk/files/a.csv"


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("www.england.nhs.uk", "england.nhs.uk"),
        ("files.digital.nhs.uk", "digital.nhs.uk"),
        ("www.gov.uk", "www.gov.uk"),
        ("assets.publishing.service.gov.uk", "publishing.service.gov.uk"),
        ("fingertips.phe.org.uk", "phe.org.uk"),
        ("a.b.example.com", "example.com"),
        ("one.github.io", "one.github.io"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_the_registrable_part_of_a_host_is_one_owners(host: str, owner: str) -> None:
    assert registrable(host) == owner


def test_another_trust_is_another_owner() -> None:
    assert redirect_fault("https://www.trust-a.nhs.uk/x", "https://www.trust-b.nhs.uk/x") is not None
    assert redirect_fault("https://www.trust-a.nhs.uk/x", "https://cdn.trust-a.nhs.uk/x") is None


def test_an_address_with_a_password_is_not_asked_and_the_password_not_shown() -> None:
    with pytest.raises(SourceUnavailable) as caught:
        checked("https://someone:hunter2@www.example.nhs.uk/a.csv")
    assert "hunter2" not in str(caught.value)


def test_secrets_in_a_query_are_not_shown() -> None:
    assert shown("https://x.nhs.uk/a.csv?year=2025&api_key=abc&sig=def") == (
        "https://x.nhs.uk/a.csv?year=2025&api_key=***&sig=***"
    )


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.nhs.uk/a", "https:///a", "a.csv"])
def test_only_http_and_https_are_asked(url: str) -> None:
    with pytest.raises(SourceUnavailable, match="only http and https"):
        checked(url)
