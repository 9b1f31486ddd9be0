"""Print a world's districts as councils in the two layouts of the Adult Social Care Outcomes Framework.

Belongs here: sheets, headings, marks, two values in a cell, the made-up answers of people who use services (the world
knows none). Does not: reading the files (parse.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import Cell, csv_bytes, ods, round_to_5
from orchestration.simulation.world import World

PAGE = "/government/statistics/measures-from-the-adult-social-care-outcomes-framework-england-{year}"
ENGLAND = ("England", "England", "E92000001")
NOT_AVAILABLE, NOT_APPLICABLE, SUPPRESSED = "[x]", "[z]", "[c]"
SURVEYS: Mapping[str, tuple[str, float, float]] = {
    "1a": ("social care-related quality of life score", 19.0, 0.4),
    "3a": ("the proportion of people who use services who have control over their daily life", 77.0, 3.0),
    "1d": ("overall satisfaction of people who use services with their care and support", 64.0, 3.0),
    "4a": ("the proportion of people who use services who feel safe", 70.0, 3.0),
}
CARERS = ("1c", "carer-reported quality of life", 7.6, 0.3)
RECORDS: Mapping[str, tuple[str, float, int]] = {
    "2c": ("the number of adults aged 65 and over admitted to care homes, per 100,000 population", 0.006, 100_000),
    "2d(1)": ("the proportion of people discharged into reablement who remained in the community", 0.62, 100),
    "2e(1)": ("the proportion of people with a learning disability who live at home", 0.8, 100),
}
OPEN_DATA_YEAR = 2020  # before the first year of the new codes
OPEN_DATA = {"1A": ("Social care-related quality of life", 19.0), "4A": ("Proportion who feel safe", 70.0)}
STRATA = {"Total": "", "Female": "F", "Male": "M", "18-64": "1864", "65 and over": "65OV"}
NAME_OF_CARERS_CHANGE = 2016
YEARS = 3
STREAM = 630

Rows = list[list[Cell]]


@dataclass(frozen=True)
class Council:
    """A council: number, name, GSS code, and the region that it lies in."""

    number: int
    name: str
    code: str
    region: str


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The time series up to the world's last year, and the open data of one year of the old framework."""
    councils = _councils(world)
    last = world.years[-1]
    label = financial_year_label(last)
    page = PAGE.format(year=f"{last}-to-{last + 1}")
    rng = np.random.default_rng([world.seed, STREAM])
    yield SyntheticFile(
        f"SYNTHETIC-ascof-time-series-{label}.ods",
        ods(_time_series(world, councils, last, rng)),
        page,
        f"ASCOF time series to {label} (ODS)",
        date(last + 1, 12, 18),
    )
    yield SyntheticFile(
        "SYNTHETIC-meas-from-asc-of-eng-2021-open-data.csv",
        _open_data(councils, rng),
        page,
        "ASCOF open data 2020-21 (CSV)",
        date(2021, 12, 16),
    )


def _councils(world: World) -> list[Council]:
    found = []
    for number, lad in enumerate(world.lads[:12], start=101):
        board = world.icb(world.sub_icb(lad.sub_icb_code).icb_code)
        found.append(Council(number, f"{lad.name} (SYNTHETIC)", lad.code, board.region_code))
    return found


def _time_series(world: World, councils: list[Council], last: int, rng: np.random.Generator) -> dict[str, Rows]:
    sheets: dict[str, Rows] = {"Cover": [["Simulated data (SYNTHETIC)"]], "Notes": [["Note number", "Note text"]]}
    years = [NAME_OF_CARERS_CHANGE, *range(last - YEARS + 1, last + 1)]
    for code, (title, mean, spread) in SURVEYS.items():
        sheets[f"Table_{code}"] = _survey_sheet(code, title, years, world, councils, mean, spread, rng)
    code, title, mean, spread = CARERS
    sheets[f"Table_{code}"] = _survey_sheet(code, title, years, world, councils, mean, spread, rng)
    for code, (title, rate, multiplier) in RECORDS.items():
        sheets[f"Table_{code}"] = _record_sheet(code, title, last, councils, rate, multiplier, rng)
    return sheets


def _top(code: str, title: str) -> Rows:
    notes = ("This worksheet contains one table.", "Outcome refers to simulated answers.", "Marks: [x] [z] [c].", "")
    rows: Rows = [[f"Table {code}: {title} [note 1]"]]
    for note in notes:
        rows.append([note])
    return rows


def _heading(year: int, statistic: str) -> str:
    return f"{year} to {year + 1} - {statistic}"


def _survey_sheet(
    code: str,
    title: str,
    years: list[int],
    world: World,
    councils: list[Council],
    mean: float,
    spread: float,
    rng: np.random.Generator,
) -> Rows:
    """Margin of error, respondents and outcome of each year; carers are asked every second year."""
    statistics = ("margin of error", "number of respondents", "outcome")
    header: list[Cell] = ["Local authority code", "Local authority", "ONS area code"]
    header += [_heading(year, statistic) for year in years for statistic in statistics]
    areas: list[tuple[Cell, str, str]] = [ENGLAND, ("S", "Shire Counties", NOT_APPLICABLE)]
    areas += [(region.code, region.ons_name, region.ons_code) for region in world.regions]
    areas += [(council.number, council.name, council.code) for council in councils]
    rows: Rows = [*_top(code, title), header]
    for area, name, ons in areas:
        row: list[Cell] = [area, name, ons]
        for year in years:
            row += _survey_cells(code, year, mean, spread, rng, is_missing=area == councils[-1].number)
        rows.append(row)
    return rows


def _survey_cells(
    code: str, year: int, mean: float, spread: float, rng: np.random.Generator, *, is_missing: bool
) -> list[Cell]:
    outcome = round(float(rng.normal(mean, spread)), 1)
    respondents = int(rng.integers(20, 100)) * 5
    if code == CARERS[0] and year % 2 == 1:
        return [NOT_APPLICABLE] * 3
    if is_missing:
        return [NOT_AVAILABLE] * 3
    if code == CARERS[0] and year == NAME_OF_CARERS_CHANGE:
        return ["0.1 (0.5)", f"{respondents + 1000:,} ({respondents:,})", f"{outcome:g} ({outcome - 0.1:.1f})"]
    return [0.3, respondents, outcome]


def _record_sheet(
    code: str, title: str, year: int, councils: list[Council], rate: float, multiplier: int, rng: np.random.Generator
) -> Rows:
    """Numerator, denominator and outcome of one year; England is rounded to 5, small counts are hidden."""
    header: list[Cell] = ["Local authority code", "Local authority", "ONS area code"]
    header += [_heading(year, statistic) for statistic in ("numerator", "denominator", "outcome")]
    counts = []
    for number, _ in enumerate(councils):
        people = 6 if number == 0 else int(rng.integers(400, 4000)) * (20 if multiplier > 100 else 1)
        counts.append((int(rng.binomial(people, rate)), people))
    events, people = (sum(column) for column in zip(*counts, strict=True))
    england: list[Cell] = [
        *ENGLAND,
        round_to_5(events),
        round_to_5(people),
        round(multiplier * events / people, 1),
    ]
    rows: Rows = [*_top(code, title), header, england]
    for council, (some, all_of_them) in zip(councils, counts, strict=True):
        parts: list[Cell] = [some, all_of_them] if min(some, all_of_them) >= 5 else [SUPPRESSED, SUPPRESSED]
        rows.append([council.number, council.name, council.code, *parts, round(multiplier * some / all_of_them, 1)])
    return rows


def _open_data(councils: list[Council], rng: np.random.Generator) -> bytes:
    """The long open data of one year, by sex and age band; half of the councils took no part."""
    rows: Rows = [[
        "Geographical Code", "Geographical Description", "Geographical Level", "ONS Code", "ASCOF Measure Code",
        "Disaggregation Level", "Measure Type", "Measure Value", "Measure Group", "Measure Group Description",
    ]]  # fmt: skip
    for council in councils:
        area = (council.number, council.name, "Council", council.code)
        for group, (description, mean) in OPEN_DATA.items():
            for stratum, suffix in STRATA.items():
                cells = {"Outcome": round(float(rng.normal(mean, 1)), 1), "Base": int(rng.integers(10, 80)) * 5}
                for kind, value in (*cells.items(), ("Margin Of Error", 0.5)):
                    shown = NOT_AVAILABLE if council.number % 2 else value
                    rows.append([*area, f"{group}{suffix}", stratum, kind, shown, group, description])
    return csv_bytes(rows)
