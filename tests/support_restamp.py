"""Move a publisher's file a year on: the same layout for a period that nobody has seen, under a new name.

Belongs here: finding dates in names, texts, workbooks and archives and rewriting them. Does not: tests.

Dates are known by how they are spelt, wherever they stand; a year alone is one only in a name, in a heading, in a
column that is headed so, at the head of a worksheet's row and after Survey and Mid-. Editions (``IMD 2019``, ``LSOA
(2011)``) have none of these spellings and stay. Bytes around dates stay as they are, so that binary workbooks (xls)
keep their offsets.
"""

import csv
import gzip
import hashlib
import io
import re
import zipfile
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import PurePath

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
YEAR = r"20[0-4]\d"
FOUR_DIGITS = re.compile(YEAR)
TWO_DIGITS = re.compile(  # three letters that may be a month's, and more of it: wide, but ten times as fast as names
    r"[JFMASONDjfmasond][AEPUCOaepuco][NBRYLGPTVCnbrylgptvc][A-Za-z]{0,6}[ _-]?\d\d(?!\d)"
)
BEFORE_A_CELL = ("\x00", ",", "\n", '"', "\t")
CELL_REST = re.compile(r"[^\x00-\x1f,\"<>]*")
LONGEST_CELL_BEFORE = 200
YEARLY_HEADING = re.compile(r"(?i)year|period")
HEADING_LEVEL = re.compile(rf"(?<=_)({YEAR})(?!\d)")  # Outlier_2018
GEOGRAPHY = re.compile(r"(?i)(?<![A-Z_])(?!(?:F_)?LSOA)((?:F_)?[A-Z]+)(\d\d)(?=(?:CDH?|NMW?)(?![A-Z]))")  # LAD22CD
LARGEST_TEXT_SEARCHED_WIDELY = 20 * 1024**2  # the largest tables write months and years out
ROWS_LOOKED_AT = 500

ZIP_MAGIC, GZIP_MAGIC = b"PK\x03\x04", b"\x1f\x8b"
BUILT_IN_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, 27, 30, 36, 45, 46, 47, 50, 57})
EXCEL_DAY_ZERO = date(1899, 12, 30)
SERIALS = range(36526, 54789)  # 2000 to 2049
SHEET_TEXT = re.compile(r"(<t(?: [^>]*)?>)([^<]+)(?=</t>)")
SHEET_NAME = re.compile(r'(<sheet [^>]*?name=")([^"]+)')
ODS_TEXT = re.compile(r'(<text:p[^>]*>|office:(?:date|string)-value="|table:name=")([^<"]+)')
EIGHT_DIGITS = re.compile(r"(?<=<v>)20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=</v>)")
FIRST_CELL_XLSX = re.compile(rf'(<row [^>]*><c r="A\d+"(?![^>]* t="s")[^>]*><v>)({YEAR})(?=</v>)')
FIRST_CELL_ODS = re.compile(
    rf'(<table:table-row[^>]*><table:table-cell[^>]*office:value=")({YEAR})("[^>]*><text:p>)(\2)(?=</text:p>)'
)


@dataclass(frozen=True)
class Move:
    """How far dates move: a year, or 52 weeks for days of a weekly publication, whose weekday stays."""

    weekly: bool = False

    def later(self, day: date) -> date:
        """The day a year on; the last day of February stays the last."""
        if self.weekly:
            return day + timedelta(weeks=52)
        is_last = day.month == 2 and day.day == monthrange(day.year, 2)[1]
        return date(day.year + 1, day.month, monthrange(day.year + 1, 2)[1] if is_last else day.day)

    @cached_property
    def spellings(self) -> tuple[tuple[str, Callable[[re.Match[str]], str]], ...]:
        """Patterns with two named groups at most, each with what is written instead; the first that fits counts."""
        return (
            # 2016/17 - 2020/21, 2016/17 - 20/21
            (rf"(?<!\d)(?P<a>{YEAR})/(?P<b>\d\d) ?- ?(?P<c>20|)(?P<d>\d\d)/(?P<e>\d\d)(?!\d)", _two_financial_years),
            # 2024-04-30, 2024-04-30T00:00, 20240430
            (
                rf"(?<!\d)(?P<a>{YEAR})(?P<s>-?)(?P<b>0[1-9]|1[0-2])(?P=s)(?P<c>0[1-9]|[12]\d|3[01])(?!\d)",
                lambda m: self._day(m, "{:%Y}" + m["s"] + "{:%m}" + m["s"] + "{:%d}", "abc"),
            ),
            # 2020-21, 2020/21, 2020_21, 2020 to 2021, 2015 - 17, and the month 2024-10
            (
                rf"(?<!\d)(?P<a>{YEAR})(?P<s>[-/_]| ?- ?| to |-to-)(?P<b>20|)(?P<c>\d\d)(?!-?\d)",
                _years_from_to,
            ),
            # 30/04/2024, 04/2024
            (
                rf"(?<!\d)(?P<c>\d?\d)/(?P<b>\d?\d)/(?P<a>{YEAR})(?!\d)",
                lambda m: self._day(m, "{:%d}/{:%m}/{:%Y}", "abc"),
            ),
            (rf"(?<![\d/])(?P<s>\d?\d/)(?P<a>{YEAR})(?!\d)", lambda m: f"{m['s']}{_next(m['a'])}"),
            # 1st April 2024, 25-January-2026, 01Jan2022
            (
                rf"(?<!\d)(?P<c>\d?\d)(?P<s>(?:st|nd|rd|th)?[\s_-]*)(?P<b>{MONTH})(?P<t>[\s_-]*)(?P<a>{YEAR})(?!\d)",
                self._day_in_words,
            ),
            # April 2024, APRIL2024, Apr_2024, 2013-october
            (rf"(?<![a-z])(?P<s>{MONTH}[\s_-]*)(?P<a>{YEAR})(?!\d)", lambda m: f"{m['s']}{_next(m['a'])}"),
            (rf"(?<!\d)(?P<a>{YEAR})(?P<s>[\s_-]*{MONTH})(?![a-z])", lambda m: f"{_next(m['a'])}{m['s']}"),
            # Apr24, Jan-26, Nov20
            (rf"(?<![a-z])(?P<s>{MONTH}[\s_-]?)(?P<a>\d\d)(?!\d|[,.]\d)", lambda m: f"{m['s']}{_next(m['a'])}"),
            # NHS Staff Survey 2024, Mid-2022
            (rf"(?P<s>survey\s+|\bmid-?\s*)(?P<a>{YEAR})(?!\d)", lambda m: f"{m['s']}{_next(m['a'])}"),
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = []
        for at, (spelling, _) in enumerate(self.spellings):
            parts.append(re.sub(r"\(\?P(<|=)([a-e]|s|t)([>)])", rf"(?P\g<1>\g<2>{at}\g<3>", spelling))
        return re.compile("|".join(f"(?P<whole{at}>{part})" for at, part in enumerate(parts)), re.IGNORECASE)

    def _day(self, match: re.Match[str], form: str, order: str) -> str:
        """The day a year on in the same form; a text that is no day stays."""
        try:
            day = date(*(int(match[part]) for part in order))
        except ValueError:
            return match[0]
        later = form.format(*[self.later(day)] * 3)
        return later if len(later) == len(match[0]) else later.replace("/0", "/").removeprefix("0")

    def _day_in_words(self, match: re.Match[str]) -> str:
        """'25 January 2026' a year on: the month's name changes only when 52 weeks lead into another month."""
        number = MONTHS.index(match["b"][:3].casefold()) + 1
        try:
            later = self.later(date(int(match["a"]), number, int(match["c"])))
        except ValueError:
            return match[0]
        word = match["b"] if later.month == number else later.strftime("%B")
        return f"{later.day:0{len(match['c'])}}{match['s']}{word}{match['t']}{later.year}"

    @lru_cache(maxsize=200_000)  # noqa: B019 - there are two moves
    def text(self, text: str) -> str:
        """A text with every date in it a year later; a span that one spelling has moved is not moved again."""

        def moved(match: re.Match[str]) -> str:
            at = next(at for at in range(len(self.spellings)) if match[f"whole{at}"] is not None)
            spelling, rewrite = self.spellings[at]
            alone = re.fullmatch(_without_context(spelling), match[0], re.IGNORECASE)
            return rewrite(alone) if alone else match[0]

        return self._pattern.sub(moved, text)

    def name(self, name: str) -> str:
        """A file's name a year on; years alone move too, and the years of a financial year written together (1819)."""
        kept: list[str] = []

        def put_away(match: re.Match[str]) -> str:
            kept.append(self.text(match[0]))
            return "\x00"

        def put_back(_: re.Match[str]) -> str:
            return kept.pop(0)

        rest = self._pattern.sub(put_away, name)
        rest = re.sub(r"(?<!\d)\d{4}(?!\d)", lambda m: _year_in_name(m[0]), rest)
        return re.sub("\x00", put_back, rest)

    def content(self, content: bytes) -> bytes:
        """A file's bytes with every date a year later: text, zip, gzip, workbook (xlsx, ods, xls)."""
        if content.startswith(GZIP_MAGIC):
            return gzip.compress(self.content(gzip.decompress(content)), mtime=0)
        if not content.startswith(ZIP_MAGIC):
            return self._text_file(content.decode("latin-1")).encode("latin-1")
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            is_workbook = bool({"[Content_Types].xml", "content.xml"} & set(old.namelist()))
            dated = _date_styles(old) if is_workbook else ()
            for info in old.infolist():
                name, member = info.filename, old.read(info)
                if is_workbook:
                    member = self.part(name, member, dated)
                else:
                    name, member = self.name(name), self.content(member)
                new.writestr(name, member, compresslevel=1)
        return packed.getvalue()

    # text

    def _text_file(self, text: str) -> str:
        """Dates in all cells; in a table with headings, years alone in headings and in columns that are headed so."""
        spans = []
        end = -1
        patterns = (FOUR_DIGITS, TWO_DIGITS) if len(text) < LARGEST_TEXT_SEARCHED_WIDELY else (FOUR_DIGITS,)
        for at in sorted({match.start() for pattern in patterns for match in pattern.finditer(text)}):
            if at < end:
                continue
            earliest = max(0, at - LONGEST_CELL_BEFORE, end)
            start = max(earliest, *(text.rfind(mark, earliest, at) + 1 for mark in BEFORE_A_CELL))
            rest = CELL_REST.match(text, at)
            end = rest.end() if rest else at
            spans.append((start, end))
        parts, done = [], 0
        for start, end in spans:
            parts += [text[done:start], self.text(text[start:end])]
            done = end
        moved = "".join([*parts, text[done:]])
        if "\x00" in moved or len(moved) > LARGEST_TEXT_SEARCHED_WIDELY:
            return moved
        heading, line_end, rest = moved.partition("\n")
        heading = GEOGRAPHY.sub(lambda m: f"{m[1]}{_next(m[2])}", HEADING_LEVEL.sub(lambda m: _next(m[1]), heading))
        return _bare_years(heading + line_end + rest)

    # workbooks

    def part(self, name: str, part: bytes, dated: tuple[int, ...] = ()) -> bytes:
        """A part of a workbook (xlsx, ods) by its name; ``dated`` are the numbers of the cell styles of dates."""
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            return self._sheet(part.decode("utf-8"), dated).encode("utf-8")
        if name == "xl/sharedStrings.xml":
            return SHEET_TEXT.sub(self._after_first, part.decode("utf-8")).encode("utf-8")
        if name == "xl/workbook.xml":
            return SHEET_NAME.sub(self._after_first, part.decode("utf-8")).encode("utf-8")
        if name == "content.xml":
            xml = FIRST_CELL_ODS.sub(lambda m: m[1] + _next(m[2]) + m[3] + _next(m[4]), part.decode("utf-8"))
            return ODS_TEXT.sub(self._after_first, xml).encode("utf-8")
        return part

    def _sheet(self, xml: str, dated: tuple[int, ...]) -> str:
        """A worksheet: dates as serial numbers and as eight digits, years in a row's first cell, texts in place."""
        if dated:
            styles = "|".join(map(str, dated))
            xml = re.sub(
                rf'(s="(?:{styles})"(?: t="n")?><v>)(\d{{5}})(?=[.<])', lambda m: m[1] + self._serial(m[2]), xml
            )
        xml = FIRST_CELL_XLSX.sub(lambda m: m[1] + _next(m[2]), xml)
        xml = EIGHT_DIGITS.sub(lambda m: self.text(m[0]), xml)
        return SHEET_TEXT.sub(self._after_first, xml) if "<t>" in xml or "<t " in xml else xml

    def _after_first(self, match: re.Match[str]) -> str:
        return match[1] + self.text(match[2])

    def _serial(self, digits: str) -> str:
        number = int(digits)
        if number not in SERIALS:
            return digits
        return str((self.later(EXCEL_DAY_ZERO + timedelta(days=number)) - EXCEL_DAY_ZERO).days)


A_YEAR, FIFTY_TWO_WEEKS = Move(), Move(weekly=True)


def _next(year: str) -> str:
    """The year after one of two or four digits."""
    return f"{(int(year) + 1) % 10 ** len(year):0{len(year)}}"


def _years_from_to(match: re.Match[str]) -> str:
    """2020-21, 2015 - 17, 2024-10 (a month): both years or the one move; what is neither stays."""
    ahead = (int(match["c"]) - int(match["a"])) % 100
    is_joined = match["s"] in "-/_" and not match["b"]
    if is_joined and ahead != 1:
        is_month = match["s"] != "/" and 1 <= int(match["c"]) <= 12
        return f"{_next(match['a'])}{match['s']}{match['c']}" if is_month else match[0]
    if not 0 < ahead < 30:
        return match[0]
    return f"{_next(match['a'])}{match['s']}{match['b']}{_next(match['c'])}"


def _two_financial_years(match: re.Match[str]) -> str:
    first = f"{_next(match['a'])}/{_next(match['b'])}"
    return match[0].replace(f"{match['a']}/{match['b']}", first, 1).replace(
        f"{match['d']}/{match['e']}", f"{_next(match['d'])}/{_next(match['e'])}"
    )  # fmt: skip


def _year_in_name(digits: str) -> str:
    """1819 and 2021 (2020-21) are financial years, 2022 and 2024 are years; other four digits stay."""
    first, second = digits[:2], digits[2:]
    if second == _next(first):
        return f"{_next(first)}{_next(second)}"
    return _next(digits) if re.fullmatch(YEAR, digits) else digits


def _without_context(spelling: str) -> str:
    """The spelling without what must stand before and after it, for a text that has been cut out."""
    return re.sub(r"\(\?<?!(?:\[[^\]]*\]|[^)])*\)", "", spelling)


def _bare_years(text: str) -> str:
    """A delimited text with the years moved that stand alone in columns headed Year, Period and the like."""
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows, [])
    columns = [at for at, heading in enumerate(header) if YEARLY_HEADING.search(heading)]
    if not columns:
        return text
    first = list(islice(rows, ROWS_LOOKED_AT))
    bare = [at for at in columns if any(len(row) > at and re.fullmatch(YEAR, row[at].strip()) for row in first)]
    if not bare:
        return text
    records = [*first, *rows]
    for row in records:
        for at in bare:
            if len(row) > at and re.fullmatch(YEAR, row[at].strip()):
                row[at] = _next(row[at].strip())
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n" if "\r\n" in text else "\n").writerows([header, *records])
    return written.getvalue()


def _date_styles(workbook: zipfile.ZipFile) -> tuple[int, ...]:
    """Numbers of the cell styles that show a date; none in an open document, which writes dates out."""
    if "xl/styles.xml" not in workbook.namelist():
        return ()
    styles = workbook.read("xl/styles.xml").decode("utf-8")
    custom = {
        int(number)
        for number, code in re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles)
        if re.search(r"(?i)[dy]|mmm", re.sub(r"\[[^\]]*\]|&quot;.*?&quot;|\\.", "", code))
    }
    cells = re.search(r"<cellXfs[^>]*>(.*?)</cellXfs>", styles, re.DOTALL)
    formats = re.findall(r'<xf [^>]*?numFmtId="(\d+)"', cells[1] if cells else "")
    return tuple(at for at, number in enumerate(formats) if int(number) in custom | BUILT_IN_DATE_FORMATS)


def a_new_name(name: str, move: Move = A_YEAR) -> str:
    """The name of the next year's file, with another random suffix."""
    path = PurePath(move.name(name))
    suffix = hashlib.sha256(name.encode()).hexdigest()[:6]
    stem = path.name.removesuffix("".join(_endings(path)))
    return f"{stem}-q{suffix}Z{''.join(_endings(path))}"


def a_bare_name(name: str) -> str:
    """A name that says nothing but what kind of file it is."""
    return f"download{''.join(_endings(PurePath(name)))}"


def _endings(path: PurePath) -> list[str]:
    """The last endings of a name that are letters: .csv, .csv.gz, .csv.sample."""
    kept: list[str] = []
    for ending in reversed(path.suffixes[-2:]):
        if not re.fullmatch(r"\.[A-Za-z]{2,7}", ending):
            break
        kept.insert(0, ending)
    return kept
