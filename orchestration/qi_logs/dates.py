"""Read the dates that people type into QI registers, with the precision they have.

Belongs here: what a text says of a date, and when it says too little. Does not: which of two orders a register uses
(its map says so), or what an importer does with a text that is no date.

A text that can mean two days is refused, never guessed: 03/04/2023 needs the order of its register. Rules that a reader
could expect otherwise:

- Two figures for a year are 1970 to 2069. The year is never read from the front of such a date (23/04/01 is in 2001).
- A week ("w/c 3 April 2023") and an approximate day ("circa 3 April 2023") are known to the month in which they fall;
  "early", "mid" and "late" do not narrow the month, quarter or year that they stand before.
- Quarters need a financial year (Q1 2023/24 is April to June) or the word "calendar". Seasons are meteorological, and
  a winter needs both its years.
- A time of day is dropped, and the date stands as written whatever the time zone says.
- A weekday must be the day's own, and settles the order of the figures where only one order gives it.
- Bare five-figure numbers are days as Excel counts them, within the years that a register can speak of.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Literal

Precision = Literal["day", "month", "quarter", "season", "calendar_year", "financial_year"]
Order = Literal["day_first", "month_first"]

EARLIEST = date(1990, 1, 1)
LATEST = date(2100, 12, 31)
LONGEST = 60
# Excel's 1900 system counts a 29 February 1900 that never was: for every day after it the count starts a day earlier
EXCEL_1900 = date(1899, 12, 30)
EXCEL_1904 = date(1904, 1, 1)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def _phrases(text: str) -> frozenset[str]:
    """The phrases of a text that puts semicolons between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(";"))


ONGOING = _phrases(
    """ongoing; on-going; on going; still ongoing; in progress; continuing; continues; continuous; rolling; current;
    currently active; active; still active; live; present; to present; to date; still running; running; open;
    open-ended; open ended; underway; under way; no end date"""
)
SILENT = ONGOING | _phrases(
    """; -; --; ---; ?; ??; ???; .; /; tbc; tbc.; tba; tbd; to be confirmed; to be agreed; to be arranged;
    to be decided; to be determined; n/a; n.a.; n.a; na; #n/a; n/k; nk; not applicable; not known; unknown; unsure;
    don't know; none; nil; null; nan; nat; blank; no date; not set; not stated; not recorded; not available;
    not provided; not yet; not yet known; not yet started; not started; not begun; not completed; not complete;
    not yet completed; not finished; incomplete; pending; awaiting; awaiting date; awaiting start; awaiting approval;
    planned; planning; on hold; paused; abandoned; withdrawn; cancelled; 00/00/0000; 0000-00-00"""
)


class DateProblem(StrEnum):
    """Why a text is no date."""

    AMBIGUOUS = "ambiguous"
    IMPOSSIBLE = "impossible"
    UNREADABLE = "unreadable"
    OUT_OF_RANGE = "out_of_range"


@dataclass(frozen=True, slots=True)
class HumanDate:
    """The days that a text can mean: from ``first`` to ``last``, which are one day only at precision ``day``."""

    first: date
    last: date
    precision: Precision


Reading = HumanDate | DateProblem
Reader = Callable[[re.Match[str], Order | None], Reading]


def read_date(text: str, *, order: Order | None = None, date_1904: bool = False) -> Reading:
    """The days that ``text`` means, from 1990 to 2100, or why it is no date.

    Without ``order`` a date in figures that is another date in the other order is ambiguous; with it, only that order
    is tried. ``date_1904`` says how the workbook counts its days. Texts that say there is no date (``is_silent``) are
    unreadable here: ask that first.
    """
    if len(text) > LONGEST:
        return DateProblem.UNREADABLE
    return _read_cached(text, order, date_1904)


@lru_cache(maxsize=2**14)
def is_silent(text: str) -> bool:
    """Whether the text says that there is no date, or none yet ('TBC', 'n/a', 'ongoing', '-', nothing at all)."""
    return len(text) <= LONGEST and _plain(text) in SILENT


def is_ongoing(text: str) -> bool:
    """Whether the text says that something goes on; of an end date it means that there has been none."""
    return len(text) <= LONGEST and _plain(text) in ONGOING


@lru_cache(maxsize=2**16)
def _read_cached(text: str, order: Order | None, date_1904: bool) -> Reading:
    plain = _plain(text).strip(" ,;'.")
    if SERIAL.fullmatch(plain):
        return _serial(plain, date_1904)
    return _read(plain, order)


def _plain(text: str) -> str:
    """Small letters, one blank between words, one kind of dash, brackets as blanks, nothing invisible."""
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text)
        text = "".join(
            "-" if unicodedata.category(character) == "Pd" or character == "\u2212" else character
            for character in folded
            if unicodedata.category(character) != "Cf"
        ).replace("\u2019", "'")
    return " ".join(text.lower().replace("(", " ").replace(")", " ").split())


def _read(text: str, order: Order | None) -> Reading:
    """One reading of plain text: what stands round the date is taken off first, then the forms are tried in turn."""
    if match := TIME.search(text):
        reading = _read(text[: match.start()], order)
        is_day = isinstance(reading, DateProblem) or reading.precision == "day"
        return reading if is_day else DateProblem.UNREADABLE
    if match := ROUGHLY.match(text):
        return _coarsened(_read(text[match.end() :], order))
    if match := WEEKDAY.match(text):
        return _on_weekday(text[match.end() :], order, WEEKDAYS.index(match[1]))
    forms = IN_FIGURES if text.isascii() and not LETTER.search(text) else IN_WORDS
    for pattern, reader in forms:
        if match := pattern.fullmatch(text):
            return reader(match, order)
    return DateProblem.UNREADABLE


def _coarsened(reading: Reading) -> Reading:
    """A day that is only roughly known is known to its month."""
    if isinstance(reading, DateProblem) or reading.precision != "day":
        return reading
    return _months(reading.first.year, reading.first.month, 1, "month")


def _on_weekday(text: str, order: Order | None, weekday: int) -> Reading:
    orders: tuple[Order, ...] = (order,) if order else ("day_first", "month_first")
    readings = [_read(text, each) for each in orders]
    days = {reading for reading in readings if isinstance(reading, HumanDate)}
    if not days:
        return readings[0]
    if any(day.precision != "day" for day in days):
        return DateProblem.UNREADABLE
    fitting = {day for day in days if day.first.weekday() == weekday}
    if not fitting:
        return DateProblem.IMPOSSIBLE
    return fitting.pop() if len(fitting) == 1 else DateProblem.AMBIGUOUS


def _serial(text: str, date_1904: bool) -> Reading:
    start = EXCEL_1904 if date_1904 else EXCEL_1900
    day = start + timedelta(days=int(text.partition(".")[0]))
    return _in_range(HumanDate(day, day, "day"))


def _in_range(reading: HumanDate) -> Reading:
    return reading if reading.first >= EARLIEST and reading.last <= LATEST else DateProblem.OUT_OF_RANGE


def _day(year: int, month: int, day: int) -> Reading:
    try:
        found = date(year, month, day)
    except ValueError:
        return DateProblem.IMPOSSIBLE
    return _in_range(HumanDate(found, found, "day"))


def _months(year: int, month: int, count: int, precision: Precision) -> Reading:
    """The ``count`` months from ``month`` on."""
    if not 1 <= month <= 12:
        return DateProblem.IMPOSSIBLE
    if not EARLIEST.year - 1 <= year <= LATEST.year:
        return DateProblem.OUT_OF_RANGE
    after, past = divmod(month - 1 + count, 12)
    last = date(year + after, past + 1, 1) - timedelta(days=1)
    return _in_range(HumanDate(date(year, month, 1), last, precision))


def _year(text: str) -> int:
    """Four figures as they are, two as 1970 to 2069."""
    number = int(text)
    if len(text) == 4:
        return number
    return 1900 + number if number >= 70 else 2000 + number


def _month(word: str) -> int:
    return MONTHS.index(word[:3]) + 1


def _pair(first: str, second: str) -> int | None:
    """The year in which the financial year 'first/second' begins; None when the years do not follow each other."""
    start = _year(first)
    follows = (start + 1) % 100 == int(second) if len(second) == 2 else start + 1 == int(second)
    return start if follows else None


def _year_first(match: re.Match[str], _: Order | None) -> Reading:
    return _day(int(match["year"]), int(match["month"]), int(match["day"]))


def _figures(match: re.Match[str], order: Order | None) -> Reading:
    """01/04/2023: both orders are tried unless one is given; two days are one too many."""
    first, second, year = int(match["first"]), int(match["second"]), _year(match["year"])
    readings = []
    if order != "month_first":
        readings.append(_day(year, second, first))
    if order != "day_first":
        readings.append(_day(year, first, second))
    possible = {reading for reading in readings if reading is not DateProblem.IMPOSSIBLE}
    if not possible:
        return DateProblem.IMPOSSIBLE
    return possible.pop() if len(possible) == 1 else DateProblem.AMBIGUOUS


def _year_and_two(match: re.Match[str], _: Order | None) -> Reading:
    """2022/12 is a month, 2022/23 a financial year, 2011/12 could be either."""
    year, second = match["year"], match["second"]
    start = _pair(year, second) if len(second) == 2 else None
    is_month = 1 <= int(second) <= 12
    if start is not None:
        return DateProblem.AMBIGUOUS if is_month else _financial_year(start)
    return _months(int(year), int(second), 1, "month")


def _two_and_two(match: re.Match[str], _: Order | None) -> Reading:
    """22/23 can only be a financial year; 04/23 and 11/12 can be a month, a day without its year, or a year."""
    first, second = match["year"], match["next"]
    if 1 <= int(first) <= 12 or 1 <= int(second) <= 12:
        return DateProblem.AMBIGUOUS
    return _named_year(match, None)


def _named_year(match: re.Match[str], _: Order | None) -> Reading:
    start = _pair(match["year"], match["next"])
    return DateProblem.IMPOSSIBLE if start is None else _financial_year(start)


def _financial_year(start: int) -> Reading:
    return _months(start, 4, 12, "financial_year")


def _calendar_year(match: re.Match[str], _: Order | None) -> Reading:
    return _months(int(match["year"]), 1, 12, "calendar_year")


def _month_and_year(match: re.Match[str], _: Order | None) -> Reading:
    return _months(int(match["year"]), int(match["month"]), 1, "month")


def _day_in_words(match: re.Match[str], _: Order | None) -> Reading:
    return _day(_year(match["year"]), _month(match["month"]), int(match["day"]))


def _month_in_words(match: re.Match[str], order: Order | None) -> Reading:
    """April 2023 and Apr-23; where months come before days, 'Apr 23' could be a day without its year."""
    if order == "month_first" and len(match["year"]) == 2 and int(match["year"]) <= 31:
        return DateProblem.AMBIGUOUS
    return _months(_year(match["year"]), _month(match["month"]), 1, "month")


def _months_in_words(match: re.Match[str], _: Order | None) -> Reading:
    """April to June 2023; other spans than quarters have no precision of their own."""
    first, last = _month(match["month"]), _month(match["until"])
    if last - first != 2 or first % 3 != 1:
        return DateProblem.UNREADABLE
    return _months(_year(match["year"]), first, 3, "quarter")


def _quarter(match: re.Match[str], _: Order | None) -> Reading:
    number, start = int(match["quarter"]), _pair(match["year"], match["next"])
    if start is None or not 1 <= number <= 4:
        return DateProblem.IMPOSSIBLE
    return _months(start, 4 + 3 * (number - 1), 3, "quarter") if number < 4 else _months(start + 1, 1, 3, "quarter")


def _calendar_quarter(match: re.Match[str], _: Order | None) -> Reading:
    number = int(match["quarter"])
    if not 1 <= number <= 4:
        return DateProblem.IMPOSSIBLE
    return _months(_year(match["year"]), 3 * number - 2, 3, "quarter")


def _season(match: re.Match[str], _: Order | None) -> Reading:
    """Spring 2023 and Winter 2023/24; the year of a lone winter is ambiguous, as are two years of any other season."""
    is_winter = match["season"] == "winter"
    if is_winter != bool(match["next"]):
        return DateProblem.AMBIGUOUS
    start = _pair(match["year"], match["next"]) if is_winter else _year(match["year"])
    if start is None:
        return DateProblem.IMPOSSIBLE
    return _months(start, SEASONS[match["season"]], 3, "season")


def _ambiguous(_: re.Match[str], __: Order | None) -> Reading:
    return DateProblem.AMBIGUOUS


_FIGURES = r"(?P<year>[0-9]{4}|[0-9]{2})"
_NAME = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH = rf"(?P<month>{_NAME})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_BETWEEN = r"[-/., ]{0,3}"
_PAIR = rf"{_FIGURES} ?[-/] ?(?P<next>[0-9]{{4}}|[0-9]{{2}})"
_FY = r"(?:f\.?y\.?|financial year|fin\.? year)[ :-]?"
_Q = r"(?:q|qtr|quarter) ?(?P<quarter>[0-9])"
_CALENDAR = r"(?:calendar(?: year)?|cy) ?"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"

SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
LETTER = re.compile(r"[a-z]")
TIME = re.compile(
    r"(?:(?<=[0-9])t|,? )(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
    r"(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|gmt|bst|[+-][0-9]{2}:?[0-9]{2}))?$"
)
ROUGHLY = re.compile(
    r"(?:w/c|w/b|w/e|wc|week (?:commencing|beginning|ending|of)|circa|ca?\.|approx(?:imately|\.)?|around|about|"
    r"roughly|early|mid(?:dle)?|late|end|start|beginning|~)(?: ?[-:~]| of(?: the)?)? ?(?=[a-z0-9])"
)
WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs?|ur)?(?:day)?[.,]*(?: the)? ")
IN_FIGURES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"(?P<year>[0-9]{4}) ?([-/. ]) ?(?P<month>[0-9]{1,2}) ?\2 ?(?P<day>[0-9]{1,2})"), _year_first),
    (re.compile(rf"(?P<first>[0-9]{{1,2}}) ?([-/. ]) ?(?P<second>[0-9]{{1,2}}) ?\2 ?{_FIGURES}"), _figures),
    (re.compile(r"(?P<year>(?:19|20|21)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"), _year_first),
    (re.compile(r"(?P<year>(?:19|20|21)[0-9]{2})"), _calendar_year),
    (re.compile(r"(?P<year>[0-9]{4}) ?[-/] ?(?P<second>[0-9]{1,2})"), _year_and_two),
    (re.compile(r"(?P<year>[0-9]{4}) ?[-/] ?(?P<next>[0-9]{4})"), _named_year),
    (re.compile(r"(?P<month>[0-9]{1,2}) ?[-/ ] ?(?P<year>[0-9]{4})"), _month_and_year),
    (re.compile(r"(?P<year>[0-9]{2}) ?[-/] ?(?P<next>[0-9]{2})"), _two_and_two),
)
IN_WORDS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(rf"(?:the )?{_DAY}(?: of)?{_BETWEEN}{_MONTH}{_BETWEEN}'?{_FIGURES}"), _day_in_words),
    (re.compile(rf"{_MONTH}{_BETWEEN}(?:the )?{_DAY}[-/., ]{{1,3}}'?{_FIGURES}"), _day_in_words),
    (re.compile(rf"(?P<year>[0-9]{{4}}){_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}"), _day_in_words),
    (re.compile(rf"{_MONTH}(?: of)?{_BETWEEN}'?{_FIGURES}"), _month_in_words),
    (re.compile(rf"(?P<year>[0-9]{{4}}){_BETWEEN}{_MONTH}"), _month_in_words),
    (re.compile(rf"(?:[0-2]?[0-9]|3[01]){_BETWEEN}{_MONTH}"), _ambiguous),
    (re.compile(rf"{_MONTH}(?: ?- ?| to )(?P<until>{_NAME})\.?{_BETWEEN}{_FIGURES}"), _months_in_words),
    (re.compile(rf"(?:fy |financial )?{_Q},?(?: of|-)? ?(?:{_FY})?{_PAIR}"), _quarter),
    (re.compile(rf"(?:{_FY})?{_PAIR}(?: fy)?[ ,-]*{_Q}"), _quarter),
    (re.compile(rf"{_CALENDAR}{_Q},? ?{_FIGURES}"), _calendar_quarter),
    (re.compile(rf"{_Q},?(?: of)? ?{_CALENDAR}{_FIGURES}"), _calendar_quarter),
    (re.compile(rf"{_CALENDAR}{_FIGURES}[ ,-]*{_Q}"), _calendar_quarter),
    (re.compile(rf"(?:fy |financial )?{_Q},?(?: of|-)? ?(?:{_FY})?{_FIGURES}"), _ambiguous),
    (re.compile(rf"(?:{_FY})?{_FIGURES}[ ,-]*{_Q}"), _ambiguous),
    (re.compile(rf"{_SEASON}(?: of)?[ ,-]*'?(?:{_PAIR})"), _season),
    (re.compile(rf"{_SEASON}(?: of)?[ ,-]*'?{_FIGURES}(?P<next>)"), _season),
    (re.compile(rf"(?P<year>[0-9]{{4}})[ ,-]+{_SEASON}(?P<next>)"), _season),
    (re.compile(rf"(?:the )?(?:{_FY}|year ){_PAIR}"), _named_year),
    (re.compile(rf"{_PAIR} ?(?:fy|financial year|fin\.? year)"), _named_year),
    (re.compile(rf"{_FY}{_FIGURES}"), _ambiguous),
    (re.compile(r"(?:calendar year|year|cy) ?(?P<year>[0-9]{4})"), _calendar_year),
)
