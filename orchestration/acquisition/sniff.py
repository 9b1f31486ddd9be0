"""Say what a file is from its bytes, and refuse what its dataset never publishes.

Belongs here: magic bytes, safety of archives (zip bombs, hostile names, passwords). Does not: reading tables.

Nothing is ever extracted to disk, and a file's name is used in messages only.
"""

import gzip
import io
import mmap
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from orchestration.catalogue.models import DatasetSpec
from orchestration.errors import FileRefused

ContentKind = Literal[
    "csv", "zip", "xlsx", "xls", "xlsb", "ods", "parquet", "gzip", "json", "html", "pdf", "empty", "binary"
]  # fmt: skip

MAX_FILE_BYTES = 2 * 1024**3
MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_MEMBERS = 10_000
MAX_RATIO = 250  # unpacked bytes to bytes on disk; publishers' files reach 60
RATIO_COUNTS_FROM_BYTES = 1024**2  # below this, no ratio does harm
MAX_INNER_WORKBOOK_BYTES = 256 * 1024**2
HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 1024**2

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ODS_MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
WORKBOOKS = ("xlsx", "xlsb", "ods")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def content_kind(path: Path) -> ContentKind:
    """What the bytes of ``path`` are; ``csv`` stands for any text that may be a table, ``binary`` for the rest."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES and not head.removeprefix(b"\xef\xbb\xbf").strip():
        return "empty"
    if head.startswith(ZIP_MAGIC):
        with path.open("rb") as stream:
            return _zip_kind(stream)
    if head.startswith(OLE_MAGIC):
        return "xls" if _contains(path, _utf16("Workbook"), _utf16("Book"), _utf16("EncryptedPackage")) else "binary"
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith(PARQUET_MAGIC):
        return "parquet"
    if head.lstrip().startswith(b"%PDF-"):
        return "pdf"
    return _text_kind(head)


def check_content(path: Path, name: str, spec: DatasetSpec) -> ContentKind:
    """The kind of ``path`` when a layout of ``spec`` has it and the file is whole and harmless.

    Raises FileRefused, with ``name`` and the reason, when it is not.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise FileRefused(f"{name}: {size:,} bytes; more than {MAX_FILE_BYTES:,} are not read")
    kind = content_kind(path)
    if kind == "empty":
        raise FileRefused(f"{name}: the file is empty ({size} bytes)")
    if kind == "html" and spec.is_user_supplied:  # its title may hold a person's name
        raise FileRefused(f"{name}: this is a web page, not a spreadsheet or delimited file")
    if kind == "html":
        raise FileRefused(
            f"{name}: this is a web page, not a file of {spec.name}; its title is {page_title(path)!r}. "
            "Fetch it again from the landing page."
        )
    if _is_locked_workbook(path, kind):
        raise FileRefused(f"{name}: the workbook is password protected; save it without a password")
    allowed = sorted({kind for layout in spec.layouts for kind in layout.file_kinds})
    if kind not in allowed:
        raise FileRefused(f"{name}: the content is {_called(kind)}; {spec.name} is published as {', '.join(allowed)}")
    _check_whole(path, name, kind)
    return kind


def page_title(path: Path) -> str:
    """The title of an HTML page, white space single; 'no title' when it has none."""
    with path.open("rb") as stream:
        return title_of(_text(stream.read(HEAD_BYTES)))


def title_of(markup: str) -> str:
    """The title in HTML text, at most 120 characters; 'no title' when there is none."""
    match = re.search(r"<title[^>]*>(.*?)</title", markup, re.IGNORECASE | re.DOTALL)
    return " ".join(match[1].split())[:120] if match and match[1].strip() else "no title"


def openings(path: Path, kind: ContentKind) -> Iterator[bytes]:
    """The first 64 KB of the file, or of what it packs (at most 50 members); nothing of a damaged archive."""
    try:
        if kind == "gzip":
            with gzip.open(path) as stream:
                yield stream.read(HEAD_BYTES)
        elif kind in ("zip", *WORKBOOKS):
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist()[:50]:
                    with archive.open(info) as member:
                        yield member.read(HEAD_BYTES)
        else:
            with path.open("rb") as stream:
                yield stream.read(HEAD_BYTES)
    except DAMAGE:
        return


def _zip_kind(stream: IO[bytes]) -> ContentKind:
    """Tell workbooks from other zips by their members; a damaged zip counts as zip."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    return "ods" if member.read(100).strip() == ODS_MEDIA_TYPE else "binary"
    except DAMAGE:
        return "zip"
    if "[Content_Types].xml" not in names:
        return "zip"
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "binary"


def _text_kind(head: bytes) -> ContentKind:
    """``html``, ``json``, ``csv`` or ``binary`` for bytes without a known signature."""
    text = _text(head)
    if not head.startswith(UTF16_MARKS) and re.search(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]", head):
        return "binary"
    start = text.lstrip("\ufeff \t\r\n\f")
    if start.startswith("<"):
        return "html" if re.search(r"<(!doctype\s+html|html|head|body)\b", start, re.IGNORECASE) else "binary"
    return "json" if re.match(r'\{\s*["}]|\[\s*[\[{"\]]', start) else "csv"


def _text(head: bytes) -> str:
    """Text of the first bytes, whatever the encoding, for recognition only."""
    return head.decode("utf-16" if head.startswith(UTF16_MARKS) else "utf-8", errors="replace")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _contains(path: Path, *needles: bytes) -> bool:
    """Whether any of the byte strings stands anywhere in the file."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(needle) >= 0 for needle in needles)


def _is_locked_workbook(path: Path, kind: ContentKind) -> bool:
    """Whether a workbook is encrypted: an OLE container around xlsx, or an ODS with encryption data."""
    if kind == "xls":
        return _contains(path, _utf16("EncryptedPackage"))
    if kind != "ods":
        return False
    try:
        with zipfile.ZipFile(path) as archive, archive.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(CHUNK_BYTES)
    except (KeyError, *DAMAGE):
        return False


def _called(kind: ContentKind) -> str:
    return {"binary": "not a table in any known format", "csv": "text", "gzip": "a gzip"}.get(kind, f"a {kind} file")


def _check_whole(path: Path, name: str, kind: ContentKind) -> None:
    """Refuse archives that are damaged or hostile, and a Parquet file without its end."""
    if kind in ("zip", *WORKBOOKS):
        with path.open("rb") as stream:
            _check_zip(stream, path.stat().st_size, name, kind)
    elif kind == "gzip":
        _check_gzip(path, name)
    elif kind == "parquet":
        with path.open("rb") as stream:
            stream.seek(-len(PARQUET_MAGIC), io.SEEK_END)
            if stream.read() != PARQUET_MAGIC:
                raise FileRefused(f"{name}: the Parquet file is cut short")


def _check_zip(stream: IO[bytes], size: int, name: str, kind: ContentKind) -> None:
    """Judge the directory of a zip first, then unpack every member in memory, a chunk at a time."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_names(members, name)
            _check_sizes(sum(info.file_size for info in members), size, name)
            for info in members:
                _check_member(archive, info, name, kind)
    except DAMAGE as error:
        raise FileRefused(f"{name}: the {kind} file is damaged or cut short ({error})") from error


def _check_names(members: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse too many members, hostile names, links, passwords and names that stand twice."""
    if not members:
        raise FileRefused(f"{name}: the zip holds no file")
    if len(members) > MAX_MEMBERS:
        raise FileRefused(f"{name}: the zip holds {len(members):,} members; at most {MAX_MEMBERS:,} are read")
    for info in members:
        shown = info.orig_filename
        parts = PurePosixPath(shown.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or re.match(r"[A-Za-z]:|.*\x00", shown):
            raise FileRefused(f"{name}: the zip has a member with an unsafe path ({shown!r})")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FileRefused(f"{name}: the zip has a symbolic link ({shown!r})")
        if info.flag_bits & 0x1:
            raise FileRefused(f"{name}: the zip is password protected ({shown!r})")
    counted = Counter(info.filename.replace("\\", "/").casefold() for info in members if not _is_resource_fork(info))
    if twice := [member for member, times in counted.items() if times > 1]:
        raise FileRefused(f"{name}: the zip names {twice[0]!r} more than once")


def _is_resource_fork(info: zipfile.ZipInfo) -> bool:
    """Whether a member is the side file that macOS adds."""
    return info.filename.startswith("__MACOSX/")


def _check_sizes(unpacked: int, packed: int, name: str) -> None:
    """Refuse what unpacks to too much, by bytes or by ratio."""
    if unpacked > MAX_UNPACKED_BYTES:
        raise FileRefused(f"{name}: unpacks to {unpacked:,} bytes; more than {MAX_UNPACKED_BYTES:,} are not read")
    if unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * packed:
        raise FileRefused(f"{name}: unpacks to more than {MAX_RATIO} times its size; this is a zip bomb or damaged")


def _check_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, kind: ContentKind) -> None:
    """Unpack one member to nowhere (its checksum is verified on the way); refuse an archive inside a zip."""
    with archive.open(info) as member:
        head = member.read(CHUNK_BYTES)
        if kind == "zip" and not _is_resource_fork(info) and head.startswith((*ZIP_MAGIC, GZIP_MAGIC)):
            _check_inner(head, member, info, name)
        while member.read(CHUNK_BYTES):
            pass


def _check_inner(head: bytes, member: IO[bytes], info: zipfile.ZipInfo, name: str) -> None:
    """A workbook may lie in a zip; another archive may not."""
    if info.file_size > MAX_INNER_WORKBOOK_BYTES:
        raise FileRefused(f"{name}: member {info.filename!r} is an archive of {info.file_size:,} bytes")
    inner = io.BytesIO(head + member.read())
    inner_kind = "gzip" if head.startswith(GZIP_MAGIC) else _zip_kind(inner)
    if inner_kind not in WORKBOOKS:
        raise FileRefused(f"{name}: member {info.filename!r} is itself an archive; nested archives are not read")
    _check_zip(inner, info.file_size, f"{name}/{info.filename}", inner_kind)


def _check_gzip(path: Path, name: str) -> None:
    """Unpack a gzip to nowhere; refuse a bomb, an archive inside and a cut file."""
    size = path.stat().st_size
    unpacked = 0
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                if not unpacked and chunk.startswith((*ZIP_MAGIC, GZIP_MAGIC)):
                    raise FileRefused(f"{name}: the gzip holds another archive; nested archives are not read")
                unpacked += len(chunk)
                _check_sizes(unpacked, size, name)
    except DAMAGE as error:
        raise FileRefused(f"{name}: the gzip is damaged or cut short ({error})") from error
