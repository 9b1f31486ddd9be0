"""Read CSV files and workbooks strictly, as text, with row numbers.

Belongs here: decoding, delimiting, header checks that every parser needs. Does not: what a dataset's columns mean.

Every function refuses with the file's name and says what it saw; nothing is guessed and nothing is dropped silently.
"""

import csv
import io
import re
import unicodedata
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orchestration.catalogue.models import Entity
from orchestration.datasets.protocol import Malformed, SourceFile, Table
from orchestration.errors import FileRefused

if TYPE_CHECKING:
    import pandas as pd

MAX_FIELD_CHARACTERS = 1_000_000
CHUNK_BYTES = 1 << 20
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Text records of a CSV file or one worksheet; ``rows`` are (record number, cells), the header not among them."""

    name: str
    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
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
    records: list[tuple[int, list[str]]] = []
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


def stream_csv(source: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Record numbers and cells of a large comma-separated file, the header first, without holding the file.

    Equal cells are one object, so that rows kept by the caller stay small. Refuses what ``read_csv`` refuses.
    """
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    cells: dict[str, str] = {}
    is_empty = True
    with source.path.open(encoding=_stream_encoding(source), newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            for number, record in enumerate(reader, start=1):
                if any(cell.strip() for cell in record):
                    is_empty = False
                    yield number, [cells.setdefault(cell, cell) for cell in record]
        except csv.Error as error:
            raise FileRefused(f"{source.name}: line {reader.line_num} is not valid CSV ({error})") from error
        except UnicodeDecodeError as error:
            raise FileRefused(f"{source.name}: a byte is neither UTF-8 nor Windows-1252") from error
    if is_empty:
        raise FileRefused(f"{source.name}: the file holds no records")


def _stream_encoding(source: SourceFile) -> str:
    """UTF-8, or Windows-1252 when some byte is not UTF-8."""
    decoder = getincrementaldecoder("utf-8")()
    encoding = "utf-8-sig"
    with source.path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            if b"\x00" in chunk:
                raise FileRefused(f"{source.name}: NUL byte; the file is not text")
            if encoding == "utf-8-sig" and not _decodes(decoder, chunk):
                encoding = "cp1252"
    return encoding


def _decodes(decoder: IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _drop_blank_columns(
    heading: tuple[str, ...], records: list[tuple[int, list[str]]]
) -> tuple[tuple[str, ...], list[tuple[int, list[str]]], tuple[str, ...]]:
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


def _split_ragged(
    records: Iterable[tuple[int, list[str]]], width: int
) -> tuple[list[tuple[int, list[str]]], tuple[Malformed, ...]]:
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


def read_workbook(path: Path | IO[bytes], name: str) -> dict[str, Sequence[Sequence[object]]]:
    """Visible sheets of an xlsx, xls, xlsb or ods workbook as lists of cells; refuses what calamine can't open.

    ``path`` is a file, or the open bytes of a workbook that a zip holds.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_object(path)
        visible = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
        return {sheet: workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in visible}
    except PasswordError as error:
        raise FileRefused(f"{name}: the workbook is password protected") from error
    except (CalamineError, OSError) as error:
        raise FileRefused(f"{name}: not a readable workbook ({error})") from error


def cell_text(cell: object) -> str:
    """A workbook cell as text: whole floats without '.0', dates as ISO, None as ''."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def record_offsets(book: Mapping[str, Sequence[Sequence[object]]]) -> dict[str, int]:
    """Rows that stand before each sheet, so that record numbers run on through a workbook and none stands twice."""
    offsets: dict[str, int] = {}
    before = 0
    for sheet, rows in book.items():
        offsets[sheet] = before
        before += len(rows)
    return offsets


def sheet_below(
    name: str, rows: Sequence[Sequence[object]], headings: Iterable[str], *, offset: int = 0
) -> Sheet | None:
    """Records of a worksheet below the first row in which all ``headings`` stand; None when there is no such row.

    Blank rows are left out. ``offset`` is added to the record numbers (``record_offsets``).
    """
    wanted = {clean(heading).casefold() for heading in headings}
    for at, row in enumerate(rows):
        header = tuple(clean(cell_text(cell)) for cell in row)
        if wanted <= {cell.casefold() for cell in header}:
            below = [
                (offset + number, [cell_text(cell) for cell in cells])
                for number, cells in enumerate(rows[at + 1 :], start=at + 2)
            ]
            return Sheet(name, header, [record for record in below if any(cell.strip() for cell in record[1])])
    return None


def labelled_cells(rows: Sequence[Sequence[object]]) -> dict[str, str]:
    """What stands beside the labels ('Period:', 'Published:') above a worksheet's table, by label without its colon."""
    found: dict[str, str] = {}
    for row in rows:
        cells = [text for text in (clean(cell_text(cell)) for cell in row) if text]
        if cells and cells[0].endswith(":"):
            found.setdefault(cells[0].rstrip(": ").casefold(), cells[1] if len(cells) > 1 else "")
    return found


def date_of(text: str) -> date | None:
    """The day named by '10th October 2024', '10/10/2024' (day first) or '2024-10-10'; None when there is none."""
    if match := re.fullmatch(r"\s*(\d{4})-(\d{2})-(\d{2})(?:[ T][\d:.]*)?\s*", text):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", text):
        day, month, year = map(int, match.groups())
    elif (match := re.fullmatch(r"\D*?(\d{1,2})(?:st|nd|rd|th)?\s+(\w+\s+\d{4})\s*", text)) and (
        bounds := month_of(match[2])
    ):
        day, month, year = int(match[1]), bounds[0].month, bounds[0].year
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_in_cell(text: str) -> tuple[date, date] | None:
    """First and last day of the month in a workbook's cell: 'August 2024', 'Apr-25' or a date; None for other text."""
    if day := date_of(text):
        return month_bounds(day.year, day.month)
    if match := re.fullmatch(r"\s*([A-Za-z]{3,9})[\s-]+(\d{2})\s*", text):
        return month_of(f"{match[1]} 20{match[2]}")
    return month_of(text)


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


def read_large(
    parts: Sequence[tuple[str, Callable[[], IO[bytes]]]], entity: Entity, *, left_alone: Iterable[str] = ()
) -> tuple[Table, tuple[str, ...]]:
    """A Table of delimited files too large for ``read_csv``, and notes; the files follow each other in one table.

    ``parts`` are (name, opener) of files with a heading each. Records are streamed and equal cells share one string;
    records are numbered on from part to part. Headings ``left_alone`` are known and not loaded. Refuses what
    ``columns_of`` refuses, an empty file and a stray quote.
    """
    import pandas as pd

    shared: dict[str, str | None] = {"": None}
    columns: dict[str, list[str | None]] = {column.name: [] for column in entity.columns if column.source is not None}
    numbers: list[int] = []
    malformed: list[Malformed] = []
    notes: tuple[str, ...] = ()
    number = 0
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    for name, opener in parts:
        encoding = _encoding(opener)
        with opener() as stream:
            reader = csv.reader(io.TextIOWrapper(stream, encoding=encoding, newline=""), strict=True)
            try:
                sheet = Sheet(name, tuple(clean(cell) for cell in next(reader, [])), [])
                positions = columns_of(sheet, entity)
                known = {heading: at for at, heading in enumerate(sheet.header) if heading in left_alone}
                notes += unknown_headings(sheet, {**known, **positions})
                first = number + 2
                for number, record in enumerate(reader, start=first):
                    if len(record) == len(sheet.header):
                        numbers.append(number)
                        for column, at in positions.items():
                            cell = record[at].strip()
                            columns[column].append(shared.setdefault(cell, cell))
                    elif any(cell.strip() for cell in record):
                        malformed.append(Malformed(number, f"fields:{len(record)}_not_{len(sheet.header)}"))
            except (csv.Error, UnicodeDecodeError) as error:
                raise FileRefused(f"{name}: line {reader.line_num} is not valid CSV ({error})") from error
        notes += () if encoding == "utf-8-sig" else ("decoded as Windows-1252",)
    if not numbers:
        raise FileRefused(f"{parts[0][0] if parts else entity.name}: the file holds no records below its heading")
    frame = pd.DataFrame({column: pd.Series(cells, dtype="object") for column, cells in columns.items()})
    frame["source_row"] = numbers
    return Table(frame, len(numbers) + len(malformed), {}, tuple(malformed)), tuple(dict.fromkeys(notes))


def _encoding(opener: Callable[[], IO[bytes]]) -> str:
    """``utf-8-sig`` when all bytes are UTF-8, else ``cp1252``; a first pass over the bytes."""
    with opener() as stream:
        try:
            for _ in io.TextIOWrapper(stream, encoding="utf-8-sig"):
                pass
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def empty_frame(entity: Entity) -> "pd.DataFrame":
    """A frame of the entity's text columns with no row."""
    import pandas as pd

    return pd.DataFrame({**{column.name: [] for column in entity.columns}, "source_row": []}, dtype="object")


def month_of(text: str) -> tuple[date, date] | None:
    """First and last day of the month named in ``text`` ('MSitAE-APRIL-2021', 'Jan-2026'); None when there is none."""
    match = re.search(r"([A-Za-z]{3,9})[\s_-]*((?:19|20)\d{2})", text)
    if not match:
        return None
    for index, month in enumerate(MONTHS, start=1):
        if month.startswith(match[1].casefold()):
            return month_bounds(int(match[2]), index)
    return None


def extract_date(text: str) -> date | None:
    """The day in '01Jan2022', '01-Sep-20', '01SEP2017' or '2026-07-01'; None when it is none of them."""
    if re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}\s*", text):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            return None
    match = re.fullmatch(r"\s*(\d{1,2})[- ]?([A-Za-z]{3})[- ]?(\d{2}|\d{4})\s*", text)
    if match is None:
        return None
    months = [month[:3] for month in MONTHS]
    year = int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3])
    try:
        return date(year, months.index(match[2].casefold()) + 1, int(match[1]))
    except ValueError:
        return None


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def financial_year(text: str) -> tuple[date, date] | None:
    """First and last day of '2020-21', '2020/21' or '2020-2021'; None when the text is no financial year."""
    match = re.fullmatch(r"\s*((?:19|20)\d{2})\s*[-/–]\s*(\d{2}|\d{4})\s*", text)
    if not match:
        return None
    start = int(match[1])
    if int(match[2]) % 100 != (start + 1) % 100:
        return None
    return date(start, 4, 1), date(start + 1, 3, 31)
