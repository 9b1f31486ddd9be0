"""Read days, months and financial years however publishers write them.

Belongs here: words, cells and file names that say when. Does not: which of them a dataset's period is.

Days are read day first, as the publishers of England write them. Text that says nothing gives None, never a guess.
"""

import re
from datetime import date, timedelta
from urllib.parse import unquote

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[ T][\d:.]*)?")
_SLASHED = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")
_IN_WORDS = re.compile(r"\D*?(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[A-Za-z]{3,9})\s+(?P<year>\d{4})")
_SHORT = re.compile(r"(?P<day>\d{1,2})[- ]?(?P<month>[A-Za-z]{3})[- ]?(?P<year>\d{4}|\d{2})")
_MONTH = re.compile(r"([A-Za-z]{3,9})[\s_-]*((?:19|20)\d{2})")
_BETWEEN_YEARS = r"[-_/+ –]*(?:to[-_+ ]*)?(?:mar(?:ch)?[-_+ ]*)?"
_YEARS_IN_FULL = re.compile(
    rf"(?<!\d)((?:19|20)\d{{2}}){_BETWEEN_YEARS}(?:19|20)?(\d{{2}})(?!\d|[-_.]\d\d(?!\d))", re.IGNORECASE
)
_YEARS_IN_SHORT = re.compile(rf"(?<!\d)(\d{{2}}){_BETWEEN_YEARS}(\d{{2}})(?!\d)", re.IGNORECASE)
_FIRST_OF_THE_1900S = 90  # '9091' is 1990-91, '8990' would be 2089-90


def month_number(word: str) -> int | None:
    """1 to 12 for the name of a month or its first three or more letters; None for another word."""
    if len(word) < 3:
        return None
    return next((number for number, month in enumerate(MONTHS, start=1) if month.startswith(word.casefold())), None)


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def month_of(text: str) -> tuple[date, date] | None:
    """First and last day of the month named in ``text`` ('MSitAE-APRIL-2021', 'Jan-2026'); None when there is none."""
    match = _MONTH.search(text)
    month = month_number(match[1]) if match else None
    return month_bounds(int(match[2]), month) if match and month else None


def month_in_cell(text: str) -> tuple[date, date] | None:
    """First and last day of the month in a workbook's cell: 'August 2024', 'Apr-25' or a date; None for other text."""
    if day := day_of(text):
        return month_bounds(day.year, day.month)
    if match := re.fullmatch(r"\s*([A-Za-z]{3,9})[\s-]+(\d{2})\s*", text):
        return month_of(f"{match[1]} 20{match[2]}")
    return month_of(text)


def day_of(text: str) -> date | None:
    """The day that is all of ``text``; None when it is none.

    '2024-10-09' with or without a time, '09/10/2024' (day first), '9th October 2024' with or without the day of the
    week, '09Oct2024', '09-Oct-24'.
    """
    text = text.strip()
    for spelling in (_ISO, _SLASHED, _IN_WORDS, _SHORT):
        if match := spelling.fullmatch(text):
            return _day(match["year"], match["month"], match["day"])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else month_number(month)
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), number or 0, int(day))
    except ValueError:
        return None


def financial_year(text: str) -> tuple[date, date] | None:
    """First and last day of '2020-21', '2020/21' or '2020-2021'; None when the text is no financial year."""
    match = re.fullmatch(r"\s*((?:19|20)\d{2})\s*[-/–]\s*(\d{2}|\d{4})\s*", text)
    if not match:
        return None
    start = int(match[1])
    if int(match[2]) % 100 != (start + 1) % 100:
        return None
    return financial_year_bounds(start)


def financial_year_bounds(start: int) -> tuple[date, date]:
    """First and last day of the financial year that begins in the year ``start``."""
    return date(start, 4, 1), date(start + 1, 3, 31)


def financial_year_label(start: int) -> str:
    """'2020-21' for the financial year that begins in 2020."""
    return f"{start}-{(start + 1) % 100:02}"


def financial_year_at(day: date) -> int:
    """The year in which the financial year of ``day`` begins."""
    return day.year if day.month >= 4 else day.year - 1


def financial_years_in(name: str) -> set[int]:
    """Years in which the financial years written in a file's name begin.

    Written in full ('2020-21', '2020_2021', '2020-to-2021', 'April 2020 - March 2021'); only where none is, with two
    digits ('2021', '20-21', 'FY20_21'), which a suffix can look like as well. Percent signs of an address are undone
    first: '%202021' is no 2020-21.
    """
    text = unquote(name)
    found = {int(start) for start, end in _YEARS_IN_FULL.findall(text) if (int(start) + 1) % 100 == int(end)}
    return found or {
        int(start) + (2000 if int(start) < _FIRST_OF_THE_1900S else 1900)
        for start, end in _YEARS_IN_SHORT.findall(_YEARS_IN_FULL.sub(" ", text))
        if (int(start) + 1) % 100 == int(end)
    }
