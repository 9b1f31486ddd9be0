"""Bring files into the archive: from a folder, from publishers, from the inbox of QI logs.

Belongs here: which source is asked, the privacy screen before a log is archived, refusals at the door. Does not:
parsing tables or writing the lake (load.py).
"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from orchestration.acquisition.archive import Archive, file_sha256
from orchestration.acquisition.collect import Arrival, Ignored, from_folder, from_publisher
from orchestration.acquisition.fetch import Client
from orchestration.acquisition.policy import check_origin
from orchestration.acquisition.sniff import check_content
from orchestration.catalogue.models import DatasetSpec
from orchestration.catalogue.registry import dataset_specs
from orchestration.datasets.protocol import SourceFile, lister_of
from orchestration.datasets.records import day_in_name, register_of
from orchestration.errors import ConfigurationError, FileHeld, FileRefused, SourceUnavailable
from orchestration.home import Home, now
from orchestration.lake.store import Lake
from orchestration.qi_logs.intake import DEBATABLE, admit, intake_version, shown_name
from orchestration.refresh.holding import accepted_rules, hold, purge_expired, release_hold
from orchestration.refresh.outcomes import FileOutcome, Outcome, RefreshRequest


def acquire(home: Home, request: RefreshRequest) -> list[FileOutcome]:
    """Put every new file that the request reaches into the archive; the last good release of a source always stays.

    A home that is a past state takes nothing.
    """
    if home.settings.as_of:
        return []
    archive = Archive(home.archive)
    outcomes = [_admit(home, archive, item) for item in _local(home, request)]
    if request.folder is None and not request.offline:
        for spec in dataset_specs().values():
            if spec.discovery is not None and request.wants(spec.name):
                outcomes += _from_publisher(home, archive, spec)
    return outcomes


def _local(home: Home, request: RefreshRequest) -> Iterator[Arrival | Ignored]:
    """Files of the given folder and of the inbox."""
    specs = {name: spec for name, spec in dataset_specs().items() if request.wants(name)}
    if request.folder is not None:
        yield from from_folder(request.folder, specs)
    logs = {name: spec for name, spec in specs.items() if spec.is_user_supplied}
    if logs and request.folder is None:
        yield from sorted(from_folder(home.inbox, logs), key=_turn)


def _turn(item: Arrival | Ignored) -> tuple[str, str, date, str]:
    """Files of one register come in by the date in their names, else by the day they were last changed."""
    changed = date.fromtimestamp(item.path.stat().st_mtime) if isinstance(item, Arrival) else date.min
    return item.dataset, register_of(item.name), day_in_name(item.name) or changed, item.name


def _from_publisher(home: Home, archive: Archive, spec: DatasetSpec) -> list[FileOutcome]:
    """Files that the publisher offers and the archive does not have; its absence is an outcome, not an error."""
    with tempfile.TemporaryDirectory(dir=home.build, prefix="fetch-") as folder:
        try:
            with Client(home.settings.publisher_root) as client:
                found = from_publisher(client, archive, spec, Path(folder), lister_of(spec.name))
        except SourceUnavailable as error:
            return [FileOutcome(spec.name, spec.landing_page, Outcome.UNAVAILABLE, str(error))]
        outcomes = [_admit(home, archive, arrival) for arrival in found.arrivals]
        outcomes += [FileOutcome(spec.name, spec.landing_page, Outcome.UNAVAILABLE, text) for text in found.warnings]
        return outcomes


def _admit(home: Home, archive: Archive, item: Arrival | Ignored) -> FileOutcome:
    """Archive one file, or say why not."""
    if isinstance(item, Ignored):
        return FileOutcome(item.dataset, item.name, Outcome.NOT_OF_THIS_DATASET, item.why)
    spec = dataset_specs()[item.dataset]
    name = shown_name(item.name) if spec.is_user_supplied else item.name
    try:
        check_origin(item, home.settings.synthetic)
        if spec.is_user_supplied:
            return _admit_record(home, archive, spec, item)
        return _admit_publication(archive, spec, item)
    except FileRefused as error:
        return FileOutcome(item.dataset, name, Outcome.REFUSED, str(error).replace(item.name, name))


def _admit_publication(archive: Archive, spec: DatasetSpec, arrival: Arrival) -> FileOutcome:
    sha256 = file_sha256(arrival.path)
    known = archive.find(spec.name, sha256)
    row = archive.add(
        arrival.path, dataset=spec.name, name=arrival.name, origin=arrival.origin, licence=spec.licence,
        url=arrival.url, etag=arrival.etag, last_modified=arrival.last_modified,
    )  # fmt: skip
    if row.status == "refused":
        return FileOutcome(spec.name, arrival.name, Outcome.REFUSED, row.reason or "refused before", sha256)
    if known:
        return FileOutcome(spec.name, arrival.name, Outcome.ALREADY_KNOWN, release_sha256=sha256)
    try:
        check_content(arrival.path, arrival.name, spec)
    except FileRefused as error:
        archive.mark(spec.name, row.sha256, "refused", str(error))
        raise
    return FileOutcome(spec.name, arrival.name, Outcome.ARCHIVED, release_sha256=row.sha256)


def _admit_record(home: Home, archive: Archive, spec: DatasetSpec, arrival: Arrival) -> FileOutcome:
    """Archive the canonical, allow-listed columns of a user's file; the original stays where it is, named by sha256.

    A file that is known is read again when a map or a rule of the intake changed, and takes its old place in the order.
    """
    original, name = file_sha256(arrival.path), shown_name(arrival.name)
    version, before = intake_version(home.maps), None
    known = (original, register_of(name))  # the same bytes under two names are two registers
    for row in archive.files(spec.name):
        if (row.original_sha256, register_of(row.name)) == known and row.status != "replaced":
            if row.intake_version == version:
                return FileOutcome(spec.name, name, Outcome.ALREADY_KNOWN, release_sha256=row.sha256)
            before = row
    try:
        check_content(arrival.path, name, spec)
        content = admit(
            SourceFile(arrival.path, arrival.name), spec.name, today=now().date(), maps_folder=home.maps,
            accepted=accepted_rules(home, original) & DEBATABLE,
        )  # fmt: skip
    except FileHeld as error:
        hold(home, spec.name, name, original, error)
        return FileOutcome(spec.name, name, Outcome.HELD, str(error), original)
    except (FileRefused, ConfigurationError):
        raise
    except Exception as error:  # one file that nobody foresaw stops no other; its text may stand in the error
        raise FileRefused(f"{name}: the file could not be read ({type(error).__name__})") from None
    release_hold(home, spec.name, name)
    with tempfile.TemporaryDirectory(dir=home.build, prefix="log-") as folder:
        path = Path(folder) / "canonical.csv"
        path.write_bytes(content)
        row = archive.add(
            path, dataset=spec.name, name=f"{Path(name).stem}.csv", origin=arrival.origin,
            licence=spec.licence, original_sha256=original, intake_version=version, in_place_of=before,
        )  # fmt: skip
    if before is not None and before.sha256 != row.sha256:
        archive.mark(spec.name, before.sha256, "replaced", "read again after a map or a rule changed")
        Lake(home.lake).forget(spec.name, before.sha256)
    return FileOutcome(spec.name, name, Outcome.ARCHIVED, release_sha256=row.sha256)


def sweep(home: Home) -> None:
    """Remove what a killed run left in the scratch folder and the archive, and held files whose time is over."""
    purge_expired(home)
    Archive(home.archive).sweep()
    for leftover in (*home.build.glob("fetch-*"), *home.build.glob("log-*")):
        shutil.rmtree(leftover, ignore_errors=True)
