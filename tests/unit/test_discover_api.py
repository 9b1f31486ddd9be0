"""Files that an API gives: fixed addresses, addresses from its lists, their names, and answers that are no data."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError
from support_acquisition import INDEX, QUICK, a_spec

from orchestration.acquisition.addresses import file_name
from orchestration.acquisition.archive import Archive
from orchestration.acquisition.collect import CollectResult, from_publisher
from orchestration.acquisition.discover import Lister
from orchestration.acquisition.fetch import Client
from orchestration.acquisition.sniff import check_content
from orchestration.catalogue.models import DatasetSpec, Discovery
from orchestration.datasets.protocol import SyntheticFile, lister_of
from orchestration.errors import FileRefused, SourceUnavailable
from orchestration.simulation.publisher import Publisher

API = "https://api.example.nhs.uk"
LIST = f"{API}/list?kind=all"
RULE = {"index": INDEX, "addresses": [f"{API}/meta?id={{item}}", f"{API}/all?as=csv"], "items": ["7", "8"]}


def spec_of(**rule: object) -> DatasetSpec:
    return a_spec(kinds=("csv", "json"), discovery={**RULE, **rule})


def answer(address: str, content: bytes) -> SyntheticFile:
    return SyntheticFile("SYNTHETIC-answer", content, "", "", date(2026, 1, 5), address)


def lister(rule: Discovery, read: Callable[[str], object]) -> Iterable[str]:
    """Addresses of the numbers that the list names."""
    listed = read(LIST)
    assert isinstance(listed, list)
    return [f"{API}/indicator/{number}/rawDataJSON?period=33" for number in listed if str(number) in rule.items]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    files = [
        answer(f"{API}/meta?id=7", b'{"7": {"name": "seven"}}'),
        answer(f"{API}/meta?id=8", b'{"8": {"name": "eight"}}'),
        answer(f"{API}/all?as=csv", b"code\r\nZA1\r\n"),
        answer(LIST, json.dumps([6, 7]).encode()),
        answer(f"{API}/indicator/7/rawDataJSON?period=33", b'{"rows": []}'),
    ]
    with Publisher([(spec_of(), file) for file in files]) as running:
        yield running


def visit(publisher: Publisher, folder: Path, asked: Lister | None = None) -> CollectResult:
    with Client(publisher.root, pause=0, limits=QUICK) as client:
        return from_publisher(client, Archive(folder / "archive"), spec_of(), folder / "in", asked)


def test_fixed_addresses_are_asked_for_each_item_and_no_page_is_read(publisher: Publisher, tmp_path: Path) -> None:
    found = visit(publisher, tmp_path)
    assert [arrival.url for arrival in found.arrivals] == [f"{API}/meta?id=7", f"{API}/meta?id=8", f"{API}/all?as=csv"]
    assert [arrival.name for arrival in found.arrivals] == [
        f"SYNTHETIC-{name}" for name in ("meta_id=7.json", "meta_id=8.json", "all_as=csv.csv")
    ]
    assert {arrival.origin for arrival in found.arrivals} == {"synthetic"}
    assert publisher.requests[0].path == "/api.example.nhs.uk/meta?id=7"
    assert len(publisher.requests) == 3


def test_addresses_from_the_apis_lists_come_after_the_fixed_ones(publisher: Publisher, tmp_path: Path) -> None:
    found = visit(publisher, tmp_path, lister)
    assert found.warnings == ()
    assert [arrival.name for arrival in found.arrivals][3:] == ["SYNTHETIC-indicator-7-rawDataJSON_period=33.json"]


def test_an_answer_that_the_archive_has_is_asked_for_with_its_validators(publisher: Publisher, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for arrival in visit(publisher, tmp_path).arrivals:
        archive.add(
            arrival.path, dataset="ae_test", name=arrival.name, origin=arrival.origin, licence="-", url=arrival.url,
            etag=arrival.etag, last_modified=arrival.last_modified,
        )  # fmt: skip
    again = visit(publisher, tmp_path)
    assert (again.arrivals, again.unchanged) == ((), 3)
    assert [request.status for request in publisher.requests[3:]] == [304, 304, 304]


def test_a_web_page_in_place_of_a_list_leaves_everything_as_it_was(publisher: Publisher, tmp_path: Path) -> None:
    publisher.fail(r"/list\?kind", "html")
    with pytest.raises(SourceUnavailable, match=r"no JSON but a web page titled 'Just a moment"):
        visit(publisher, tmp_path, lister)


def test_an_empty_list_is_no_reason_to_forget_anything(publisher: Publisher, tmp_path: Path) -> None:
    publisher.publish(spec_of(), answer(LIST, b"[]"))
    with pytest.raises(SourceUnavailable, match=r"name nothing that is asked for \(7, 8\)"):
        visit(publisher, tmp_path, lister)


def test_a_web_page_in_place_of_an_answer_arrives_with_a_warning_and_is_refused(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.fail(r"/meta\?id=7", "html")
    found = visit(publisher, tmp_path)
    assert [arrival.name for arrival in found.arrivals] == [
        f"SYNTHETIC-{name}" for name in ("meta_id=7", "meta_id=8.json", "all_as=csv.csv")
    ]
    with pytest.raises(FileRefused, match="this is a web page"):
        check_content(found.arrivals[0].path, found.arrivals[0].name, spec_of())


def test_an_answer_that_is_gone_does_not_keep_the_others_away(publisher: Publisher, tmp_path: Path) -> None:
    publisher.publish(spec_of(), SyntheticFile("SYNTHETIC-gone", b"{}", "", "", date(2026, 1, 5), f"{API}/meta?id=7"))
    publisher.withdraw("SYNTHETIC-gone")
    found = visit(publisher, tmp_path)
    assert len(found.arrivals) == 2
    assert "meta?id=7" in found.unavailable[0]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.nhs.uk/a/Monthly%20AE.csv?v=2", "Monthly AE.csv"),
        ("https://x.nhs.uk/a/data", "data"),
        ("https://x.nhs.uk/", "unnamed"),
        (
            "https://x.nhs.uk/api/all_data/csv/by_indicator_id?indicator_ids=200&child_area_type_id=7",
            "all_data-csv-by_indicator_id_indicator_ids=200_child_area_type_id=7",
        ),
        ("https://x.nhs.uk/d?id=1&apikey=hush", "d_id=1"),
        ("https://x.nhs.uk/d?path=../../etc/passwd", "d_path=..-..-etc-passwd"),
    ],
)
def test_an_answer_is_named_after_what_was_asked(url: str, name: str) -> None:
    assert file_name(url) == name


def test_long_questions_get_names_that_stay_apart() -> None:
    names = {file_name(f"https://x.nhs.uk/d?ids={'9' * 300}{last}") for last in "ab"}
    assert len(names) == 2
    assert max(map(len, names)) < 200


@pytest.mark.parametrize("rule", [{"index": INDEX}, {"index": INDEX, "items": ["1"], "follow": "x"}])
def test_a_rule_that_can_find_nothing_is_no_rule(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Discovery.model_validate(rule)


def test_a_dataset_whose_files_are_linked_has_no_lister() -> None:
    assert lister_of("ae_monthly") is None
