"""Every dataset is found on a loopback copy of its publisher's page, however the publisher moves its files about.

The tests go over the catalogue: a new dataset is tried here without an edit. Answers of an API stand at addresses that
its lists or the spec name: they can't be renamed or moved, so the tests about links leave those datasets out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_specs
from orchestration.datasets.protocol import SyntheticFile, lister_of, synthesiser_of, synthetic_lists_of
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.refresh.intake import acquire
from orchestration.refresh.load import load_pending, registering_datasets
from orchestration.refresh.outcomes import FileOutcome, Outcome, RefreshRequest
from orchestration.simulation.publisher import Publisher
from orchestration.simulation.world import World

LIVE = [spec.name for spec in dataset_specs().values() if spec.discovery is not None]
LINKED = [spec.name for spec in dataset_specs().values() if spec.discovery and spec.discovery.links]
LISTED = [dataset for dataset in LIVE if lister_of(dataset)]
SUFFIX = "-k7Q2zX"


@cache
def world() -> World:
    return World.make(scale="small")


@cache
def files_of(dataset: str) -> tuple[SyntheticFile, ...]:
    return tuple(synthesiser_of(dataset)(world()))


@dataclass(frozen=True)
class Live:
    """A home, and the publisher that it asks."""

    dataset: str
    home: Home
    publisher: Publisher

    def publish(self, files: Sequence[SyntheticFile]) -> None:
        """Put files on their pages, and the lists that an API has beside them."""
        for file in (*synthetic_lists_of(self.dataset, world()), *files):
            self.publisher.publish(dataset_specs()[self.dataset], file)

    def visit(self) -> list[FileOutcome]:
        """Ask the publisher and load what came."""
        arrived = acquire(self.home, RefreshRequest(datasets=(self.dataset,)))
        loaded = {item.release_sha256: item for item in load_pending(self.home, self.dataset)}
        return [loaded.get(item.release_sha256, item) for item in arrived]

    def offered(self, files: Sequence[SyntheticFile]) -> list[SyntheticFile]:
        """All files that a page links to; of an API's answers those whose address its lists gave."""
        asked = {f"https:/{request.path}" for request in self.publisher.requests}
        return [file for file in files if file.address is None or file.address in asked]

    def releases(self) -> set[str]:
        return {report.release_sha256 for report in Lake(self.home.lake).reports(self.dataset)}


@pytest.fixture
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    dataset = str(request.param)
    with Publisher() as publisher:
        home = Home(tmp_path / "home").create(synthetic=True, publisher_root=publisher.root)
        Lake(home.lake).prepare()
        for register in registering_datasets(dataset_specs()[dataset]):
            registered = Live(register, home, publisher)
            registered.publish(files_of(register))
            registered.visit()
        yield Live(dataset, home, publisher)


def newest_of(dataset: str) -> SyntheticFile:
    return max(files_of(dataset), key=lambda file: (file.published_on, file.name))


def renamed(file: SyntheticFile) -> SyntheticFile:
    stem, dot, kind = file.name.rpartition(".")
    return replace(file, name=f"{stem}{SUFFIX}{dot}{kind}")


@pytest.mark.parametrize("live", LIVE, indirect=True)
def test_every_file_on_the_page_is_found_and_loaded_without_loss(live: Live) -> None:
    live.publish(files_of(live.dataset))
    outcomes = live.visit()
    assert {item.outcome for item in outcomes} == {Outcome.LOADED}, [item for item in outcomes if item.reason]
    assert all(count.is_reconciled and not count.rows_quarantined for item in outcomes for count in item.counts)
    assert len(live.releases()) == len({file.content for file in live.offered(files_of(live.dataset))})


@pytest.mark.parametrize("live", LINKED, indirect=True)
def test_a_page_whose_links_are_gone_keeps_the_last_good_release(live: Live) -> None:
    file = newest_of(live.dataset)
    live.publish([file])
    live.visit()
    held = live.releases()
    live.publisher.withdraw(file.name)
    (outcome,) = live.visit()
    assert outcome.outcome is Outcome.UNAVAILABLE
    assert "last good release stays" in outcome.reason
    assert live.releases() == held != set()


@pytest.mark.parametrize("live", LINKED, indirect=True)
def test_a_link_that_stands_twice_gives_one_release(live: Live) -> None:
    file = newest_of(live.dataset)
    live.publish([file, replace(file, published_on=file.published_on + timedelta(days=40))])
    outcomes = live.visit()
    assert len({item.release_sha256 for item in outcomes if item.outcome is Outcome.LOADED}) == 1
    assert not {item.outcome for item in outcomes} & {Outcome.REFUSED, Outcome.UNAVAILABLE}
    assert len(live.releases()) == 1


@pytest.mark.parametrize("live", LINKED, indirect=True)
def test_a_file_renamed_with_a_random_suffix_is_found_and_is_no_second_release(live: Live) -> None:
    file = newest_of(live.dataset)
    live.publish([file])
    live.visit()
    held = live.releases()
    live.publisher.withdraw(file.name)
    live.publish([renamed(file)])
    assert not {item.outcome for item in live.visit()} & {Outcome.REFUSED, Outcome.UNAVAILABLE}
    assert live.releases() == held


@pytest.mark.parametrize("live", LINKED, indirect=True)
def test_a_file_that_moved_to_another_upload_month_is_found(live: Live) -> None:
    file = newest_of(live.dataset)
    live.publish([replace(renamed(file), published_on=file.published_on + timedelta(days=70))])
    (outcome,) = live.visit()
    assert outcome.outcome is Outcome.LOADED, outcome.reason


@pytest.mark.parametrize("live", LISTED, indirect=True)
def test_an_api_whose_list_is_gone_keeps_the_last_good_releases(live: Live) -> None:
    live.publish(files_of(live.dataset))
    live.visit()
    held = live.releases()
    for listed in synthetic_lists_of(live.dataset, world()):
        live.publisher.withdraw(listed.name)
    (outcome,) = live.visit()
    assert outcome.outcome is Outcome.UNAVAILABLE
    assert "HTTP 404" in outcome.reason
    assert live.releases() == held != set()
