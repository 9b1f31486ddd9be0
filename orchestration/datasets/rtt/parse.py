"""Read a month of referral to treatment waiting times and add its rows up to providers and to commissioning boards.

Belongs here: both layouts of the full CSV, streamed out of its zip; which rows are damaged; adding rows up. Does not:
percentages, medians, England (dbt).

A row stands for a provider, a commissioner, a part and a treatment function. Rows are judged one by one before they are
added up: a number that is none, a total that its bands do not give, and two rows of one key that differ go to
quarantine. Rows that become part of an earlier row are counted as ``folded_into_…_row``.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import IO, TYPE_CHECKING

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import month_of
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import clean, is_zip, members_of
from orchestration.errors import FileRefused, NotOfThisDataset

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

PROVIDER, PART = "Provider Org Code", "RTT Part Type"
TEXTS = {
    "period": "Period",
    "part_type": PART,
    "provider_code": PROVIDER,
    "provider_name": "Provider Org Name",
    "provider_parent_code": "Provider Parent Org Code",
    "board_code": "Commissioner Parent Org Code",
    "board_name": "Commissioner Parent Name",
    "commissioner_code": "Commissioner Org Code",
    "treatment_function_code": "Treatment Function Code",
    "treatment_function_name": "Treatment Function Name",
}
TOTALS = {"total": "Total", "unknown_clock_start": "Patients with unknown clock start date", "total_all": "Total All"}
NOT_USED = ("Provider Parent Name", "Commissioner Org Name", "RTT Part Description")
REQUIRED = ("part_type", "provider_code", "treatment_function_code", "total_all")
KEY = "part_type, provider_code, board_code, commissioner_code, treatment_function_code"
ALL_FUNCTIONS, NEW_PATHWAYS = "C_999", "Part_3"
LINES_BEFORE_HEADINGS = 20
BLOCK_BYTES = 4 * 1024**2
LARGEST_COUNT = 2**31 - 1
SPREADSHEET_LINES = (65_536, 1_048_576)
WHOLE_NUMBER = re.compile(r"(\d+)(?:\.0+)?")
ENCODINGS = {"utf8": (), "cp1252": ("decoded as Windows-1252 (it is not UTF-8)",)}
FOLDS = {"providers": ("provider", "provider_parent_code as parent_code"), "commissioners": ("board", None)}
PARTIAL = "added_up_with_a_quarantined_row"


@dataclass(frozen=True)
class Headings:
    """The heading line: its number, its cells, where each column stands, and the weeks that have a band."""

    line: int
    cells: tuple[str, ...]
    positions: Mapping[str, int]
    weeks: int

    @property
    def bands(self) -> tuple[str, ...]:
        """Columns of the bands, the open one last."""
        return (*(f"weeks_{week:02}_to_{week + 1:02}" for week in range(self.weeks)), f"weeks_over_{self.weeks}")

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that hold counts."""
        return (*self.bands, *TOTALS)


@dataclass
class Records:
    """All rows of a file in narrow types, and those that can't be used."""

    table: "pa.Table"
    read: int
    blank: int
    faults: dict[int, Malformed] = field(default_factory=dict)
    repeated: tuple[int, ...] = ()


def parse(source: SourceFile) -> Parsed:
    """One row per provider, and apart per commissioning board, for each part and treatment function of the month."""
    import duckdb

    headings, records, notes = _read(source)
    lines = headings.line + records.read
    if lines in SPREADSHEET_LINES:
        raise FileRefused(
            f"{source.name}: {lines:,} lines are as many as a spreadsheet holds, so the file is cut. "
            "Take the publisher's zip."
        )
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        con.register("file_rows", records.table)
        start, end = _month(con, source.name)
        _judge(con, headings, records)
        con.execute("create table faulty as select unnest(?::bigint[]) as source_row", [list(records.faults)])
        con.execute("create view good_rows as select * from file_rows where source_row not in (from left_out)")
        return Parsed(
            layout=f"weeks_to_{headings.weeks}",
            tables={entity: _fold(con, headings, records, entity, (start, end)) for entity in FOLDS},
            period_start=start,
            period_end=end,
            period_label=f"{start:%Y-%m}",
            release_status="revised" if "revised" in source.name.casefold() else "final",
            notes=(*notes, *_unknown_headings(headings), *_unequal_totals(con)),
        )


def _read(source: SourceFile) -> tuple[Headings, Records, tuple[str, ...]]:
    """Headings, rows and notes of the one CSV of the file; text that is not UTF-8 is read as Windows-1252."""
    import pyarrow as pa

    for encoding, notes in ENCODINGS.items():
        with _opened(source) as stream:
            headings = _read_headings(stream, source.name)
            try:
                return headings, _read_records(stream, headings, encoding), notes
            except pa.ArrowInvalid as error:
                if "UTF8" not in str(error):
                    raise FileRefused(f"{source.name}: not readable as CSV ({error})") from error
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                raise FileRefused(f"{source.name}: the zip is damaged ({error})") from error
    raise FileRefused(f"{source.name}: the text is neither UTF-8 nor Windows-1252")


@contextmanager
def _opened(source: SourceFile) -> Iterator[IO[bytes]]:
    """The CSV as a stream: the file itself, or the one member of the zip that is a CSV; never unpacked to disk."""
    if not is_zip(source):
        with source.path.open("rb") as stream:
            yield stream
        return
    try:
        with zipfile.ZipFile(source.path) as archive:
            names = members_of(archive, ".csv")
            if len(names) != 1:
                raise NotOfThisDataset(f"{source.name}: {len(names)} CSV files in the zip; one is expected ({names})")
            with archive.open(names[0]) as member:
                yield member
    except zipfile.BadZipFile as error:
        raise FileRefused(f"{source.name}: the zip is damaged ({error})") from error


def _read_headings(stream: IO[bytes], name: str) -> Headings:
    """The heading line, which a few lines may precede; refuses a file that lacks a column of its layout."""
    for number in range(1, LINES_BEFORE_HEADINGS + 1):
        line = stream.readline().decode("utf-8-sig", errors="replace").rstrip("\r\n")
        try:
            cells = tuple(clean(cell) for cell in next(csv.reader([line]), []))
        except csv.Error as error:
            raise FileRefused(f"{name}: line {number} is not valid CSV ({error})") from error
        if PROVIDER in cells and PART in cells:
            return _headings(number, cells, name)
    raise NotOfThisDataset(
        f"{name}: no line among the first {LINES_BEFORE_HEADINGS} has the headings {PROVIDER!r} and {PART!r}"
    )


def _headings(line: int, cells: tuple[str, ...], name: str) -> Headings:
    by_heading = {cell.casefold(): at for at, cell in reversed(list(enumerate(cells)))}
    weeks = 104 if any(re.match(r"gt (5[2-9]|[6-9]\d|1\d\d) to ", heading) for heading in by_heading) else 52
    entity = dataset_spec("rtt").entity("providers")
    headings = Headings(line, cells, {}, weeks)
    wanted = {**TEXTS, **{band: entity.column(band).source or "" for band in headings.bands}, **TOTALS}
    missing = [heading for heading in wanted.values() if heading.casefold() not in by_heading]
    if missing:
        raise FileRefused(
            f"{name}: {len(missing)} columns are missing ({', '.join(missing[:3])} …) of a file with bands up to "
            f"{weeks} weeks; it has {len(cells)}. Was it saved again by a spreadsheet? Take the publisher's zip."
        )
    return Headings(line, cells, {column: by_heading[text.casefold()] for column, text in wanted.items()}, weeks)


def _read_records(stream: IO[bytes], headings: Headings, encoding: str) -> Records:
    """All rows after the headings, a block of text at a time; only counts and codes are kept."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    faults: dict[int, Malformed] = {}
    ragged: list[int] = []

    def note_ragged(row: arrow_csv.InvalidRow) -> str:
        number = headings.line + row.number
        ragged.append(number)
        faults[number] = Malformed(number, f"fields:{row.actual_columns}_not_{row.expected_columns}")
        return "skip"

    every = [f"column_{at}" for at in range(len(headings.cells))]
    wanted = [every[at] for at in headings.positions.values()]
    reader = arrow_csv.open_csv(
        stream,
        read_options=arrow_csv.ReadOptions(
            column_names=every, block_size=BLOCK_BYTES, use_threads=False, encoding=encoding
        ),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note_ragged),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=wanted,
            column_types=dict.fromkeys(every, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    batches, blank, following = [], 0, headings.line + 1
    for text in reader:
        numbers = _row_numbers(following, text.num_rows, ragged)
        following = (numbers[-1] if numbers else following - 1) + 1
        batch = _narrowed(text.rename_columns(list(headings.positions)), numbers, headings, faults)
        blank += text.num_rows - batch.num_rows
        batches.append(batch)
    table = pa.Table.from_batches(batches)
    return Records(table, table.num_rows + blank + len(ragged), blank, faults)


def _row_numbers(first: int, rows: int, left_out: Sequence[int]) -> list[int]:
    """Record numbers of ``rows`` rows from ``first`` on, without those that were left out."""
    numbers = sorted(set(range(first, first + rows + len(left_out))) - set(left_out))
    return numbers[:rows]


def _narrowed(
    text: "pa.RecordBatch", numbers: Sequence[int], headings: Headings, faults: dict[int, Malformed]
) -> "pa.RecordBatch":
    """The batch with counts as 32-bit integers and row numbers, without blank rows; faults are added to ``faults``."""
    import pyarrow as pa
    from pyarrow import compute

    columns: dict[str, pa.Array] = {"source_row": pa.array(numbers, pa.int64())}
    for name in TEXTS:
        trimmed = compute.utf8_trim_whitespace(text[name])
        columns[name] = compute.if_else(compute.equal(trimmed, ""), None, trimmed)
    for name in headings.numbers:
        columns[name] = _counts(text[name], name, numbers, faults)
    known, has_bands = _sum([columns[name] for name in headings.bands])
    over_52, _ = _sum([columns[name] for name in headings.bands[52:]])
    columns["total_known"] = compute.if_else(has_bands, known, None)
    columns["weeks_over_52"] = compute.if_else(has_bands, over_52, None)
    batch = pa.RecordBatch.from_pydict(columns)
    has_code = compute.or_(compute.is_valid(batch["provider_code"]), compute.is_valid(batch["part_type"]))
    return batch.filter(compute.or_(has_code, compute.is_valid(batch["total_all"])))


def _counts(text: "pa.Array", name: str, numbers: Sequence[int], faults: dict[int, Malformed]) -> "pa.Array":
    """Whole numbers of one column; a cell that is none becomes empty and a fault of its row."""
    import pyarrow as pa
    from pyarrow import compute

    try:
        counts = text.cast(pa.int32())
        if not compute.any(compute.less(counts, 0)).as_py():
            return counts
    except pa.ArrowInvalid:
        pass  # at least one cell is no plain whole number: look at each
    values: list[int | None] = []
    for number, cell in zip(numbers, text.to_pylist(), strict=True):
        match = WHOLE_NUMBER.fullmatch(cell.strip()) if cell else None
        count = int(match[1]) if match else None
        if cell and cell.strip() and (count is None or count > LARGEST_COUNT):
            faults.setdefault(number, Malformed(number, "type:integer", name, cell))
            count = None
        values.append(count)
    return pa.array(values, pa.int32())


def _sum(counts: Sequence["pa.Array"]) -> tuple["pa.Array", "pa.Array"]:
    """Sum of each row with empty cells as 0, and whether any cell of it is filled."""
    from pyarrow import compute

    total, is_any = compute.fill_null(counts[0], 0), compute.is_valid(counts[0])
    for count in counts[1:]:
        total = compute.add(total, compute.fill_null(count, 0))
        is_any = compute.or_(is_any, compute.is_valid(count))
    return total, is_any


def _month(con: "duckdb.DuckDBPyConnection", name: str) -> tuple[date, date]:
    """First and last day of the one month that every row names."""
    periods = [row[0] for row in con.execute("select distinct period from file_rows order by 1").fetchall()]
    month = month_of(periods[0] or "") if len(periods) == 1 else None
    if month is None:
        raise FileRefused(
            f"{name}: 'Period' should name one month like RTT-January-2026 in every row, not {periods[:5]}"
        )
    return month


def _judge(con: "duckdb.DuckDBPyConnection", headings: Headings, records: Records) -> None:
    """Add the rows that break a rule to the faults, and find exact repeats; ``left_out`` has the numbers of both."""
    con.execute("create table left_out (source_row bigint)")
    _leave_out(con, records.faults)
    for column in REQUIRED:
        found = f"select source_row from file_rows where {column} is null"
        _add_faults(con, records, found, "missing", column)
    differs = (
        "total_known + coalesce(unknown_clock_start, 0) <> total_all or total <> coalesce(total_known, 0) "
        f"or (total_known is null and part_type <> '{NEW_PATHWAYS}' and total_all <> coalesce(unknown_clock_start, 0))"
    )
    _add_faults(con, records, f"select source_row from file_rows where {differs}", "total_differs_from_bands", "")
    _find_repeats(con, headings, records)


def _find_repeats(con: "duckdb.DuckDBPyConnection", headings: Headings, records: Records) -> None:
    """Rows that share a key: exact repeats are left out after the first, all of those that differ are faults."""
    good = "file_rows where source_row not in (from left_out)"
    con.execute(f"create table repeats as select {KEY} from {good} group by all having count(*) > 1")
    same = " and ".join(f"good.{name} is not distinct from repeats.{name}" for name in KEY.split(", "))
    content = ", ".join(f"good.{name}" for name in (*TEXTS, *headings.numbers))
    con.execute(
        f"create table alike as select {', '.join(f'repeats.{name}' for name in KEY.split(', '))}, good.source_row, "
        f"hash({content}) as content_hash from (select * from {good}) as good join repeats on {same}"
    )
    judged = (
        "select source_row, min(content_hash) over whole <> max(content_hash) over whole as differs, "
        f"row_number() over (partition by {KEY} order by source_row) as copy "
        f"from alike window whole as (partition by {KEY})"
    )
    _add_faults(con, records, f"select source_row from ({judged}) where differs", "duplicate_key", KEY.replace(" ", ""))
    repeated = con.execute(f"select source_row from ({judged}) where not differs and copy > 1 order by 1").fetchall()
    records.repeated = tuple(row[0] for row in repeated)
    _leave_out(con, records.repeated)


def _add_faults(con: "duckdb.DuckDBPyConnection", records: Records, query: str, rule: str, column: str) -> None:
    rows = [row[0] for row in con.execute(query).fetchall()]
    new = {row: Malformed(row, rule, column) for row in rows if row not in records.faults}
    records.faults.update(new)
    _leave_out(con, new)


def _leave_out(con: "duckdb.DuckDBPyConnection", rows: Mapping[int, Malformed] | Sequence[int]) -> None:
    if rows:
        con.execute("insert into left_out select unnest(?::bigint[])", [list(rows)])


def _fold(
    con: "duckdb.DuckDBPyConnection",
    headings: Headings,
    records: Records,
    entity: str,
    month: tuple[date, date],
) -> Table:
    """Good rows added up to one per organisation, part and treatment function; names are those of the first row."""
    unit, further = FOLDS[entity]
    names = [column.name for column in dataset_spec("rtt").entity(entity).columns]
    has = {*headings.bands, "weeks_over_52", "total_known", "unknown_clock_start", "total_all"}
    texts = ["treatment_function_name", f"{unit}_name as organisation_name", *([further] if further else [])]
    first = [f"arg_min({text.split(' as ')[0]}, source_row) as {text.split(' as ')[-1]}" for text in texts]
    sums = [f"cast(sum({name}) as varchar) as {name}" for name in names if name in has]
    sums += [f"cast(null as varchar) as {name}" for name in names if name.startswith("weeks_") and name not in has]
    folded = con.sql(
        f"select '{month[0]}' as period_start, '{month[1]}' as period_end, part_type, "
        f"{unit}_code as organisation_code, treatment_function_code, {', '.join(first + sums)}, "
        f"min(source_row) as source_row, count(*) as rows_in from good_rows "
        f"where {unit}_code is not null and not {_is_partial(unit)} "
        f"group by part_type, {unit}_code, treatment_function_code order by min(source_row)"
    )
    frame = folded.to_arrow_table().to_pandas()
    partial = _in_partial_groups(con, records, unit)
    ignored = {
        "blank_row": records.blank,
        "exact_duplicate": len(records.repeated),
        f"without_{unit}": _number(con, f"select count(*) from good_rows where {unit}_code is null"),
        f"folded_into_{unit}_row": int(frame.pop("rows_in").sum()) - len(frame),
    }
    ignored = {rule: rows for rule, rows in ignored.items() if rows}
    malformed = (*records.faults.values(), *(Malformed(row, PARTIAL) for row in partial))
    return Table(frame[[*names, "source_row"]], records.read, ignored, malformed)


def _in_partial_groups(con: "duckdb.DuckDBPyConnection", records: Records, unit: str) -> list[int]:
    """Good rows that would be added up with a row in quarantine: a sum without it is no figure of the organisation."""
    return [row[0] for row in con.execute(f"select source_row from good_rows where {_is_partial(unit)}").fetchall()]


def _is_partial(unit: str) -> str:
    """SQL: the row's organisation, part and treatment function have a row among the faults."""
    return (
        f"(part_type, {unit}_code, treatment_function_code) in (select (part_type, {unit}_code, "
        "treatment_function_code) from file_rows where source_row in (from faulty))"
    )


def _unequal_totals(con: "duckdb.DuckDBPyConnection") -> Iterator[str]:
    """A note when C_999 is not the sum of its functions in some groups; both are loaded as published."""
    groups = (
        f"select part_type, provider_code, board_code, commissioner_code, "
        f"sum(total_all) filter (treatment_function_code = '{ALL_FUNCTIONS}') as whole, "
        f"sum(total_all) filter (treatment_function_code <> '{ALL_FUNCTIONS}') as parts "
        "from good_rows group by all"
    )
    unequal = f"from ({groups}) where whole is distinct from parts"
    count = _number(con, f"select count(*) {unequal}")
    if count:
        query = f"select provider_code, commissioner_code, part_type {unequal} order by all limit 1"
        example = " ".join(str(cell) for cell in con.execute(query).fetchall()[0])
        yield (
            f"{ALL_FUNCTIONS} is not the sum of its treatment functions in {count} of "
            f"{_number(con, f'select count(*) from ({groups})')} groups (as {example}); both are loaded as published"
        )


def _number(con: "duckdb.DuckDBPyConnection", query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])


def _unknown_headings(headings: Headings) -> tuple[str, ...]:
    """A note on headings that the layout does not have (loaded without them)."""
    known = {*headings.positions.values(), *(headings.cells.index(n) for n in NOT_USED if n in headings.cells)}
    extra = [cell for at, cell in enumerate(headings.cells) if at not in known]
    return (f"columns not in the spec: {extra}",) if extra else ()
