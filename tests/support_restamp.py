"""Move a publisher's file a year on: the same layout for a period that nobody has seen, under a new name.

Belongs here: finding dates in names and bytes and rewriting them, length kept. Does not: tests.
"""

import io
import re
import zipfile
from collections.abc import Callable

MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
YEAR = r"20[0-4]\d"
SPELLINGS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    # 2020-21, 2020/21, and the years of a financial year written together
    (rf"(?<!\d)({YEAR})([-/_])(\d\d)(?![-\d])", lambda m: f"{int(m[1]) + 1}{m[2]}{(int(m[3]) + 1) % 100:02}"),
    # 2024-04-30, 20240430, 2024-04
    (rf"(?<!\d)({YEAR})(-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01]))(?!\d)", lambda m: f"{int(m[1]) + 1}{m[2]}"),
    # 30/04/2024 and 12/2024
    (rf"(?<!\d)(\d?\d/)?(\d?\d/)({YEAR})(?!\d)", lambda m: f"{m[1] or ''}{m[2]}{int(m[3]) + 1}"),
    # April 2024, April-2024, APRIL2024, Apr_2024, 1st April 2024
    (rf"(?i)({MONTH}[\s_-]*)({YEAR})(?!\d)", lambda m: f"{m[1]}{int(m[2]) + 1}"),
    # Apr24, Jan-26, Nov20
    (rf"(?i)(?<![a-z])({MONTH}[\s_-]?)(\d\d)(?![\d,.])", lambda m: f"{m[1]}{(int(m[2]) + 1) % 100:02}"),
)
PACKED = (b"PK\x03\x04",)
TEXT_MEMBERS = (".csv", ".txt", ".xml", ".rels")


def text_a_year_on(text: str) -> str:
    """``text`` with every date in it a year later; a span that one spelling has moved is not moved again."""
    pattern = "|".join(f"(?P<s{at}>{_uncaptured(spelling)})" for at, (spelling, _) in enumerate(SPELLINGS))

    def moved(match: re.Match[str]) -> str:
        for at, (spelling, rewrite) in enumerate(SPELLINGS):
            if match[f"s{at}"] is not None:
                inner = re.match(_without_context(spelling), match[0])
                return rewrite(inner) if inner else match[0]
        return match[0]

    return re.sub(pattern, moved, text)


def _uncaptured(spelling: str) -> str:
    """The spelling with its groups uncaptured and its flag inside."""
    bare = re.sub(r"\((?!\?)", "(?:", spelling.replace("(?i)", ""))
    return f"(?i:{bare})"


def _without_context(spelling: str) -> str:
    """The spelling without what must stand before and after it, for a text that has been cut out."""
    bare = re.sub(r"\(\?<![^)]*\)|\(\?![^)]*\)", "", spelling.replace("(?i)", ""))
    return f"(?i:{bare})"


def a_year_on(content: bytes) -> bytes:
    """A file's bytes with every date a year later, the length of each kept: text, zip, workbook (xlsx, ods, xls)."""
    if not content.startswith(PACKED):
        return text_a_year_on(content.decode("latin-1")).encode("latin-1")
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            member = old.read(info)
            if info.filename.casefold().endswith(TEXT_MEMBERS) or member.startswith(PACKED):
                member = a_year_on(member)
            new.writestr(text_a_year_on(info.filename), member)
    return packed.getvalue()


def a_new_name(name: str) -> str:
    """The name of the next year's file, with another random suffix."""
    stem, dot, kind = text_a_year_on(name).rpartition(".")
    return f"{stem}-q7Zr2{dot}{kind}"
