"""Fault catalogue, files: what is refused at the door, before any parser sees it."""

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest
from support_acquisition import a_spec, a_workbook, a_zip, an_ods

from orchestration.acquisition.sniff import check_content, content_kind
from orchestration.errors import FileRefused

ANY_PACKED = a_spec(kinds=("zip", "gzip", "xlsx", "xls", "xlsb", "ods"))


def refusal(folder: Path, content: bytes, name: str = "data.zip") -> str:
    """What the refusal of ``content`` says; the test fails when it is not refused."""
    path = folder / "arrived"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as caught:
        check_content(path, name, ANY_PACKED)
    assert str(caught.value).startswith(name)
    return str(caught.value)


def accepted(folder: Path, content: bytes) -> str:
    path = folder / "arrived"
    path.write_bytes(content)
    return check_content(path, "data.zip", ANY_PACKED)


def marked_encrypted(content: bytes) -> bytes:
    """The same zip with the encryption flag set in its local headers and its directory."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(signature)
        while start >= 0:
            changed[start + offset] |= 1
            start = changed.find(signature, start + 1)
    return bytes(changed)


def with_member(info: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, content)
    return buffer.getvalue()


def test_f01_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert "zip bomb" in refusal(tmp_path, a_zip({"a.csv": bytes(20_000_000)}))


def test_f01_a_bomb_in_a_workbook_is_refused(tmp_path: Path) -> None:
    bomb = a_zip({"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/sheet1.xml": bytes(20_000_000)})
    assert "zip bomb" in refusal(tmp_path, bomb, "book.xlsx")


def test_f01_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    assert "zip bomb" in refusal(tmp_path, gzip.compress(bytes(20_000_000)), "data.csv.gz")


def test_f01_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.acquisition.sniff.MAX_UNPACKED_BYTES", 10)
    assert "unpacks to 11 bytes" in refusal(tmp_path, a_zip({"a.csv": b"01234", "b.csv": b"012345"}))


def test_f01_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.acquisition.sniff.MAX_MEMBERS", 2)
    assert "3 members" in refusal(tmp_path, a_zip({"a": b"", "b": b"", "c": b""}))


@pytest.mark.parametrize("inner", [a_zip({"b.csv": b"x"}), gzip.compress(b"x")], ids=["zip", "gzip"])
def test_f01_an_archive_in_an_archive_is_refused(tmp_path: Path, inner: bytes) -> None:
    assert "nested archives are not read" in refusal(tmp_path, a_zip({"inner.csv": inner}))


def test_f01_a_zip_in_a_gzip_is_refused(tmp_path: Path) -> None:
    assert "nested archives are not read" in refusal(tmp_path, gzip.compress(a_zip({"b.csv": b"x"})), "a.gz")


def test_f01_a_workbook_in_a_zip_is_accepted_and_a_bomb_in_it_is_not(tmp_path: Path) -> None:
    assert accepted(tmp_path, a_zip({"book.xlsx": a_workbook()})) == "zip"
    bomb = a_zip({"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/sheet1.xml": bytes(20_000_000)})
    assert "data.zip/book.xlsx: unpacks to" in refusal(tmp_path, a_zip({"book.xlsx": bomb}))


@pytest.mark.parametrize(
    "hostile", ["../../etc/cron.d/x", "/etc/passwd", "..\\..\\x.csv", "C:\\x.csv", "a/../../b.csv"]
)
def test_f02_a_member_that_points_outside_is_refused(tmp_path: Path, hostile: str) -> None:
    assert "unsafe path" in refusal(tmp_path, a_zip({"good.csv": b"x", hostile: b"x"}))


def test_f02_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("data.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "symbolic link" in refusal(tmp_path, with_member(link, b"/etc/passwd"))


def test_f02_names_that_stand_twice_are_refused_even_in_another_case(tmp_path: Path) -> None:
    assert "more than once" in refusal(tmp_path, a_zip({"Data.csv": b"1", "data.CSV": b"2"}))


def test_f02_the_side_files_of_macos_are_tolerated(tmp_path: Path) -> None:
    assert accepted(tmp_path, a_zip({"a.csv": b"x", "__MACOSX/._a.csv": b"\x00\x05\x16\x07"})) == "zip"


def test_f02_nothing_is_ever_written_beside_the_file(tmp_path: Path) -> None:
    accepted(tmp_path, a_zip({"a.csv": b"x", "folder/b.csv": b"y"}))
    assert [path.name for path in tmp_path.iterdir()] == ["arrived"]


def test_f03_an_encrypted_zip_is_refused_as_password_protected(tmp_path: Path) -> None:
    assert "password protected" in refusal(tmp_path, marked_encrypted(a_zip({"a.csv": b"secret"})))


def test_f03_an_encrypted_workbook_is_refused_as_password_protected(tmp_path: Path) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    assert "password protected" in refusal(tmp_path, container, "book.xlsx")


def test_f03_an_encrypted_ods_is_refused_as_password_protected(tmp_path: Path) -> None:
    media_type = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    locked = a_zip({"mimetype": media_type, "META-INF/manifest.xml": manifest})
    assert "password protected" in refusal(tmp_path, locked, "book.ods")


def test_f12_a_workbook_under_another_suffix_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    for content, kind in ((an_ods(), "ods"), (a_workbook(), "xlsx")):
        path.write_bytes(content)
        assert content_kind(path) == kind
        assert check_content(path, "book.xls", ANY_PACKED) == kind


def test_f12_a_real_xls_offered_as_xlsx_is_known_by_its_content(real_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "renamed.xlsx"
    path.write_bytes((real_data / "dm01" / "Monthly-Diagnostics-Web-File-Provider-October-2024.xls").read_bytes())
    assert check_content(path, "renamed.xlsx", ANY_PACKED) == "xls"
    with pytest.raises(FileRefused, match="a xls file; ae_test is published as xlsx"):
        check_content(path, "renamed.xlsx", a_spec(kinds=("xlsx",)))


def test_f13_a_file_of_no_bytes_is_refused(tmp_path: Path) -> None:
    assert "empty (0 bytes)" in refusal(tmp_path, b"")


def test_a_damaged_archive_is_refused_and_not_half_read(tmp_path: Path) -> None:
    whole = a_zip({"a.csv": bytes(range(256)) * 50})
    assert "damaged or cut short" in refusal(tmp_path, whole[: len(whole) // 2])
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    assert "damaged or cut short" in refusal(tmp_path, bytes(flipped))
    assert "damaged or cut short" in refusal(tmp_path, gzip.compress(b"a,b\n" * 500)[:-9], "a.csv.gz")
