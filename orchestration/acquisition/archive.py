"""Keep every byte string from a publisher under its sha256, with a manifest row per dataset.

Belongs here: blobs, manifest, what was last seen at an address. Does not: fetching, judging or parsing.

``blobs/<2 hex>/<sha256>`` holds bytes, read-only and never overwritten; ``<dataset>/<sha256>.json`` is the manifest
row; ``<dataset>/_urls.json`` says which bytes an address gave last, so that a 304 leads to a known file.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from orchestration.catalogue.models import Document
from orchestration.errors import ConfigurationError, FileRefused
from orchestration.home import now

Origin = Literal["publisher", "user", "synthetic"]
FileStatus = Literal["archived", "refused", "held", "replaced"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

URLS = "_urls.json"
LOCK = ".lock"
TEMPORARY = ".partial-"
CHUNK_BYTES = 1024**2


class ArchivedFile(Document):
    """One manifest row: a byte string of one dataset. ``sequence`` grows in order of first seen, from 1.

    What users supply is archived in another form than theirs: ``original_sha256`` names their bytes and
    ``intake_version`` what turned these into the archived ones.
    """

    dataset: str
    sha256: Sha256
    name: str
    url: str | None
    bytes: int
    first_seen: str
    sequence: int
    origin: Origin
    licence: str
    etag: str | None = None
    last_modified: str | None = None
    original_sha256: Sha256 | None = None
    intake_version: str | None = None
    status: FileStatus = "archived"
    reason: str | None = None
    accepted_on: date | None = None


class SeenAt(Document):
    """What an address gave last, and the validators that came with it."""

    sha256: Sha256
    etag: str | None = None
    last_modified: str | None = None


class Archive:
    """The archive under ``root``; one writer at a time (a lock file guards additions and marks)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(
        self,
        path: Path,
        *,
        dataset: str,
        name: str,
        origin: Origin,
        licence: str,
        url: str | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        original_sha256: str | None = None,
        intake_version: str | None = None,
        in_place_of: ArchivedFile | None = None,
    ) -> ArchivedFile:
        """Copy the bytes of ``path`` in and return their row; bytes the dataset already has return the old row.

        A blob that is lost or damaged is written anew, and a file refused for it may be read again. ``url`` is
        remembered either way. ``in_place_of`` is what the same original gave before, whose place it takes.
        """
        with self._locked():
            sha256, is_new = self._store(path)
            row = self.find(dataset, sha256)
            if row is None:
                known = self.files(dataset)
                row = ArchivedFile(
                    dataset=dataset,
                    sha256=sha256,
                    name=plain_name(name),
                    url=url,
                    bytes=self._blob(sha256).stat().st_size,
                    first_seen=in_place_of.first_seen if in_place_of else now().isoformat(timespec="seconds"),
                    sequence=in_place_of.sequence if in_place_of else known[-1].sequence + 1 if known else 1,
                    origin=origin,
                    licence=licence,
                    etag=etag,
                    last_modified=last_modified,
                    original_sha256=original_sha256,
                    intake_version=intake_version,
                )
                self._write(self._row(dataset, sha256), row.model_dump_json(indent=2))
            elif is_new and row.status == "refused":
                row = row.model_copy(update={"status": "archived", "reason": None})
                self._write(self._row(dataset, sha256), row.model_dump_json(indent=2))
            if (row.original_sha256, row.intake_version) != (original_sha256, intake_version) and original_sha256:
                row = row.model_copy(update={"original_sha256": original_sha256, "intake_version": intake_version})
                self._write(self._row(dataset, sha256), row.model_dump_json(indent=2))
            if url is not None:
                self._remember(dataset, url, SeenAt(sha256=sha256, etag=etag, last_modified=last_modified))
            return row

    def files(self, dataset: str) -> list[ArchivedFile]:
        """All rows of a dataset in order of first seen; an empty list for a dataset never archived."""
        rows = [_read(path) for path in (self.root / dataset).glob("*.json") if len(path.stem) == 64]
        return sorted(rows, key=lambda row: (row.sequence, row.sha256))

    def find(self, dataset: str, sha256: str) -> ArchivedFile | None:
        """The row of these bytes in this dataset, or None."""
        path = self._row(dataset, sha256)
        return _read(path) if path.is_file() else None

    def knows(self, dataset: str, sha256: str) -> bool:
        """Whether the dataset has a row for these bytes."""
        return self._row(dataset, sha256).is_file()

    def mark(self, dataset: str, sha256: str, status: FileStatus, reason: str | None = None) -> ArchivedFile:
        """Set status and reason of a row and return it; KeyError when the dataset does not know the bytes."""
        with self._locked():
            row = self.find(dataset, sha256)
            if row is None:
                raise KeyError(f"{dataset}/{sha256}")
            marked = row.model_copy(update={"status": status, "reason": reason})
            self._write(self._row(dataset, sha256), marked.model_dump_json(indent=2))
            return marked

    def accept(self, dataset: str, sha256: str, on: date | None) -> ArchivedFile:
        """Note when a human let this release through although it moves a total of England; None takes it back."""
        with self._locked():
            row = self.find(dataset, sha256)
            if row is None:
                raise KeyError(f"{dataset}/{sha256}")
            accepted = row.model_copy(update={"accepted_on": on})
            self._write(self._row(dataset, sha256), accepted.model_dump_json(indent=2))
            return accepted

    def open(self, sha256: str) -> Path:
        """Path of the blob, its bytes verified against ``sha256``; FileRefused when it is lost or damaged."""
        blob = self._blob(sha256)
        if not blob.is_file():
            raise FileRefused(f"{self._names(sha256)}: the archived bytes are lost ({blob}). {REMEDY}")
        if file_sha256(blob) != sha256:
            raise FileRefused(f"{self._names(sha256)}: the archived bytes are damaged ({blob}). {REMEDY}")
        return blob

    def conditional(self, dataset: str, url: str) -> tuple[str | None, str | None] | None:
        """ETag and Last-Modified to ask ``url`` with; None unless the bytes seen there last are still whole."""
        seen = self._urls(dataset).get(url)
        if seen is None or not (seen.etag or seen.last_modified) or not self.knows(dataset, seen.sha256):
            return None
        return (seen.etag, seen.last_modified) if self._is_whole(seen.sha256) else None

    def last_seen(self, dataset: str, url: str) -> ArchivedFile | None:
        """The row of the bytes that ``url`` gave last, or None."""
        seen = self._urls(dataset).get(url)
        return self.find(dataset, seen.sha256) if seen else None

    def sweep(self) -> int:
        """Remove what an interrupted addition left; the number of files removed."""
        with self._locked():
            left = list(self.root.rglob(f"{TEMPORARY}*"))
            for path in left:
                path.unlink()
            return len(left)

    def _store(self, path: Path) -> tuple[str, bool]:
        """Copy ``path`` to its blob unless it is there and whole; the sha256, and whether the bytes were new."""
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / f"{TEMPORARY}{os.getpid()}"
        try:
            with path.open("rb") as source, temporary.open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK_BYTES)
                target.flush()
                os.fsync(target.fileno())
            sha256 = file_sha256(temporary)
            is_new = not self._is_whole(sha256)
            if is_new:
                blob = self._blob(sha256)
                blob.parent.mkdir(parents=True, exist_ok=True)
                temporary.chmod(0o444)
                temporary.replace(blob)
                _sync_folder(blob.parent)
            return sha256, is_new
        finally:
            temporary.unlink(missing_ok=True)

    def _is_whole(self, sha256: str) -> bool:
        blob = self._blob(sha256)
        return blob.is_file() and file_sha256(blob) == sha256

    def _blob(self, sha256: str) -> Path:
        return self.root / "blobs" / sha256[:2] / sha256

    def _row(self, dataset: str, sha256: str) -> Path:
        return self.root / dataset / f"{sha256}.json"

    def _names(self, sha256: str) -> str:
        """The names under which datasets know these bytes, for messages."""
        rows = [_read(path) for path in self.root.glob(f"*/{sha256}.json")]
        return ", ".join(f"{row.dataset}/{row.name}" for row in rows) or sha256

    def _urls(self, dataset: str) -> dict[str, SeenAt]:
        path = self.root / dataset / URLS
        if not path.is_file():
            return {}
        return {url: SeenAt.model_validate(seen) for url, seen in json.loads(path.read_text(encoding="utf-8")).items()}

    def _remember(self, dataset: str, url: str, seen: SeenAt) -> None:
        urls = self._urls(dataset)
        if urls.get(url) != seen:
            urls[url] = seen
            document = {known: urls[known].model_dump() for known in sorted(urls)}
            self._write(self.root / dataset / URLS, json.dumps(document, indent=2))

    def _write(self, path: Path, text: str) -> None:
        """Write a small document whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        with temporary.open("w", encoding="utf-8") as target:
            target.write(text + "\n")
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


REMEDY = "Refresh online to fetch them again, or pass the file with --from; other releases are not touched."


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def plain_name(name: str) -> str:
    """The last part of ``name`` without control characters, at most 200 characters; 'unnamed' when nothing is left."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return re.sub(r"[\x00-\x1f\x7f]", "", last)[:200] or "unnamed"


def _read(path: Path) -> ArchivedFile:
    try:
        return ArchivedFile.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ConfigurationError(f"{path}: not a manifest row of this version ({error})") from error


def _sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
