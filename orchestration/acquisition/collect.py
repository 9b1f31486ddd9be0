"""Gather the files that have arrived: from a folder, or from a publisher's pages.

Belongs here: which files are offered, for which dataset, under which name and origin. Does not: judging content,
archiving what is new (the refresh does, after its checks) or loading.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.acquisition.addresses import file_name, is_query, shown
from orchestration.acquisition.archive import Archive, Origin
from orchestration.acquisition.discover import Link, Lister, candidates
from orchestration.acquisition.fetch import Client, Fetched, SourceGone
from orchestration.acquisition.sniff import content_kind, openings
from orchestration.catalogue.models import DatasetSpec
from orchestration.errors import FileRefused, SourceUnavailable, UsageError

FAILURES_THAT_END_A_VISIT = 3
TEXT_TYPES = ("text/csv", "text/plain", "application/csv")
ENDINGS = {
    "csv": ".csv", "json": ".json", "zip": ".zip", "xlsx": ".xlsx", "xls": ".xls", "ods": ".ods", "parquet": ".parquet"
}  # fmt: skip
LABEL = "SYNTHETIC"
MARKS = tuple(f"({LABEL})".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True)
class Arrival:
    """A file at hand for a dataset. ``path`` is the user's own file, or a download in the caller's folder."""

    dataset: str
    path: Path
    name: str
    url: str | None
    origin: Origin
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Ignored:
    """A file beside a dataset's files that its spec names as none of them, with the spec's reason."""

    dataset: str
    name: str
    why: str


@dataclass(frozen=True)
class CollectResult:
    """What a visit to a publisher gave.

    ``unchanged`` counts addresses whose bytes the archive already has. Every entry of ``unavailable`` (a file that
    was offered and could not be fetched) is among ``warnings`` too.
    """

    arrivals: tuple[Arrival, ...]
    unchanged: int
    warnings: tuple[str, ...]
    unavailable: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()


def from_folder(folder: Path, specs: Mapping[str, DatasetSpec]) -> list[Arrival | Ignored]:
    """Files in ``folder``/<dataset>/, by dataset and name; UsageError when ``folder`` is no folder.

    Hidden files, sub-folders and folders with a leading underscore are not offered.
    """
    found: list[Arrival | Ignored] = []
    for offered in _offered(folder):
        if spec := specs.get(offered.name):
            files = sorted(path for path in offered.iterdir() if path.is_file() and not path.name.startswith("."))
            found += [_from_file(path, spec) for path in files]
    return found


def origin_of(path: Path, name: str, spec: DatasetSpec, *, declared_synthetic: bool = False) -> Origin:
    """Where a file comes from: ``synthetic`` if declared, named or marked so, ``user`` from users, or publisher."""
    if declared_synthetic or name.upper().startswith(LABEL) or _is_marked(path):
        return "synthetic"
    return "user" if spec.is_user_supplied else "publisher"


def unknown_folders(folder: Path, specs: Mapping[str, DatasetSpec]) -> list[str]:
    """Names of the folders in ``folder`` that are no dataset's."""
    return [offered.name for offered in _offered(folder) if offered.name not in specs]


def from_publisher(
    client: Client, archive: Archive, spec: DatasetSpec, into: Path, lister: Lister | None = None
) -> CollectResult:
    """Fetch into ``into`` what the publisher offers and the archive does not have.

    ``lister`` reads the lists of the publisher's API, where it has one. Raises SourceUnavailable when pages or lists
    can't be read or nothing on them can be fetched. A file that is gone while its link still stands is looked for once
    more on the landing page; three failures in a row end the visit.
    """
    visit = _Visit(client, archive, spec, into)
    links = candidates(client, spec, lister)
    visit.ask(links)
    if visit.gone:
        asked = {link.url for link in links}
        visit.ask([link for link in candidates(client, spec, lister) if link.url not in asked])
    if visit.failures and not visit.arrivals and not visit.unchanged:
        raise SourceUnavailable(f"{spec.name}: nothing could be fetched. {visit.failures[0]}")
    return CollectResult(
        arrivals=tuple(visit.arrivals),
        unchanged=visit.unchanged,
        warnings=(*visit.notes, *visit.failures),
        unavailable=tuple(visit.failures),
        ignored=tuple(visit.ignored),
    )


@dataclass
class _Visit:
    """One walk through a publisher's links, and what came of it."""

    client: Client
    archive: Archive
    spec: DatasetSpec
    into: Path
    arrivals: list[Arrival] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unchanged: int = 0
    gone: bool = False

    def ask(self, links: list[Link]) -> None:
        """Fetch each link that the spec does not ignore."""
        in_a_row = 0
        for position, link in enumerate(links):
            if why := _why_ignored(file_name(link.url), self.spec):
                self.ignored.append(Ignored(self.spec.name, file_name(link.url), why))
                continue
            try:
                self._fetch(link)
                in_a_row = 0
            except (SourceUnavailable, FileRefused) as error:
                self.failures.append(str(error))
                self.gone = self.gone or isinstance(error, SourceGone)
                in_a_row += not isinstance(error, SourceGone)
            if in_a_row == FAILURES_THAT_END_A_VISIT:
                left = len(links) - position - 1
                self.failures.append(f"{self.spec.name}: {in_a_row} failures in a row; {left} files were not asked for")
                return

    def _fetch(self, link: Link) -> None:
        """Ask for one file, conditionally when its last bytes are still in the archive."""
        etag, last_modified = self.archive.conditional(self.spec.name, link.url) or (None, None)
        fetched = self.client.download(link.url, self.into, etag=etag, last_modified=last_modified)
        if fetched.path is None or fetched.sha256 is None:
            self.unchanged += 1
            return
        if note := _contradiction(fetched):
            self.notes.append(note)
        arrival = self._arrival(link, fetched, fetched.path)
        if not self.archive.knows(self.spec.name, fetched.sha256):
            self.arrivals.append(arrival)
            return
        self.archive.add(
            fetched.path,
            dataset=arrival.dataset,
            name=arrival.name,
            origin=arrival.origin,
            licence=self.spec.licence,
            url=arrival.url,
            etag=arrival.etag,
            last_modified=arrival.last_modified,
        )
        fetched.path.unlink()
        self.unchanged += 1

    def _arrival(self, link: Link, fetched: Fetched, path: Path) -> Arrival:
        name = file_name(link.url)
        if is_query(link.url):
            name += ENDINGS.get(content_kind(path), "")
        origin = origin_of(path, name, self.spec, declared_synthetic=fetched.synthetic)
        if origin == "synthetic" and not name.upper().startswith(LABEL):
            name = f"{LABEL}-{name}"
        return Arrival(self.spec.name, path, name, link.url, origin, fetched.etag, fetched.last_modified)


def _offered(folder: Path) -> list[Path]:
    """Sub-folders of ``folder`` that may hold a dataset's files, by name."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; it should hold one folder per dataset, named after it")
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))


def _from_file(path: Path, spec: DatasetSpec) -> Arrival | Ignored:
    if why := _why_ignored(path.name, spec):
        return Ignored(spec.name, path.name, why)
    return Arrival(spec.name, path, path.name, None, origin_of(path, path.name, spec))


def _why_ignored(name: str, spec: DatasetSpec) -> str | None:
    """The spec's reason to leave a file of this name alone, or None."""
    return next((ignore.why for ignore in spec.ignores if re.search(ignore.pattern, name)), None)


def _is_marked(path: Path) -> bool:
    """Whether '(SYNTHETIC)' stands in the first 64 KB of the file, or of a part that it packs."""
    kind = content_kind(path)
    return any(mark in opening for opening in openings(path, kind) for mark in MARKS)


def _contradiction(fetched: Fetched) -> str | None:
    """A note when the declared type is not what the content is; the content decides."""
    declared = (fetched.content_type or "").partition(";")[0].strip().lower()
    if fetched.path is None or not declared:
        return None
    kind = content_kind(fetched.path)
    page_for_data = declared == "text/html" and kind != "html"
    picture_for_data = declared.startswith(("image/", "audio/", "video/"))
    text_for_packed = declared in TEXT_TYPES and kind not in ("csv", "html", "empty")
    if not (page_for_data or picture_for_data or text_for_packed):
        return None
    return f"{shown(fetched.url)}: declared as {declared}, the content is {kind}; the content decides"
