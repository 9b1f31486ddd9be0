"""Read delimited files strictly, as text, with record numbers; make tables of records.

Belongs here: decoding, delimiting, members of a zip, header checks that every parser needs. Does not: workbooks
(worksheets.py), days and years (dates.py), what a dataset's columns mean.

Every function refuses with the file's name and says what it saw; nothing is guessed and nothing is dropped silently.
"""

import csv
import io
import re
import unicodedata
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import IO, TYPE_CHECKING
from zipfile import ZipFile

from orchestration.catalogue.models import Entity
from orchestration.datasets.protocol import Malformed, SourceFile, Table
from orchestration.errors import FileRefused

if TYPE_CHECKING:
    import pandas as pd

MAX_FIELD_CHARACTERS = 1_000_000
CHUNK_BYTES = 1 << 20
HEADING_BYTES = 1 << 16
ZIP_MAGIC = b"PK\x03\x04"
REISSUE = re.compile(r"(?<![a-z0-9])v(?:[2-9]|[1-9]\d)(?!\d)|revised", re.IGNORECASE)

Record = tuple[int, list[str]]
Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Sheet:
    """Text records of a CSV file or one worksheet; ``rows`` are (record number, cells), the header not among them."""

    name: str
    header: tuple[str, ...]
    rows: list[Record]
    malformed: tuple[Malformed, ...] = ()
    notes: tuple[str, ...] = ()


def decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text of ``content`` and notes on how it was decoded: UTF-8 (BOM stripped), UTF-16 by BOM, else Windows-1252."""
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(f"{name}: NUL byte at offset {content.index(0)}; the file is not text")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), ("decoded as UTF-16",)
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as fault:
        try:
            return content.decode("cp1252"), (f"decoded as Windows-1252 (byte {fault.start} is not UTF-8)",)
        except UnicodeDecodeError as error:
            raise FileRefused(f"{name}: byte at offset {error.start} is neither UTF-8 nor Windows-1252") from error


def clean(text: str) -> str:
    """NFKC, no zero-width characters, outer white space stripped, inner white space single."""
    if text.isascii():
        return " ".join(text.split())
    folded = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "")
    return re.sub(r"\s+", " ", folded).strip()


def read_csv(source: SourceFile, *, header: bool = True, width: int | None = None, delimiter: str = ",") -> Sheet:
    """Records of the delimited file ``source``; see ``read_csv_bytes``."""
    return read_csv_bytes(source.path.read_bytes(), source.name, header=header, width=width, delimiter=delimiter)


def read_csv_bytes(
    content: bytes, name: str, *, header: bool = True, width: int | None = None, delimiter: str = ","
) -> Sheet:
    """Records of a delimited file (RFC 4180, quoted newlines allowed).

    A record with more or fewer fields than the header (or ``width`` when there is no header) is malformed; trailing
    empty fields beyond the header are dropped. Refuses an empty file and a stray quote.
    """
    text, notes = decode(content, name)
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    try:
        for number, record in enumerate(reader, start=1):
            if any(cell.strip() for cell in record):
                records.append((number, record))
    except csv.Error as error:
        raise FileRefused(f"{name}: line {reader.line_num} is not valid CSV ({error})") from error
    if not records:
        raise FileRefused(f"{name}: the file holds no records")
    heading: tuple[str, ...] = ()
    if header:
        heading = tuple(clean(cell) for cell in records.pop(0)[1])
        heading, records, dropped = _drop_blank_columns(heading, records)
        notes += dropped
    rows, malformed = _split_ragged(records, width or len(heading))
    return Sheet(name, heading, rows, malformed, notes)


class CsvStream:
    """Records of a comma-separated file that is too large for ``read_csv``, the header first.

    Iterating gives (record number, cells stripped of outer white space); blank records are left out. The file is not
    held, and equal cells are one object, so that what the caller keeps stays small. Making a stream passes over the
    bytes once to find their encoding. Refuses what ``read_csv`` refuses.
    """

    def __init__(self, name: str, opener: Opener) -> None:
        self.name = name
        self.count = 0  # records that have passed, blank ones among them
        self._opener = opener
        self._encoding = _encoding(name, opener)
        self.notes = () if self._encoding == "utf-8-sig" else ("decoded as Windows-1252",)

    def __iter__(self) -> Iterator[Record]:
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        shared: dict[str, str] = {}
        with self._opener() as stream:
            reader = csv.reader(io.TextIOWrapper(stream, encoding=self._encoding, newline=""), strict=True)
            try:
                for self.count, record in enumerate(reader, start=1):
                    cells = [shared.setdefault(cell, cell) for cell in map(str.strip, record)]
                    if any(cells):
                        yield self.count, cells
            except csv.Error as error:
                raise FileRefused(f"{self.name}: line {reader.line_num} is not valid CSV ({error})") from error
            except UnicodeDecodeError as error:
                raise FileRefused(f"{self.name}: a byte is neither UTF-8 nor Windows-1252") from error
        if not any(shared):
            raise FileRefused(f"{self.name}: the file holds no records")


def _encoding(name: str, opener: Opener) -> str:
    """UTF-8, or Windows-1252 when some byte is not UTF-8; refuses bytes that are no text."""
    decoder = getincrementaldecoder("utf-8")()
    is_utf_8 = True
    with opener() as stream:
        while chunk := stream.read(CHUNK_BYTES):
            if b"\x00" in chunk:
                raise FileRefused(f"{name}: NUL byte; the file is not text")
            is_utf_8 = is_utf_8 and _decodes(decoder, chunk)
    return "utf-8-sig" if is_utf_8 and _decodes(decoder, b"", is_last=True) else "cp1252"


def _decodes(decoder: IncrementalDecoder, chunk: bytes, *, is_last: bool = False) -> bool:
    try:
        decoder.decode(chunk, is_last)
    except UnicodeDecodeError:
        return False
    return True


def is_zip(source: SourceFile) -> bool:
    """Whether the bytes are a zip's (a workbook's among them), whatever the name says."""
    with source.path.open("rb") as stream:
        return stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC


def members_of(archive: ZipFile, *endings: str) -> list[str]:
    """Names of the files in a zip, of those with one of the ``endings`` where any are given.

    Folders are none, nor is what macOS adds beside each file.
    """
    names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    return [name for name in names if name.lower().endswith(endings)] if endings else names


def first_headings(content: bytes, name: str) -> list[str]:
    """The cells of the first line of ``content``, by which a parser tells tables apart before it reads one."""
    text, _ = decode(content.split(b"\n", 1)[0], name)
    return [clean(cell) for cell in next(csv.reader(io.StringIO(text)), [])]


def is_reissue(name: str) -> bool:
    """Whether a file's name says that it was issued again: '…_v2.csv', '…-revised.xlsx'; 'v1' says nothing."""
    return REISSUE.search(name) is not None


def _drop_blank_columns(
    heading: tuple[str, ...], records: list[Record]
) -> tuple[tuple[str, ...], list[Record], tuple[str, ...]]:
    """Drop trailing columns that hold no value in any record, whatever their header says, when it is blank or stray."""
    filled = max((_last_filled(record) for _, record in records), default=0)
    keep = len(heading)
    while keep > filled and (not heading[keep - 1] or len(heading[keep - 1]) == 1):
        keep -= 1
    if keep == len(heading):
        return heading, records, ()
    note = f"dropped {len(heading) - keep} trailing columns without values ({list(heading[keep:])})"
    return heading[:keep], [(number, record[:keep]) for number, record in records], (note,)


def _last_filled(record: Sequence[str]) -> int:
    """Number of fields up to the last one that is not blank."""
    for index in range(len(record), 0, -1):
        if record[index - 1].strip():
            return index
    return 0


def _split_ragged(records: Iterable[Record], width: int) -> tuple[list[Record], tuple[Malformed, ...]]:
    """Rows of the right width, and the others as malformed."""
    rows, malformed = [], []
    for number, record in records:
        if len(record) > width and _last_filled(record) <= width:
            record = record[:width]
        if len(record) == width:
            rows.append((number, record))
        else:
            malformed.append(Malformed(number, f"fields:{len(record)}_not_{width}"))
    return rows, tuple(malformed)


def columns_of(sheet: Sheet, entity: Entity) -> dict[str, int]:
    """Position of each spec column (by ``source`` heading or an alias) in the sheet's header.

    Refuses a heading that stands twice and a required column that is missing, naming the nearest heading.
    """
    positions: dict[str, list[int]] = {}
    for index, heading in enumerate(sheet.header):
        positions.setdefault(heading.casefold(), []).append(index)
    found: dict[str, int] = {}
    for column in entity.columns:
        if column.source is None:
            continue
        for heading in (column.source, *column.aliases):
            places = positions.get(clean(heading).casefold(), [])
            if len(places) > 1:
                at = ", ".join(str(place + 1) for place in places)
                raise FileRefused(f"{sheet.name}: heading {heading!r} stands in columns {at}")
            if places:
                found[column.name] = places[0]
                break
        else:
            _refuse_missing(sheet, column.source)
    return found


def _refuse_missing(sheet: Sheet, heading: str) -> None:
    near = get_close_matches(heading, sheet.header, n=1, cutoff=0.5)
    hint = f"; nearest is {near[0]!r}" if near else ""
    raise FileRefused(
        f"{sheet.name}: column {heading!r} is missing{hint}. If the publisher renamed it, add an alias to dataset.yaml."
    )


def unknown_headings(sheet: Sheet, found: Mapping[str, int]) -> tuple[str, ...]:
    """Notes on headings that the spec does not know (drift: loaded without them)."""
    known = set(found.values())
    extra = [heading for index, heading in enumerate(sheet.header) if index not in known]
    return (f"columns not in the spec: {extra}",) if extra else ()


def table_from(
    rows: Sequence[tuple[int, Sequence[str]]],
    positions: Mapping[str, int],
    *,
    malformed: tuple[Malformed, ...] = (),
    ignored: Mapping[str, int] | None = None,
    constants: Mapping[str, str | None] | None = None,
) -> Table:
    """A Table of the named positions; outer white space stripped, empty cells None, ``constants`` added to each row."""
    import pandas as pd

    data: dict[str, list[str | None]] = {
        name: [row[index].strip() or None for _, row in rows] for name, index in positions.items()
    }
    frame = pd.DataFrame(data, dtype="object")
    for name, value in (constants or {}).items():
        frame[name] = pd.Series([value] * len(rows), dtype="object")
    frame["source_row"] = [number for number, _ in rows]
    ignored = dict(ignored or {})
    return Table(frame, len(rows) + len(malformed) + sum(ignored.values()), ignored, malformed)


def table_of(
    entity: Entity,
    records: Sequence[Mapping[str, str | int | None]],
    *,
    malformed: tuple[Malformed, ...] = (),
    ignored: Mapping[str, int] | None = None,
    constants: Mapping[str, str] | None = None,
) -> Table:
    """A Table of records by column name, each with its ``source_row``; a column that a record lacks is empty."""
    import pandas as pd

    columns = [*(column.name for column in entity.columns), "source_row"]
    frame = pd.DataFrame.from_records([{**record, **(constants or {})} for record in records], columns=columns)
    frame = frame.astype(dict.fromkeys(columns[:-1], "object"))
    frame = frame.where(frame.notna(), None).astype({"source_row": "int64"})
    left_out = {rule: rows for rule, rows in (ignored or {}).items() if rows}
    return Table(frame, len(records) + len(malformed) + sum(left_out.values()), left_out, malformed)


def read_large(
    parts: Sequence[tuple[str, Opener]], entity: Entity, *, left_alone: Iterable[str] = ()
) -> tuple[Table, tuple[str, ...]]:
    """A Table of delimited files too large for ``read_csv``, and notes; the files follow each other in one table.

    ``parts`` are (name, opener) of files with a heading each; records are numbered on from part to part. Headings
    ``left_alone`` are known and not loaded. Refuses what ``CsvStream`` and ``columns_of`` refuse, and no record at all.
    """
    import pandas as pd

    columns: dict[str, list[str | None]] = {column.name: [] for column in entity.columns if column.source is not None}
    numbers: list[int] = []
    malformed: list[Malformed] = []
    notes: tuple[str, ...] = ()
    before = 0
    for name, opener in parts:
        stream = CsvStream(name, opener)
        records = iter(stream)
        sheet = Sheet(name, tuple(clean(cell) for cell in next(records)[1]), [])
        positions = columns_of(sheet, entity)
        known = {heading: at for at, heading in enumerate(sheet.header) if heading in left_alone}
        for number, cells in records:
            if len(cells) == len(sheet.header):
                numbers.append(before + number)
                for column, at in positions.items():
                    columns[column].append(cells[at] or None)
            else:
                malformed.append(Malformed(before + number, f"fields:{len(cells)}_not_{len(sheet.header)}"))
        before += stream.count
        notes += unknown_headings(sheet, {**known, **positions}) + stream.notes
    if not numbers:
        raise FileRefused(f"{parts[0][0] if parts else entity.name}: the file holds no records below its heading")
    frame = pd.DataFrame({column: pd.Series(cells, dtype="object") for column, cells in columns.items()})
    frame["source_row"] = numbers
    return Table(frame, len(numbers) + len(malformed), {}, tuple(malformed)), tuple(dict.fromkeys(notes))


def empty_frame(entity: Entity) -> "pd.DataFrame":
    """A frame of the entity's text columns with no row."""
    import pandas as pd

    return pd.DataFrame({**{column.name: [] for column in entity.columns}, "source_row": []}, dtype="object")
