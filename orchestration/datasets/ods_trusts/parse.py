"""Read a snapshot of the ODS trusts register (etr), 27 or 24 columns without a header.

Belongs here: the positional layouts, plain, gzipped or zipped. Does not: succession or history (dbt's organisations).
"""

import csv
import gzip
import io
import re
import zipfile
from datetime import date

from orchestration.datasets.protocol import Malformed, Parsed, SourceFile
from orchestration.datasets.reading import decode, members_of, table_from
from orchestration.errors import FileRefused

WIDTHS = {27: "etr_27", 24: "etr_24"}
CODE, NAME, REGION, ICB, POSTCODE, OPENED, CLOSED = 0, 1, 2, 3, 9, 10, 11
TRUST = re.compile(r"[A-Z0-9]{3}|[A-Z][0-9][A-Z][0-9][A-Z]")
MAX_BYTES = 64 * 1024 * 1024


def parse(source: SourceFile) -> Parsed:
    """One row per trust; sites of the combined `etrust` file (a trust's code and two more characters) are ignored."""
    text, notes = decode(_content(source), source.name)
    records = [(n, row) for n, row in enumerate(csv.reader(io.StringIO(text, newline="")), start=1) if any(row)]
    width = max((len(row) for _, row in records), key=[len(row) for _, row in records].count, default=0)
    if width not in WIDTHS:
        raise FileRefused(f"{source.name}: {width} columns; the trusts register has 27 or 24 and no header")
    if not TRUST.fullmatch(records[0][1][CODE]) or not _is_day(records[0][1][OPENED]):
        raise FileRefused(f"{source.name}: the first record is no trust; the register has no header and dates YYYYMMDD")
    malformed = tuple(Malformed(n, f"fields:{len(row)}_not_{width}") for n, row in records if len(row) != width)
    whole = [(n, row) for n, row in records if len(row) == width]
    codes = {row[CODE] for _, row in whole}
    trusts = [(n, _iso_dates(row)) for n, row in whole if not _is_site(row[CODE], codes)]
    positions = {
        "organisation_code": CODE, "organisation_name": NAME, "region_code": REGION, "icb_code": ICB,
        "postcode": POSTCODE, "opened_on": OPENED, "closed_on": CLOSED,
    }  # fmt: skip
    latest = max(day for _, row in trusts for day in (row[OPENED], row[CLOSED]) if day)
    day = date.fromisoformat(latest)
    return Parsed(
        layout=WIDTHS[width],
        tables={
            "organisations": table_from(
                trusts, positions, malformed=malformed, ignored={"site_of_a_trust": len(whole) - len(trusts)}
            )
        },
        period_start=day,
        period_end=day,
        period_label=f"to {latest}",
        notes=(*notes, "the snapshot's date is the latest legal date in it"),
    )


def _content(source: SourceFile) -> bytes:
    """Bytes of the register, out of gzip or the only member of a zip."""
    content = source.path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(content)) as stream:
            content = stream.read(MAX_BYTES + 1)
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = members_of(archive, ".csv")
            if len(members) != 1:
                raise FileRefused(f"{source.name}: {len(members)} CSV members, expected one")
            with archive.open(members[0]) as stream:
                content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise FileRefused(f"{source.name}: more than {MAX_BYTES} bytes when unpacked")
    return content


def _is_day(cell: str) -> bool:
    return re.fullmatch(r"\d{8}", cell) is not None


def _is_site(code: str, codes: set[str]) -> bool:
    return len(code) == 5 and code[:3] in codes


def _iso_dates(row: list[str]) -> list[str]:
    """The row with YYYYMMDD turned into YYYY-MM-DD; other text stays for validation to judge."""
    return [f"{c[:4]}-{c[4:6]}-{c[6:]}" if at in (OPENED, CLOSED) and _is_day(c) else c for at, c in enumerate(row)]
