"""Rebuild a past state: a home that holds only what was known on a day.

Belongs here: which files and acceptances were known then, and copying them. Does not: building (the usual refresh).

Today's code reads the files of then: what differs from the release of that day is method, never data. A file counts as
known from the day on which its publisher published it, where the file says so, else from the day it was first seen.
"""

import os
import shutil
from datetime import date, datetime
from pathlib import Path

from orchestration.acquisition.archive import Archive, ArchivedFile
from orchestration.catalogue.registry import dataset_specs
from orchestration.errors import UsageError
from orchestration.home import Home, now
from orchestration.lake.store import Lake


def known_on(file: ArchivedFile, published_on: date | None) -> date:
    """The day from which a file counts as known."""
    return published_on or datetime.fromisoformat(file.first_seen).date()


def past_home(home: Home, into: Path, on: date) -> Home:
    """A new home in ``into`` with what ``home`` knew on the day ``on``; the files are linked, not copied, if possible.

    UsageError when ``into`` holds something already, when the day lies ahead, or when nothing was known on it.
    """
    if on > now().date():
        raise UsageError(f"{on} lies ahead; a past state is rebuilt, not a future one")
    if into.resolve().is_relative_to(home.root.resolve()):
        raise UsageError(f"{into} lies in the home {home.root}; a past state is rebuilt into a folder of its own")
    if into.exists() and any(into.iterdir()):
        raise UsageError(f"{into} is not empty; a past state is rebuilt into a folder of its own")
    known = [
        (file, report)
        for dataset in dataset_specs()
        for file, report in _loaded(home, dataset)
        if known_on(file, report) <= on
    ]
    if not known:
        raise UsageError(f'this home knew no file on {on}; `evenhand sql "from releases"` lists what it knows')
    past = Home(into).create(synthetic=home.settings.synthetic, as_of=on)
    for file, _ in known:
        _take(home, past, file, on)
    # what this home has shown since is known to readers of the past state too
    if home.ledger.exists():
        shutil.copytree(home.ledger, past.ledger)
    return past


def _loaded(home: Home, dataset: str) -> list[tuple[ArchivedFile, date | None]]:
    """Files of the dataset that are in the lake, with the publication date that each states."""
    reports = {report.release_sha256: report for report in Lake(home.lake).reports(dataset)}
    files = Archive(home.archive).files(dataset)
    return [(file, reports[file.sha256].published_on) for file in files if file.sha256 in reports]


def _take(home: Home, past: Home, file: ArchivedFile, on: date) -> None:
    """Link a release's bytes, its manifest row and its lake files into the past home; forget later acceptances."""
    blob = Archive(home.archive).open(file.sha256)
    row = home.archive / file.dataset / f"{file.sha256}.json"
    report = home.lake / file.dataset / "releases" / f"{file.sha256}.json"
    for path in (blob, row, *(home.lake / file.dataset).glob(f"*/{file.sha256}.parquet"), report):
        _link(path, past.root / path.relative_to(home.root))
    if file.accepted_on and file.accepted_on > on:
        Archive(past.archive).accept(file.dataset, file.sha256, None)
        Lake(past.lake).accept(file.dataset, file.sha256, None)


def _link(path: Path, target: Path) -> None:
    """A second name for a file that nobody changes in place; a copy where the file system has no such thing."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copy2(path, target)
