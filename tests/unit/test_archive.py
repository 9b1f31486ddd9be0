"""Raw bytes are immutable, named by content, and never lost without a word."""

import hashlib
import json
import stat
from pathlib import Path

import pytest

from orchestration.acquisition.archive import Archive, ArchivedFile, plain_name
from orchestration.errors import ConfigurationError, FileRefused

URL = "https://www.example.nhs.uk/april.csv"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def arrives(archive: Archive, content: bytes, name: str = "april.csv", **more: str) -> ArchivedFile:
    """Add ``content`` as a publisher's file of ae_test."""
    path = archive.root.parent / "arrived"
    path.write_bytes(content)
    facts = {"dataset": "ae_test", "name": name, "licence": "OGL-UK-3.0", **more}
    return archive.add(path, origin="publisher", **facts)  # type: ignore[arg-type]


def blob_of(archive: Archive, row: ArchivedFile) -> Path:
    return archive.root / "blobs" / row.sha256[:2] / row.sha256


def damage(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"something else")


def test_bytes_are_kept_read_only_under_their_sha256(archive: Archive) -> None:
    row = arrives(archive, b"a,b\n", url=URL, etag='"1"')
    assert row.sha256 == hashlib.sha256(b"a,b\n").hexdigest()
    assert archive.open(row.sha256).read_bytes() == b"a,b\n"
    assert stat.S_IMODE(blob_of(archive, row).stat().st_mode) == 0o444
    assert (row.bytes, row.sequence, row.status, row.etag) == (4, 1, "archived", '"1"')
    assert archive.find("ae_test", row.sha256) == row


def test_known_bytes_return_the_old_row_whatever_they_are_called_now(archive: Archive) -> None:
    first = arrives(archive, b"a,b\n")
    assert arrives(archive, b"a,b\n", name="renamed.csv") == first
    assert archive.files("ae_test") == [first]


def test_first_seen_comes_from_the_one_clock(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert arrives(archive, b"x").first_seen == "1970-01-01T00:00:00+00:00"


def test_n14_new_bytes_at_the_same_address_are_a_new_row_and_the_old_one_stays(archive: Archive) -> None:
    old = arrives(archive, b"old", url=URL)
    new = arrives(archive, b"new", url=URL)
    assert [row.sequence for row in archive.files("ae_test")] == [1, 2]
    assert archive.open(old.sha256).read_bytes() == b"old"
    assert archive.last_seen("ae_test", URL) == new


def test_two_datasets_may_share_bytes_and_count_on_their_own(archive: Archive) -> None:
    mine = arrives(archive, b"x")
    theirs = arrives(archive, b"x", dataset="other")
    assert mine.sha256 == theirs.sha256
    assert (archive.knows("other", mine.sha256), theirs.sequence) == (True, 1)
    assert len(list((archive.root / "blobs").rglob("*"))) == 2  # one folder, one blob


def test_a_mark_stays_with_its_reason(archive: Archive) -> None:
    row = arrives(archive, b"<html>")
    archive.mark("ae_test", row.sha256, "refused", "a web page")
    reopened = Archive(archive.root).find("ae_test", row.sha256)
    assert reopened is not None
    assert (reopened.status, reopened.reason, reopened.name) == ("refused", "a web page", row.name)


def test_a_mark_on_unknown_bytes_is_an_error(archive: Archive) -> None:
    with pytest.raises(KeyError):
        archive.mark("ae_test", "0" * 64, "held")


def test_a_dataset_never_archived_has_no_files(archive: Archive) -> None:
    assert archive.files("never") == []
    assert archive.find("never", "0" * 64) is None


def test_p13_damaged_bytes_are_named_and_not_handed_out(archive: Archive) -> None:
    row = arrives(archive, b"a,b\n")
    damage(blob_of(archive, row))
    with pytest.raises(FileRefused, match=r"ae_test/april\.csv: the archived bytes are damaged"):
        archive.open(row.sha256)


def test_p13_lost_bytes_are_named(archive: Archive) -> None:
    row = arrives(archive, b"a,b\n")
    blob_of(archive, row).unlink()
    with pytest.raises(FileRefused, match=r"ae_test/april\.csv: the archived bytes are lost"):
        archive.open(row.sha256)


def test_p13_a_damaged_blob_is_healed_when_the_same_bytes_arrive_again(archive: Archive) -> None:
    row = arrives(archive, b"a,b\n")
    damage(blob_of(archive, row))
    assert arrives(archive, b"a,b\n") == row
    assert archive.open(row.sha256).read_bytes() == b"a,b\n"


def test_an_address_is_asked_conditionally_with_what_it_last_gave(archive: Archive) -> None:
    assert archive.conditional("ae_test", URL) is None
    arrives(archive, b"old", url=URL, etag='"1"')
    arrives(archive, b"new", url=URL, etag='"2"', last_modified="Mon, 01 Sep 2025 00:00:00 GMT")
    assert archive.conditional("ae_test", URL) == ('"2"', "Mon, 01 Sep 2025 00:00:00 GMT")
    assert archive.conditional("other", URL) is None


def test_an_address_without_validators_is_asked_unconditionally(archive: Archive) -> None:
    arrives(archive, b"x", url=URL)
    assert archive.conditional("ae_test", URL) is None


@pytest.mark.parametrize("harm", [damage, Path.unlink])
def test_n13_an_address_is_asked_unconditionally_when_its_bytes_are_not_whole(archive: Archive, harm) -> None:  # type: ignore[no-untyped-def]
    row = arrives(archive, b"x", url=URL, etag='"1"')
    harm(blob_of(archive, row))
    assert archive.conditional("ae_test", URL) is None


def test_an_interrupted_addition_leaves_nothing_after_a_sweep(archive: Archive) -> None:
    row = arrives(archive, b"x")
    (archive.root / ".partial-123").write_bytes(b"half")
    (archive.root / "ae_test" / ".partial-123-row.json").write_text("{")
    assert archive.files("ae_test") == [row]
    assert archive.sweep() == 2
    assert not list(archive.root.rglob(".partial-*"))
    assert archive.files("ae_test") == [row]


def test_a_sweep_of_an_archive_that_does_not_exist_yet_does_nothing(archive: Archive) -> None:
    assert archive.sweep() == 0


def test_a_row_of_another_version_is_a_clear_error(archive: Archive) -> None:
    row = arrives(archive, b"x")
    path = archive.root / "ae_test" / f"{row.sha256}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "blue"}))
    with pytest.raises(ConfigurationError, match="not a manifest row of this version"):
        archive.files("ae_test")


@pytest.mark.parametrize(
    ("given", "kept"), [("../../x.csv", "x.csv"), ("a\\b.csv", "b.csv"), ("a\nb.csv", "ab.csv"), ("", "unnamed")]
)
def test_a_name_is_only_ever_a_name(given: str, kept: str) -> None:
    assert plain_name(given) == kept
