"""Dates as people type them into QI registers: read with their precision, or refused, never guessed.

Belongs here: the reading of one text. Does not: which order a register uses, or the importer's use of a date.
"""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.qi_logs.dates import (
    EARLIEST,
    LATEST,
    DateProblem,
    HumanDate,
    Precision,
    is_ongoing,
    is_silent,
    read_date,
)

FORMS: tuple[tuple[str, str, str, Precision], ...] = (
    ("2023-04-01", "2023-04-01", "2023-04-01", "day"),
    ("2023-04-01 00:00:00", "2023-04-01", "2023-04-01", "day"),
    ("2023-04-01T12:30:05.123Z", "2023-04-01", "2023-04-01", "day"),
    ("2023/04/01", "2023-04-01", "2023-04-01", "day"),
    ("13/04/2023", "2023-04-13", "2023-04-13", "day"),
    ("13/04/2023 14:35", "2023-04-13", "2023-04-13", "day"),
    ("04/13/2023", "2023-04-13", "2023-04-13", "day"),
    ("04/04/2023", "2023-04-04", "2023-04-04", "day"),
    ("13.4.23", "2023-04-13", "2023-04-13", "day"),
    ("13-4-99", "1999-04-13", "1999-04-13", "day"),
    (" 13 / 4 / 2023 ", "2023-04-13", "2023-04-13", "day"),
    ("１３/４/２０２３", "2023-04-13", "2023-04-13", "day"),
    ("13\u20114\u20112023", "2023-04-13", "2023-04-13", "day"),
    ("1 Apr 2023", "2023-04-01", "2023-04-01", "day"),
    ("1st\u00a0April\u00a02023", "2023-04-01", "2023-04-01", "day"),
    ("the 1st of April 2023", "2023-04-01", "2023-04-01", "day"),
    ("01-APR-23", "2023-04-01", "2023-04-01", "day"),
    ("Sat 1 April 2023", "2023-04-01", "2023-04-01", "day"),
    ("Saturday, 1st April 2023", "2023-04-01", "2023-04-01", "day"),
    ("Wednesday 5 April 2023", "2023-04-05", "2023-04-05", "day"),
    ("Thurs 6 April 2023", "2023-04-06", "2023-04-06", "day"),
    ("Sat 01/04/2023", "2023-04-01", "2023-04-01", "day"),
    ("April 1 2023", "2023-04-01", "2023-04-01", "day"),
    ("Apr 1, 2023", "2023-04-01", "2023-04-01", "day"),
    ("2023 Apr 1", "2023-04-01", "2023-04-01", "day"),
    ("20230401", "2023-04-01", "2023-04-01", "day"),
    ("45017", "2023-04-01", "2023-04-01", "day"),
    ("45017.0", "2023-04-01", "2023-04-01", "day"),
    ("45017.5", "2023-04-01", "2023-04-01", "day"),
    ("Apr-23", "2023-04-01", "2023-04-30", "month"),
    ("Apr '23", "2023-04-01", "2023-04-30", "month"),
    ("April 2023", "2023-04-01", "2023-04-30", "month"),
    ("Sept. 2023", "2023-09-01", "2023-09-30", "month"),
    ("04/2023", "2023-04-01", "2023-04-30", "month"),
    ("2023-04", "2023-04-01", "2023-04-30", "month"),
    ("2022/12", "2022-12-01", "2022-12-31", "month"),
    ("2022-12", "2022-12-01", "2022-12-31", "month"),
    ("end of March 2023", "2023-03-01", "2023-03-31", "month"),
    ("mid-March 2023", "2023-03-01", "2023-03-31", "month"),
    ("w/c 3 April 2023", "2023-04-01", "2023-04-30", "month"),
    ("week commencing 17/04/2023", "2023-04-01", "2023-04-30", "month"),
    ("circa 3 April 2023", "2023-04-01", "2023-04-30", "month"),
    ("Q1 2023/24", "2023-04-01", "2023-06-30", "quarter"),
    ("2023/24 Q1", "2023-04-01", "2023-06-30", "quarter"),
    ("2023-24 Q4", "2024-01-01", "2024-03-31", "quarter"),
    ("FY 2023/24 Q2", "2023-07-01", "2023-09-30", "quarter"),
    ("FY Q3 2023/24", "2023-10-01", "2023-12-31", "quarter"),
    ("Quarter 3 of 2011/12", "2011-10-01", "2011-12-31", "quarter"),
    ("calendar Q2 2023", "2023-04-01", "2023-06-30", "quarter"),
    ("April to June 2023", "2023-04-01", "2023-06-30", "quarter"),
    ("Jan-Mar 2024", "2024-01-01", "2024-03-31", "quarter"),
    ("Spring 2023", "2023-03-01", "2023-05-31", "season"),
    ("summer 2023", "2023-06-01", "2023-08-31", "season"),
    ("Autumn '23", "2023-09-01", "2023-11-30", "season"),
    ("late Autumn 2023", "2023-09-01", "2023-11-30", "season"),
    ("Winter 2023/24", "2023-12-01", "2024-02-29", "season"),
    ("Winter 2011/12", "2011-12-01", "2012-02-29", "season"),
    ("2022/23", "2022-04-01", "2023-03-31", "financial_year"),
    ("2022-23", "2022-04-01", "2023-03-31", "financial_year"),
    ("22/23", "2022-04-01", "2023-03-31", "financial_year"),
    ("1999/00", "1999-04-01", "2000-03-31", "financial_year"),
    ("FY22/23", "2022-04-01", "2023-03-31", "financial_year"),
    ("FY 2011/12", "2011-04-01", "2012-03-31", "financial_year"),
    ("2022-2023", "2022-04-01", "2023-03-31", "financial_year"),
    ("financial year 2022/23", "2022-04-01", "2023-03-31", "financial_year"),
    ("end of 2022/23", "2022-04-01", "2023-03-31", "financial_year"),
    ("2023", "2023-01-01", "2023-12-31", "calendar_year"),
    ("early 2023", "2023-01-01", "2023-12-31", "calendar_year"),
    ("mid 2023", "2023-01-01", "2023-12-31", "calendar_year"),
    ("late 2023", "2023-01-01", "2023-12-31", "calendar_year"),
)
REFUSED: dict[DateProblem, tuple[str, ...]] = {
    DateProblem.AMBIGUOUS: (
        "03/04/2023", "3.4.23", "3-4-2023 10:00", "w/c 03/04/2023", "Q2 2023", "2023 Q2", "Q2 FY23", "FY23", "FY2023",
        "Winter 2023", "Autumn 2023/24", "2011/12", "2000-01", "11/12", "04/23", "23-Apr", "1 April",
        "late winter 2023",
    ),
    DateProblem.IMPOSSIBLE: (
        "31/02/2023", "29/02/2023", "2023-02-30", "2023-13-01", "00/04/2023", "13/13/2023", "31 April 2023", "13/2023",
        "20231301", "2022/24", "2022-2025", "Q5 2023/24", "Q1 2023/25", "Sun 1 April 2023", "Winter 2023/25",
    ),
    DateProblem.OUT_OF_RANGE: (
        "31/12/1989", "1989-12-31", "01/01/2101", "2101-01-01", "1989", "1989/90", "2100-2101", "32873", "73416",
        "12345", "March 1066", "Spring 1985", "0023-04-01",
    ),
    DateProblem.UNREADABLE: (
        "", "soon", "April", "Spring", "after go-live", "Mar-May 2023", "2023-04-01 25:61", "April 2023 10:00", "Mon",
        "12", "123456", "1/4-2023", "by April 2023", "April 2023 or May 2023", "H1 2023/24", "2023-W14", "x" * 5000,
    ),
}  # fmt: skip
SILENCE = (
    "",
    " ",
    "-",
    "\u2013",
    "TBC",
    "tbc.",
    "n/a",
    "N/A ",
    "To be confirmed",
    "unknown",
    "not yet started",
    "(TBC)",
)
GOING_ON = ("ongoing", "On-going", "in  progress", "Continuing", "Present")

DAYS = st.dates(EARLIEST, LATEST)
MONTH_NAMES = list(calendar.month_name)[1:]


@pytest.mark.parametrize(("text", "first", "last", "precision"), FORMS, ids=[form[0] for form in FORMS])
def test_each_human_form_is_read_with_its_precision(text: str, first: str, last: str, precision: Precision) -> None:
    assert read_date(text) == HumanDate(date.fromisoformat(first), date.fromisoformat(last), precision)


@pytest.mark.parametrize(("problem", "text"), [(problem, text) for problem, texts in REFUSED.items() for text in texts])
def test_what_is_no_date_says_why(problem: DateProblem, text: str) -> None:
    assert read_date(text) is problem


def test_the_order_of_a_register_settles_an_ambiguous_date_and_makes_the_other_order_impossible() -> None:
    april, march = date(2023, 4, 3), date(2023, 3, 4)
    assert read_date("03/04/2023", order="day_first") == HumanDate(april, april, "day")
    assert read_date("03/04/2023", order="month_first") == HumanDate(march, march, "day")
    assert read_date("04/13/2023", order="day_first") is DateProblem.IMPOSSIBLE
    assert read_date("13/04/2023", order="month_first") is DateProblem.IMPOSSIBLE
    assert read_date("Apr 23", order="month_first") is DateProblem.AMBIGUOUS


def test_a_weekday_settles_the_order_where_only_one_day_fits() -> None:
    monday = date(2023, 4, 3)
    assert read_date("Monday 03/04/2023") == HumanDate(monday, monday, "day")
    assert read_date("Tuesday 03/04/2023") is DateProblem.IMPOSSIBLE


def test_two_figures_for_a_year_mean_1970_to_2069() -> None:
    assert read_date("13/04/69") == HumanDate(date(2069, 4, 13), date(2069, 4, 13), "day")
    assert read_date("13/04/95") == HumanDate(date(1995, 4, 13), date(1995, 4, 13), "day")
    assert read_date("13/04/70") is DateProblem.OUT_OF_RANGE


def test_the_first_days_of_excel_are_out_of_range_in_both_systems() -> None:
    assert read_date("45017", date_1904=True) == HumanDate(date(2027, 4, 2), date(2027, 4, 2), "day")
    assert read_date("31411", date_1904=True) is DateProblem.OUT_OF_RANGE
    assert read_date("31412", date_1904=True) == HumanDate(EARLIEST, EARLIEST, "day")


@pytest.mark.parametrize("text", SILENCE)
def test_words_for_no_date_are_silence_and_no_date(text: str) -> None:
    assert is_silent(text)
    assert not is_ongoing(text)
    assert isinstance(read_date(text), DateProblem)


@pytest.mark.parametrize("text", GOING_ON)
def test_something_that_goes_on_is_silent_and_told_apart(text: str) -> None:
    assert is_silent(text)
    assert is_ongoing(text)


@pytest.mark.parametrize("form", FORMS, ids=[form[0] for form in FORMS])
def test_no_date_is_silent(form: tuple[str, str, str, Precision]) -> None:
    assert not is_silent(form[0])


def _ordinal(number: int) -> str:
    return f"{number}{'th' if 10 < number < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


@given(DAYS, st.sampled_from(["", " 00:00:00", "T09:15", " 23:59"]))
def test_every_day_reads_back_from_every_unambiguous_form(day: date, clock: str) -> None:
    name = MONTH_NAMES[day.month - 1]
    forms = [
        day.isoformat() + clock,
        day.strftime("%Y/%m/%d"),
        day.strftime("%Y%m%d"),
        f"{day.day} {name} {day.year}",
        f"{_ordinal(day.day)} {name[:3]} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{day.day:02}-{name[:3].upper()}-{day.year}",
        f"{day.strftime('%A')} {_ordinal(day.day)} {name} {day.year}",
    ]
    if day.year < 2070:
        forms.append(f"{day.day} {name[:3]} {day.year % 100:02}")
    if day.day > 12 or day.day == day.month:
        forms += [f"{day.day:02}/{day.month:02}/{day.year}{clock}", f"{day.month}.{day.day}.{day.year}"]
    assert {text: read_date(text) for text in forms} == {text: HumanDate(day, day, "day") for text in forms}


@given(DAYS, st.sampled_from("/.-"), st.booleans())
def test_a_day_in_figures_is_either_ambiguous_or_the_same_in_the_only_order(
    day: date, separator: str, short: bool
) -> None:
    year = f"{day.year % 100:02}" if short and day.year < 2070 else str(day.year)
    text = separator.join((str(day.day), str(day.month), year))
    assert read_date(text, order="day_first") == HumanDate(day, day, "day")
    if day.day <= 12 and day.day != day.month:
        assert read_date(text) is DateProblem.AMBIGUOUS
        swapped = day.replace(month=day.day, day=day.month)
        assert read_date(text, order="month_first") == HumanDate(swapped, swapped, "day")
    else:
        assert read_date(text) == HumanDate(day, day, "day")


@given(st.integers(1990, 2099))
def test_years_of_two_kinds_are_never_mixed_up(year: int) -> None:
    following = f"{(year + 1) % 100:02}"
    whole = HumanDate(date(year, 4, 1), date(year + 1, 3, 31), "financial_year")
    assert read_date(f"FY {year}/{following}") == whole
    assert read_date(f"{year}-{year + 1}") == whole
    bare = read_date(f"{year}/{following}")
    assert bare is DateProblem.AMBIGUOUS if 2000 <= year <= 2011 else bare == whole
    quarters = [read_date(f"Q{quarter} {year}/{following}") for quarter in (1, 2, 3, 4)]
    assert all(isinstance(quarter, HumanDate) for quarter in quarters)
    days = [(quarter.last - quarter.first).days + 1 for quarter in quarters if isinstance(quarter, HumanDate)]
    assert sum(days) == (whole.last - whole.first).days + 1


@given(DAYS, st.sampled_from(["", ".0", ".25", ".999988426"]))
def test_serials_of_both_systems_give_back_their_day(day: date, clock: str) -> None:
    # day 60 of the 1900 system is the 29 February that never was, so 1 March 1900 is day 61
    serial_1900 = (day - date(1900, 3, 1)).days + 61
    serial_1904 = (day - date(1904, 1, 1)).days
    assert read_date(f"{serial_1900}{clock}") == HumanDate(day, day, "day")
    assert read_date(f"{serial_1904}{clock}", date_1904=True) == HumanDate(day, day, "day")


@given(st.text() | st.text("0123456789/-. :,'QFYqtwc'aprinmselhTZ", max_size=14))
def test_no_text_makes_the_reader_fail_and_what_is_read_is_a_span_in_range(text: str) -> None:
    reading = read_date(text)
    is_silent(text)
    if isinstance(reading, HumanDate):
        assert EARLIEST <= reading.first <= reading.last <= LATEST
        assert (reading.first == reading.last) == (reading.precision == "day")
        assert reading.last - reading.first < timedelta(days=366)
