"""Days, months and financial years as publishers write them."""

from datetime import date

import pytest

from orchestration.datasets.dates import (
    day_of,
    financial_year,
    financial_year_at,
    financial_year_bounds,
    financial_year_label,
    financial_years_in,
    month_in_cell,
    month_number,
    month_of,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10th October 2024", date(2024, 10, 10)),
        ("1st May 2025", date(2025, 5, 1)),
        ("10 March 2022", date(2022, 3, 10)),
        ("Thursday 21st May 2025", date(2025, 5, 21)),
        ("09/10/2024", date(2024, 10, 9)),
        (" 2024-10-09 ", date(2024, 10, 9)),
        ("2024-10-09 00:00:00", date(2024, 10, 9)),
        ("01Jan2022", date(2022, 1, 1)),
        ("01-Sep-20", date(2020, 9, 1)),
        ("01SEP2017", date(2017, 9, 1)),
    ],
)
def test_a_day_is_read_in_every_spelling(text: str, day: date) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2024",
        "31Feb2022",
        "2022-13-01",
        "01Foo2022",
        "1 Foo 2022",
        "-",
        "",
        "January",
        "October 2024",
        "1 Ma 2022",
    ],
)
def test_other_text_is_no_day(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize("text", ["April 2025", "Apr-25", "2025-04-01", "APR 2025"])
def test_a_month_in_a_cell_is_read_however_it_is_written(text: str) -> None:
    assert month_in_cell(text) == (date(2025, 4, 1), date(2025, 4, 30))


def test_other_text_names_no_month() -> None:
    assert month_in_cell("Provider") is None
    assert month_of("Foo 2024") is None


@pytest.mark.parametrize(("word", "number"), [("September", 9), ("sept", 9), ("MAR", 3), ("Ma", None), ("Maj", None)])
def test_a_month_is_known_by_three_letters_or_more(word: str, number: int | None) -> None:
    assert month_number(word) == number


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("x-2020-21.csv", {2020}),
        ("x_2020_2021.csv", {2020}),
        ("x-2024-to-2025 v2.ods", {2024}),
        ("x 2020 - March 2021.csv", {2020}),
        ("x 1999-2000.csv", {1999}),
        ("x_202122.csv", {2021}),
        ("PREVALENCE_2021.csv", {2020}),
        ("prevalence_9900.csv", {1999}),
        ("FY18_19.csv", {2018}),
        ("Apr21-Mar22.csv", {2021}),
        ("x-2023-24-1213.csv", {2023}),
        ("x-2019-20-and-2020-21.csv", {2019, 2020}),
        ("x 1819 and 1920.csv", {2018, 2019}),
        ("x-2022.csv", set()),
        ("x-2020-25.csv", set()),
        ("x 1820.csv", set()),
    ],
)
def test_financial_years_in_a_name_are_those_in_full_else_those_of_two_digits(name: str, starts: set[int]) -> None:
    assert financial_years_in(name) == starts


def test_a_financial_year_is_bounded_labelled_and_told_from_a_day() -> None:
    assert financial_year("2020/21") == financial_year_bounds(2020) == (date(2020, 4, 1), date(2021, 3, 31))
    assert financial_year("2020-22") is None
    assert [financial_year_label(start) for start in (2020, 1999)] == ["2020-21", "1999-00"]
    assert [financial_year_at(day) for day in financial_year_bounds(2020)] == [2020, 2020]


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("data 202122.csv", {2021}),
        ("data 2021 to 2022.csv", {2021}),
        ("Apr21-Mar22.csv", {2021}),
        ("data%202021-22.csv", {2021}),
        ("data%202122.csv", {2021}),
        ("data-2021-22-uploaded-0910.csv", {2021}),
        ("data-2011-12-05.csv", set()),
        ("data-20111205.csv", set()),
        ("data-2022.csv", set()),
        ("data-2020-25.csv", set()),
    ],
)
def test_a_financial_year_is_told_from_days_addresses_and_suffixes(name: str, years: set[int]) -> None:
    assert financial_years_in(name) == years
